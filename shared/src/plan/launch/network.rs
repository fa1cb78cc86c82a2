//! The private network, and the API's own address where there is one.

use super::Builder;
use super::parts::{SHORT_MS, create, step, task};
use crate::catalog::Money;
use crate::exoscale::Healthcheck;
use crate::plan::machines::machine_name;
use crate::plan::{Action, Resource, Step, Task, Watch};

impl Builder<'_> {
    pub(super) fn private_network(&self) -> Step {
        let network = self.spec.network();
        let resource = Resource::PrivateNetwork {
            name: self.tag.name_of("network"),
            start: network.dhcp_start,
            end: network.dhcp_end,
            netmask: network.netmask(),
        };
        step(
            "private-network",
            "Create the private network",
            &["preflight"],
            vec![create(resource, SHORT_MS)],
        )
    }

    pub(super) fn elastic_ip(&self) -> Option<Step> {
        if !self.spec.has_elastic_ip() {
            return None;
        }
        // A port that answers only /readyz: the probe's source addresses are not published, so it is open to all.
        let healthcheck = Healthcheck {
            mode: "http".to_owned(),
            port: 6444,
            uri: "/readyz".to_owned(),
        };
        let resource = Resource::ElasticIp {
            name: self.tag.name_of("api"),
            healthcheck,
        };
        let hourly = self.prices.elastic_ip().unwrap_or(Money::ZERO);
        let watch = Watch::AddressKnown {
            address: "address".into(),
        };
        let known = Task {
            needs: vec![0],
            ..task(Action::Watch { watch }, 500)
        };
        let one = step(
            "address",
            "Reserve the API's address",
            &["preflight"],
            vec![create(resource, SHORT_MS), known],
        );
        Some(Step { hourly, ..one })
    }

    pub(super) fn attach_address(&self) -> Option<Step> {
        let planes: Vec<String> = (0..self.control_planes()).map(machine_name).collect();
        let tasks = planes.iter().map(|machine| {
            task(
                Action::AttachAddress {
                    address: "address".into(),
                    instance: machine.as_str().into(),
                },
                SHORT_MS,
            )
        });
        let mut needs = vec!["address"];
        needs.extend(planes.iter().map(String::as_str));
        let title = "Give the control planes the API's address";
        self.spec
            .has_elastic_ip()
            .then(|| step("attach-address", title, &needs, tasks.collect()))
    }
}

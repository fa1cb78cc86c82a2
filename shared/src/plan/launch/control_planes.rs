//! The control planes: made, put on the private network, and only then started.

use std::net::Ipv4Addr;

use super::Builder;
use super::parts::{SHORT_MS, create, step, task};
use crate::plan::machines::{control_plane_facts, machine_name};
use crate::plan::{Action, InstancePlan, Resource, Step, StepId, Task, Watch};

impl Builder<'_> {
    pub(super) fn control_plane(&self, index: u16) -> Step {
        let machine = machine_name(index);
        let planes = self.spec.control_plane();
        let instance = self.instance_plan(&machine);
        let mut needs = vec!["pki", "private-network", "firewall-control-plane"];
        needs.extend(instance.ssh_key.as_ref().map(|step| step.0.as_str()));
        // Its certificate names the address.
        needs.extend(self.spec.has_elastic_ip().then_some("address"));
        needs.extend(instance.anti_affinity.as_ref().map(|step| step.0.as_str()));
        let title = if self.control_planes() > 1 {
            format!("Start control plane {}", index.saturating_add(1))
        } else {
            "Start the control plane".to_owned()
        };
        let hourly = self.machine_price(planes.instance_type.details(), planes.disk.get());
        let one = step(&machine, &title, &needs, Vec::new());
        Step {
            hourly,
            tasks: bring_up(instance, self.address(index)),
            ..one
        }
    }

    fn instance_plan(&self, machine: &str) -> InstancePlan {
        let planes = self.spec.control_plane();
        InstancePlan {
            name: self.tag.name_of(machine),
            machine: machine.to_owned(),
            instance_type: planes.instance_type.as_str().to_owned(),
            template: self.template(true),
            golden: self.golden.clone(),
            disk_gib: planes.disk.get(),
            security_group: "firewall-control-plane".into(),
            anti_affinity: (self.control_planes() > 1).then(|| "spread-control-plane".into()),
            ssh_key: self.spec.ssh_key().map(|_| "ssh-key".into()),
            facts: control_plane_facts(self.spec, &self.link, self.facts, self.tag, machine),
        }
    }

    fn address(&self, index: u16) -> Ipv4Addr {
        let network = self.spec.network();
        let addresses = network.control_planes(self.spec.control_plane().count);
        addresses
            .get(usize::from(index))
            .copied()
            .unwrap_or(network.control_plane)
    }
}

/// The tasks of a control plane's step, each after the one before.
fn bring_up(instance: InstancePlan, address: Ipv4Addr) -> Vec<Task> {
    let id = StepId::from(instance.machine.as_str());
    let after = |before: usize, action: Action, typical_ms: u64| Task {
        needs: vec![before],
        ..task(action, typical_ms)
    };
    let attach = Action::AttachNetwork {
        network: "private-network".into(),
        instance: id.clone(),
        address,
    };
    let start = Action::Start {
        instance: id.clone(),
    };
    let watch = Watch::InstanceRunning { instance: id };
    vec![
        create(Resource::Instance(Box::new(instance)), 12_000),
        after(0, attach, SHORT_MS),
        after(1, start, 6_000),
        after(2, Action::Watch { watch }, 5_000),
    ]
}

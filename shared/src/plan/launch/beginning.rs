//! What comes before any resource: the checks, and the cluster's certificates.

use super::Builder;
use super::parts::{step, task};
use crate::plan::machines::machine_name;
use crate::plan::{Action, Gather, Make, Step};

impl Builder<'_> {
    pub(super) fn preflight(&self) -> Step {
        let title = format!(
            "Check the key, quota and what {} offers",
            self.spec.zone().as_str()
        );
        step(
            "preflight",
            &title,
            &[],
            vec![task(
                Action::Gather {
                    gather: Gather::Preflight,
                },
                1_000,
            )],
        )
    }

    pub(super) fn pki(&self) -> Step {
        let authority = |name: &str, common_name: &str| {
            let make = Make::Authority {
                name: name.to_owned(),
                common_name: common_name.to_owned(),
            };
            task(Action::Make { make }, 100)
        };
        let machines = (0..self.control_planes()).map(machine_name).collect();
        let tasks = vec![
            authority("ca", "kubernetes"),
            authority("etcd/ca", "etcd-ca"),
            authority("front-proxy-ca", "front-proxy-ca"),
            task(
                Action::Make {
                    make: Make::ServiceAccountKey,
                },
                100,
            ),
            task(
                Action::Make {
                    make: Make::Tokens { machines },
                },
                100,
            ),
        ];
        step(
            "pki",
            "Make the cluster's certificates",
            &["preflight"],
            tasks,
        )
    }
}

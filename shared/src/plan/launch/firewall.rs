//! The firewalls: one around the control planes, one around the nodes.

use super::Builder;
use super::parts::{SHORT_MS, create, step, task};
use crate::exoscale::Rule;
use crate::plan::{Action, Resource, Step, Task, rules};

impl Builder<'_> {
    pub(super) fn firewalls(&self) -> [Step; 2] {
        [
            self.firewall(
                "firewall-control-plane",
                "control-plane",
                rules::control_plane(self.spec, self.facts),
            ),
            self.firewall(
                "firewall-nodes",
                "nodes",
                rules::nodes(self.spec, self.facts),
            ),
        ]
    }

    fn firewall(&self, id: &str, what: &str, rules: Vec<Rule>) -> Step {
        let group = Resource::SecurityGroup {
            name: self.tag.name_of(what),
        };
        let mut tasks = vec![create(group, SHORT_MS)];
        tasks.extend(rules.into_iter().map(|rule| Task {
            needs: vec![0],
            ..task(
                Action::AddRule {
                    group: id.into(),
                    rule,
                },
                SHORT_MS,
            )
        }));
        let whom = if what == "nodes" {
            "nodes"
        } else {
            "control plane"
        };
        step(
            id,
            &format!("Close the firewall around the {whom}"),
            &["preflight"],
            tasks,
        )
    }
}

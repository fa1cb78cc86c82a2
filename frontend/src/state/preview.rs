//! What would happen: a valid spec, its plan with the facts that are known, and its price.

use std::collections::BTreeMap;

use shared::catalog::{Band, band};
use shared::plan::{Facts, Plan, critical_path_ms, given_roles, launch};
use shared::spec::{Draft, Spec};

use crate::api::Catalog;

/// What would happen.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What is sent: the person's spec, with the SSH key of this tab where they gave none.
    pub spec: Spec,
    /// What would be done.
    pub plan: Plan,
    /// What it costs.
    pub band: Band,
}

/// A plan follows from its spec and its facts.
impl PartialEq for Preview {
    fn eq(&self, other: &Self) -> bool {
        self.spec == other.spec && self.plan.facts == other.plan.facts && self.band == other.band
    }
}

impl Preview {
    /// Plans a spec with what the launcher has said, which is enough to launch.
    pub fn of(
        spec: &Spec,
        ssh_line: Option<String>,
        run: &str,
        catalog: &Catalog,
        given: &BTreeMap<String, String>,
    ) -> Self {
        let spec = with_ssh_key(spec, ssh_line);
        let facts = Facts {
            // Those that are incomplete are the launcher's to refuse.
            roles: given_roles(&spec, given).unwrap_or_default(),
            ..catalog.facts(run, spec.kubernetes())
        };
        let plan = launch(&spec, facts);
        Self {
            band: band(&spec, &catalog.prices),
            spec,
            plan,
        }
    }

    /// How long a launch takes as a rule.
    pub fn launch_ms(&self) -> u64 {
        critical_path_ms(&self.plan.steps, shared::plan::Step::typical_ms)
    }
}

fn with_ssh_key(spec: &Spec, line: Option<String>) -> Spec {
    let Some(line) = line.filter(|_| spec.ssh_key().is_none()) else {
        return spec.clone();
    };
    let mut draft = Draft::from(spec);
    draft.set("sshKey", line.into());
    // The line is ours. Only a spec whose other text leaves no room for a key is launched without one.
    draft.parse().unwrap_or_else(|_| spec.clone())
}

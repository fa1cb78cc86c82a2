//! What each machine of a plan is told, with its secrets filled in, as the run fills them in when a request leaves.

use std::net::Ipv4Addr;

use serde_json::{Value, json};
use shared::bootstrap::MachineFacts;
use shared::bootstrap::machine::Role;
use shared::bootstrap::user_data::render;
use shared::plan::{Plan, Resource};
use shared::secret::Secret;

/// One machine.
pub(crate) struct Told {
    /// The name of the instance or of the pool.
    name: String,
    /// What it is told.
    facts: MachineFacts,
}

impl Told {
    /// As JSON; `whole` with the user-data as Exoscale gets it.
    pub(crate) fn json(&self, whole: bool) -> Value {
        let Self { name, facts } = self;
        let user_data =
            whole.then(|| render(facts).unwrap_or_else(|error| panic!("{name}: {error}")));
        json!({ "name": name, "facts": facts, "userData": user_data })
    }
}

/// Every secret that may stand in user-data, by its name in the run, and the authority's hash.
pub(crate) trait Known {
    /// `join-token` or `ticket/<machine>`.
    fn secret(&self, name: &str) -> Secret<String>;
    /// Of the authority that the bundle brings.
    fn ca_hash(&self) -> String;
    /// Of the API, where it has one.
    fn elastic_ip(&self) -> Option<Ipv4Addr> {
        None
    }
}

/// The machines of these resources.
pub(crate) fn told<'a>(
    resources: impl IntoIterator<Item = &'a Resource>,
    known: &impl Known,
) -> Vec<Told> {
    let machines = resources.into_iter().filter_map(|resource| {
        let (name, mut facts) = match resource {
            Resource::Instance(plan) => (&plan.name, plan.facts.clone()),
            Resource::InstancePool(plan) => (&plan.name, plan.facts.clone()),
            Resource::SshKey { .. }
            | Resource::PrivateNetwork { .. }
            | Resource::SecurityGroup { .. }
            | Resource::AntiAffinityGroup { .. }
            | Resource::Role { .. }
            | Resource::ApiKey { .. }
            | Resource::Snapshot { .. }
            | Resource::Template { .. }
            | Resource::ElasticIp { .. } => return None,
        };
        match &mut facts.role {
            Role::ControlPlane {
                callback,
                elastic_ip,
                ..
            } => {
                *elastic_ip = known.elastic_ip();
                let machine = callback.url.rsplit('/').next().unwrap_or_default();
                callback.ticket = known.secret(&format!("ticket/{machine}"));
            }
            Role::Image { callback, .. } => callback.ticket = known.secret("ticket/image"),
            Role::Node { join, .. } => {
                join.token = known.secret("join-token");
                join.ca_hash = known.ca_hash();
            }
        }
        Some(Told {
            name: name.clone(),
            facts,
        })
    });
    machines.collect()
}

/// The machines that a plan makes.
pub(crate) fn machines(plan: &Plan) -> Vec<&Resource> {
    plan.resources()
        .filter(|resource| matches!(resource, Resource::Instance(_) | Resource::InstancePool(_)))
        .collect()
}

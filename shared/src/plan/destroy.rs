//! The plan that removes a cluster, and the undo of a launch: the same steps, since leftovers know no difference.
//!
//! It needs nothing but a key and the cluster's name. What is ours is found by its marker, removed in the order in
//! which Exoscale lets go of it, and then everything is listed once more.

use serde::{Deserialize, Serialize};

use super::{
    Action, ClusterTag, Facts, Gather, PLANNER, Plan, PlanKind, SCHEMA, Step, StepId, Task,
};
use crate::catalog::Money;
use crate::exoscale::Kind;
use crate::spec::Zone;

/// The cluster that a run is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClusterRef {
    /// What the person called it.
    pub name: String,
    /// Its random id; without one a destroy finds the cluster of that name, and refuses if there are several.
    #[serde(default)]
    pub id: Option<String>,
    /// Where it stands.
    pub zone: Zone,
}

impl ClusterRef {
    /// Name and id together, where the id is known.
    pub fn tag(&self) -> Option<ClusterTag> {
        Some(ClusterTag {
            name: self.name.clone(),
            id: self.id.clone()?,
        })
    }

    /// Whether a tag that was found is this cluster's.
    pub fn is(&self, tag: &ClusterTag) -> bool {
        self.name == tag.name && self.id.as_ref().is_none_or(|id| *id == tag.id)
    }
}

/// What a destroy leaves alone unless it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Also {
    /// The cluster's volumes: they hold data.
    Volumes,
    /// The images that Slipway made in the zone: other clusters boot from them, too.
    Images,
}

/// The plan that removes a cluster, and of what is left alone otherwise these.
pub fn destroy(cluster: ClusterRef, also: &[Also], facts: Facts) -> Plan {
    Plan {
        schema: SCHEMA,
        planner: PLANNER.to_owned(),
        kind: PlanKind::Destroy,
        steps: steps(&cluster.name, also),
        cluster,
        facts,
        spec: None,
        undo: Vec::new(),
    }
}

/// The steps that remove everything of a cluster but what is left alone.
pub fn removal(name: &str) -> Vec<Step> {
    steps(name, &[])
}

fn steps(name: &str, also: &[Also]) -> Vec<Step> {
    let mut steps = vec![gather(
        "inventory",
        &format!("Find everything that belongs to {name}"),
        &[],
        Gather::Inventory,
    )];
    let wanted = ON_REQUEST.iter().filter(|(asked, _)| also.contains(asked));
    let sweeps: Vec<&Sweep> = SWEEPS
        .iter()
        .chain(wanted.map(|(_, sweep)| sweep))
        .collect();
    steps.extend(sweeps.iter().map(|(id, title, needs, kind, typical_ms)| {
        step(id, title, needs, Action::Sweep { kind: *kind }, *typical_ms)
    }));
    let all: Vec<&str> = sweeps.iter().map(|(id, ..)| *id).collect();
    steps.push(gather(
        "verify",
        "List everything again",
        &all,
        Gather::Verify,
    ));
    steps
}

/// Its id, its title, what it waits for, which kind, and how long it takes as a rule.
type Sweep = (
    &'static str,
    &'static str,
    &'static [&'static str],
    Kind,
    u64,
);

/// Keys go first: a controller recreates what it misses for as long as its key works. Volumes hold a person's data
/// and are never removed unasked; the inventory names them.
const SWEEPS: [Sweep; 10] = [
    (
        "remove-api-keys",
        "Revoke the cluster's keys",
        &["inventory"],
        Kind::ApiKey,
        1_500,
    ),
    (
        "remove-load-balancers",
        "Remove load balancers",
        &["remove-api-keys"],
        Kind::LoadBalancer,
        4_000,
    ),
    (
        "remove-pools",
        "Remove pools",
        &["remove-load-balancers"],
        Kind::InstancePool,
        12_000,
    ),
    (
        "remove-instances",
        "Remove control planes",
        &["remove-api-keys"],
        Kind::Instance,
        10_000,
    ),
    (
        "remove-elastic-ips",
        "Release addresses",
        &["remove-instances"],
        Kind::ElasticIp,
        3_000,
    ),
    (
        "remove-private-network",
        "Remove the private network",
        &["remove-pools", "remove-instances"],
        Kind::PrivateNetwork,
        2_000,
    ),
    (
        "remove-firewalls",
        "Remove firewalls",
        &["remove-pools", "remove-instances"],
        Kind::SecurityGroup,
        2_000,
    ),
    (
        "remove-spread",
        "Remove anti-affinity groups",
        &["remove-pools", "remove-instances"],
        Kind::AntiAffinityGroup,
        2_000,
    ),
    (
        "remove-roles",
        "Remove roles",
        &["remove-api-keys"],
        Kind::Role,
        1_500,
    ),
    (
        "remove-ssh-keys",
        "Remove the SSH key",
        &["inventory"],
        Kind::SshKey,
        1_000,
    ),
];

const ON_REQUEST: [(Also, Sweep); 2] = [
    (
        Also::Volumes,
        (
            "remove-volumes",
            "Remove volumes and what is on them",
            &["remove-pools", "remove-instances"],
            Kind::Volume,
            3_000,
        ),
    ),
    (
        Also::Images,
        (
            "remove-images",
            "Remove images",
            &["inventory"],
            Kind::Template,
            3_000,
        ),
    ),
];

fn gather(id: &str, title: &str, needs: &[&str], gather: Gather) -> Step {
    step(id, title, needs, Action::Gather { gather }, 1_000)
}

fn step(id: &str, title: &str, needs: &[&str], action: Action, typical_ms: u64) -> Step {
    Step {
        id: StepId::from(id),
        title: title.to_owned(),
        needs: needs.iter().map(|need| StepId::from(*need)).collect(),
        tasks: vec![Task {
            action,
            needs: Vec::new(),
            typical_ms,
        }],
        hourly: Money::ZERO,
    }
}

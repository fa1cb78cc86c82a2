//! What stands of a cluster, read from the account alone: the ground on which a later change is planned.
//!
//! The launch link in a control plane's user-data says what was wanted; labels, pools and rules say what has been
//! changed since, and win. Reading takes two rounds: listings, then the few things that they lead to.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::{ClusterRef, ClusterTag, MARKER_STEP, StepId, tag_of};
use crate::exoscale::{Call, InstanceType, Kind, Listed, Reply, ResourceId, StandingRule};
use crate::spec::Spec;

mod drift;
mod overlay;
mod reading;
mod seen;

pub use drift::{Drift, drift};
pub use seen::{Seen, SeenMachine, SeenPool};

/// A cluster as it stands. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Its name and id.
    pub tag: ClusterTag,
    /// Where its machines report to.
    pub origin: String,
    /// The exact Kubernetes version of its launch.
    pub kubernetes: String,
    /// What was wanted, with what has been changed since.
    pub spec: Spec,
    /// What each step has made, in whichever run.
    pub ids: BTreeMap<StepId, ResourceId>,
    /// Where people reach the API.
    pub address: Option<Ipv4Addr>,
    /// The control planes, in their order.
    pub control_planes: Vec<StandingMachine>,
    /// The pools.
    pub pools: Vec<StandingPool>,
    /// The rules of both firewalls, by the step that made the group.
    pub rules: Vec<(StepId, StandingRule)>,
}

/// A control plane that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StandingMachine {
    /// As its routes and its step name it.
    pub machine: String,
    /// All of its labels.
    pub labels: BTreeMap<String, String>,
    /// To know it again by the ticket that it was born with.
    pub ticket_hash: String,
    /// Its public address.
    pub address: Option<Ipv4Addr>,
}

/// A pool that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StandingPool {
    /// As the spec names it.
    pub name: String,
    /// As the account does.
    pub whole_name: String,
    /// The step that made it.
    pub step: StepId,
    /// The step that made the group which keeps its members apart.
    pub spread: Option<StepId>,
    /// All of its labels.
    pub labels: BTreeMap<String, String>,
    /// Whether a load balancer sends traffic to it: then Exoscale does not let go of it.
    pub balanced: bool,
}

/// Why a cluster cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotStanding {
    /// There is none of that name.
    #[error("there is no cluster called {0} in this zone")]
    None(String),
    /// There are several of that name.
    #[error("there are several clusters called {0}: say which one, with its id")]
    Several(String),
    /// Its control planes cannot be read.
    #[error("the control planes of {0} cannot be read: {1}")]
    Unreadable(String, String),
}

/// What the first round has found.
#[derive(Debug)]
pub struct Survey {
    tag: ClusterTag,
    listed: BTreeMap<Kind, Vec<Listed>>,
    types: Vec<InstanceType>,
}

/// The kinds that a change may need to name.
const KINDS: [Kind; 9] = [
    Kind::Instance,
    Kind::InstancePool,
    Kind::PrivateNetwork,
    Kind::SecurityGroup,
    Kind::AntiAffinityGroup,
    Kind::Role,
    Kind::ElasticIp,
    Kind::SshKey,
    Kind::LoadBalancer,
];

impl Survey {
    /// The calls of the first round, whose replies [`Self::new`] wants in the same order.
    pub fn calls() -> Vec<Call> {
        let lists = KINDS.into_iter().map(Call::List);
        lists.chain([Call::InstanceTypes]).collect()
    }

    /// Reads the first round.
    pub fn new(cluster: &ClusterRef, replies: Vec<Reply>) -> Result<Self, NotStanding> {
        let mut listed = BTreeMap::new();
        let mut types = Vec::new();
        let mut kinds = KINDS.into_iter();
        for reply in replies {
            if let Reply::List(list) = reply {
                listed.extend(kinds.next().map(|kind| (kind, list)));
            } else if let Reply::InstanceTypes(all) = reply {
                types = all;
            }
        }
        let machines = listed.get(&Kind::Instance).into_iter().flatten();
        let mut tags: Vec<ClusterTag> = machines
            .filter_map(|one| tag_of(Kind::Instance, one))
            .filter(|tag| cluster.is(tag))
            .collect();
        tags.sort();
        tags.dedup();
        match (tags.pop(), tags.is_empty()) {
            (Some(tag), true) => Ok(Self { tag, listed, types }),
            (Some(_), false) => Err(NotStanding::Several(cluster.name.clone())),
            (None, _) => Err(NotStanding::None(cluster.name.clone())),
        }
    }

    /// The calls of the second round: control planes, pools and firewalls, in full.
    pub fn more_calls(&self) -> Vec<Call> {
        let of = |kind: Kind| self.made(kind).map(move |(_, id, _)| Call::Get(kind, id));
        of(Kind::Instance)
            .chain(of(Kind::InstancePool))
            .chain(of(Kind::SecurityGroup))
            .collect()
    }

    /// What steps of this cluster have made of a kind: step, identifier and listing.
    fn made(&self, kind: Kind) -> impl Iterator<Item = (StepId, ResourceId, &Listed)> {
        let listed = self.listed.get(&kind).into_iter().flatten();
        let ours = listed
            .filter(|one| one.manager.is_none())
            .filter(move |one| tag_of(kind, one).as_ref() == Some(&self.tag));
        let mut all: Vec<_> = ours
            .filter_map(|one| Some((step_of(kind, one)?, one.id_of(kind)?, one)))
            .collect();
        all.sort_by(|left, right| left.0.cmp(&right.0));
        all.into_iter()
    }
}

fn step_of(kind: Kind, listed: &Listed) -> Option<StepId> {
    if kind == Kind::SshKey {
        return Some("ssh-key".into());
    }
    super::names::marker_value(listed, MARKER_STEP).map(StepId)
}

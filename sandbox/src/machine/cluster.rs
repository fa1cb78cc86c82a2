//! A cluster as its own API would show it: nodes, tokens, what its controllers have done.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::autoscaler::Autoscaler;
use super::bundle::BundleKey;
use super::cloud_controller::{self, Balancer};
use super::csi::{self, Claim};
use super::day_two::DayTwo;
use super::facts::{Facts, Role};
use super::load::Load;
use super::rotation::Rotation;
use super::{reach, tick};
use crate::durations::{CONTROLLER_PERIOD, ROTATION_PERIOD};
use crate::kinds::instance::Instance;
use crate::store::State;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Cluster {
    /// As the first control plane was told.
    pub(crate) facts: Facts,
    /// The instance that initialised it.
    pub(super) first: String,
    pub(crate) ca_hash: String,
    pub(crate) keys: BTreeMap<String, BundleKey>,
    /// Join tokens and when they expire.
    pub(crate) tokens: BTreeMap<String, u64>,
    pub(crate) nodes: BTreeMap<String, Node>,
    /// The instances that ever became members of etcd: nobody removes the lost ones.
    pub(super) etcd: BTreeSet<String>,
    /// The control plane that is becoming one, and until when it may try.
    pub(super) joining: Option<(String, u64)>,
    /// Network, cloud controller, autoscaler and rotation are there.
    pub(crate) addons: bool,
    pub(crate) load: Load,
    pub(crate) autoscaler: Autoscaler,
    /// What the cloud controller has made of Services, by their uid.
    pub(crate) balancers: BTreeMap<String, Balancer>,
    /// What CSI has made of claims, by their uid.
    pub(crate) claims: BTreeMap<String, Claim>,
    pub(crate) rotations: BTreeMap<String, Rotation>,
    pub(crate) rotate_at: u64,
    #[serde(default)]
    pub(super) day_two: DayTwo,
    /// When something last moved: a cluster that stands still is looked at less often, however broken.
    pub(crate) moved_at: u64,
    /// The only tick that counts.
    pub(super) tick_at: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Node {
    pub(crate) instance: String,
    pub(crate) role: Role,
    pub(crate) internal_ip: Ipv4Addr,
    pub(crate) version: String,
    pub(crate) joined_at: u64,
    pub(crate) ready: bool,
    pub(crate) initialised: bool,
    /// Load balancers leave it out.
    pub(crate) excluded: bool,
    /// It is cordoned, and from then on drained.
    #[serde(default)]
    pub(crate) drained_at: Option<u64>,
}

impl Node {
    /// Is it a node of a pool?
    pub(crate) fn is_worker(&self) -> bool {
        self.role == Role::Node
    }
}

impl Cluster {
    pub(super) fn new(facts: Facts, first: &str, now: u64) -> Self {
        Self {
            facts,
            first: first.to_owned(),
            ca_hash: String::new(),
            keys: BTreeMap::new(),
            tokens: BTreeMap::new(),
            nodes: BTreeMap::new(),
            etcd: BTreeSet::new(),
            joining: None,
            addons: false,
            load: Load::default(),
            autoscaler: Autoscaler::default(),
            balancers: BTreeMap::new(),
            claims: BTreeMap::new(),
            rotations: BTreeMap::new(),
            rotate_at: now + ROTATION_PERIOD,
            day_two: DayTwo::default(),
            moved_at: now,
            tick_at: None,
        }
    }

    /// Will the controllers look around at that moment?
    pub(super) fn is_due_at(&self, moment: u64) -> bool {
        self.tick_at == Some(moment)
    }

    pub(crate) fn accepts(&self, token: &str, now: u64) -> bool {
        self.tokens
            .get(token)
            .is_some_and(|expires_at| *expires_at > now)
    }

    /// The API server answers while most members of etcd do.
    pub(crate) fn api_is_up(&self, state: &State) -> bool {
        let up = self.etcd.iter().filter(|id| is_up(state, id)).count();
        up * 2 > self.etcd.len()
    }

    /// The control plane that holds the leases: the oldest that lives and reaches the internet. Without one the
    /// controllers, which run on control planes, can do nothing.
    pub(super) fn holder(&self, state: &State) -> Option<&str> {
        let planes = self.nodes.values().filter(|node| !node.is_worker());
        let able = planes
            .filter(|node| is_up(state, &node.instance) && reach::lets_out(state, &node.instance));
        able.min_by_key(|node| (node.joined_at, &node.instance))
            .map(|node| node.instance.as_str())
    }

    pub(super) fn is_rotated(&self, pool: &str) -> bool {
        matches!(self.rotations.get(pool), Some(Rotation::Done(true)))
    }

    /// Is there nothing left to do until something changes?
    pub(super) fn is_settled(&self) -> bool {
        let nodes = self
            .nodes
            .values()
            .all(|node| node.ready && node.initialised);
        let mut pools = self.day_two.pools.iter();
        let rotated = pools.all(|pool| self.is_rotated(&pool.name));
        let mut planned = self.facts.pools.iter();
        let complete = !planned.any(|pool| self.day_two.awaits(&pool.name));
        self.addons
            && nodes
            && rotated
            && complete
            && self.autoscaler.is_settled(|pool| self.day_two.lives(pool))
            && cloud_controller::is_settled(self)
            && csi::is_settled(self)
    }
}

/// Is the machine's own node Ready?
pub(crate) fn has_ready_node(state: &State, id: &str) -> bool {
    of(state, id).is_some_and(|cluster| {
        let mut nodes = cluster.nodes.values();
        nodes.any(|node| node.instance == id && node.ready)
    })
}

pub(crate) fn addons_applied(state: &mut State, id: &str) {
    let Some(cluster) = of(state, id).map(|cluster| cluster.facts.cluster.id.clone()) else {
        return;
    };
    if let Some(cluster) = state.clusters.get_mut(&cluster) {
        cluster.addons = true;
        cluster.autoscaler = Autoscaler::started_for(&cluster.facts);
        cluster.moved_at = state.meta.now;
    }
    tick::within(state, &cluster, CONTROLLER_PERIOD);
}

/// `false`: there is no such cluster.
pub(crate) fn set_load(state: &mut State, id: &str, load: Load) -> bool {
    let Some(cluster) = state.clusters.get_mut(id) else {
        return false;
    };
    cluster.load = load;
    cluster.moved_at = state.meta.now;
    tick::within(state, id, CONTROLLER_PERIOD);
    true
}

/// The cluster a machine is told to be of.
pub(crate) fn of<'a>(state: &'a State, id: &str) -> Option<&'a Cluster> {
    let machine = state.machines.get(id)?;
    state.clusters.get(&machine.facts.cluster.id)
}

/// The cluster whose API answers on this machine.
pub(crate) fn served_by<'a>(state: &'a State, id: &str) -> Option<&'a Cluster> {
    let mut clusters = state.clusters.values();
    clusters
        .find(|cluster| cluster.etcd.contains(id))
        .filter(|cluster| is_up(state, id) && cluster.api_is_up(state))
}

/// Does a Service's traffic pass here?
pub(crate) fn serves_node_port(state: &State, id: &str, port: u16) -> bool {
    state.clusters.values().any(|cluster| {
        let ready = |node: &Node| node.instance == id && node.ready;
        cluster.nodes.values().any(ready)
            && cluster
                .balancers
                .keys()
                .any(|uid| cloud_controller::node_port(uid) == port)
    })
}

/// Does its API answer?
pub(super) fn is_served(state: &State, id: &str) -> bool {
    let cluster = state.clusters.get(id);
    cluster.is_some_and(|cluster| cluster.api_is_up(state))
}

pub(super) fn is_up(state: &State, id: &str) -> bool {
    state.instances.get(id).is_some_and(Instance::is_running) && state.machines.get(id).is_some()
}

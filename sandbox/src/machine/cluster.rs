//! A cluster as its own API would show it: nodes, tokens, what its controllers have done.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::bundle::BundleKey;
use super::facts::{Facts, Role};
use super::guest::private_interface;
use super::rotation::Rotation;
use super::{controllers, rotation};
use crate::durations::{
    CONTROLLER_IDLE_PERIOD, CONTROLLER_PATIENCE, CONTROLLER_PERIOD, NODE_READY, ROTATION_PERIOD,
    TOKEN_LIFETIME,
};
use crate::future::Happening;
use crate::kinds::instance::Instance;
use crate::store::State;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Cluster {
    /// As the first control plane was told.
    pub(crate) facts: Facts,
    /// The instance that initialised it.
    pub(crate) first: String,
    pub(crate) ca_hash: String,
    pub(crate) keys: BTreeMap<String, BundleKey>,
    /// Join tokens and when they expire.
    pub(crate) tokens: BTreeMap<String, u64>,
    pub(crate) nodes: BTreeMap<String, Node>,
    /// Network, cloud controller, autoscaler and rotation are there.
    pub(crate) addons: bool,
    pub(crate) bounds: Vec<Bounds>,
    pub(crate) rotations: BTreeMap<String, Rotation>,
    pub(crate) rotate_at: u64,
    /// Of each key, whether a real call with it was answered.
    pub(crate) answered: BTreeMap<String, bool>,
    /// When something last moved: a cluster that stands still is looked at less often, however broken.
    pub(crate) moved_at: u64,
    /// The only tick that counts.
    tick_at: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Node {
    pub(crate) instance: String,
    pub(crate) control_plane: bool,
    pub(crate) internal_ip: Ipv4Addr,
    pub(crate) version: String,
    joined_at: u64,
    pub(crate) ready: bool,
    pub(crate) initialised: bool,
}

/// A pool the autoscaler knows, with the bounds it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bounds {
    pub(crate) pool: String,
    pub(crate) min: i64,
    pub(crate) max: i64,
}

impl Cluster {
    pub(crate) fn accepts(&self, token: &str, now: u64) -> bool {
        self.tokens
            .get(token)
            .is_some_and(|expires_at| *expires_at > now)
    }

    /// Is there nothing left to do until something changes?
    fn is_settled(&self) -> bool {
        let nodes = self
            .nodes
            .values()
            .all(|node| node.ready && node.initialised);
        let bounds = self
            .facts
            .pools
            .iter()
            .all(|pool| self.bounds.iter().any(|known| known.pool == pool.name));
        let rotated = self.facts.pools.iter().all(|pool| {
            self.rotations
                .get(&pool.name)
                .is_some_and(|rotation| matches!(rotation, Rotation::Done(true)))
        });
        self.addons && nodes && bounds && rotated
    }
}

/// kubeadm is through on this machine: it is a node now; the first one makes the cluster.
pub(crate) fn admit(state: &mut State, id: &str) {
    let Some((machine, instance)) = state.machines.get(id).zip(state.instances.get(id)) else {
        return;
    };
    let Some(internal_ip) = private_interface(instance).and_then(|interface| interface.ip) else {
        return;
    };
    let facts = machine.facts.clone();
    let name = instance.settings.name.clone();
    let is_first = facts.role == Role::ControlPlane
        && facts
            .control_planes
            .first()
            .is_some_and(|plane| plane.name == name);
    if is_first
        && state
            .clusters
            .get(&facts.cluster.id)
            .is_none_or(|cluster| cluster.first != id)
    {
        found(state, id, &facts);
    }
    let node = Node {
        instance: id.to_owned(),
        control_plane: facts.role == Role::ControlPlane,
        internal_ip,
        version: format!("v{}", facts.kubernetes.version.trim_start_matches('v')),
        joined_at: state.meta.now,
        ready: false,
        initialised: false,
    };
    if let Some(cluster) = state.clusters.get_mut(&facts.cluster.id) {
        cluster.nodes.insert(name, node);
        cluster.moved_at = state.meta.now;
    }
    tick_within(state, &facts.cluster.id, CONTROLLER_PERIOD);
}

/// Did this machine initialise its cluster?
pub(crate) fn is_first(state: &State, id: &str) -> bool {
    of(state, id).is_some_and(|cluster| cluster.first == id)
}

/// Is the machine's own node Ready and initialised?
pub(crate) fn has_working_node(state: &State, id: &str) -> bool {
    of(state, id).is_some_and(|cluster| {
        cluster
            .nodes
            .values()
            .any(|node| node.instance == id && node.ready && node.initialised)
    })
}

pub(crate) fn addons_applied(state: &mut State, id: &str) {
    let Some(cluster) = state
        .machines
        .get(id)
        .map(|machine| machine.facts.cluster.id.clone())
    else {
        return;
    };
    if let Some(cluster) = state.clusters.get_mut(&cluster) {
        cluster.addons = true;
        cluster.moved_at = state.meta.now;
    }
    tick_within(state, &cluster, CONTROLLER_PERIOD);
}

/// The cluster a machine is told to be of.
pub(crate) fn of<'a>(state: &'a State, id: &str) -> Option<&'a Cluster> {
    state
        .machines
        .get(id)
        .and_then(|machine| state.clusters.get(&machine.facts.cluster.id))
}

/// The controllers look around. A cluster whose control planes are all gone is no more.
pub(crate) fn tick(state: &mut State, id: &str) {
    let now = state.meta.now;
    let Some(cluster) = state.clusters.get_mut(id) else {
        return;
    };
    if cluster.tick_at != Some(now) {
        return;
    }
    cluster.tick_at = None;
    let planes: Vec<String> = cluster
        .nodes
        .values()
        .filter(|node| node.control_plane)
        .map(|node| node.instance.clone())
        .collect();
    if !planes
        .iter()
        .any(|plane| state.machines.get(plane).is_some())
    {
        state.clusters.remove(id);
        return;
    }
    if planes
        .iter()
        .any(|plane| state.instances.get(plane).is_some_and(Instance::is_running))
    {
        kubelets(state, id);
        controllers::run(state, id);
        rotation::run(state, id);
    }
    let idle = state.clusters.get(id).is_some_and(|cluster| {
        cluster.is_settled() || now.saturating_sub(cluster.moved_at) > CONTROLLER_PATIENCE
    });
    tick_within(
        state,
        id,
        if idle {
            CONTROLLER_IDLE_PERIOD
        } else {
            CONTROLLER_PERIOD
        },
    );
}

/// A node is Ready when its machine runs, the network is there, and it has had a moment.
fn kubelets(state: &mut State, id: &str) {
    let now = state.meta.now;
    let Some(cluster) = state.clusters.get(id) else {
        return;
    };
    let mut nodes = cluster.nodes.clone();
    for node in nodes.values_mut() {
        let runs = state
            .instances
            .get(&node.instance)
            .is_some_and(Instance::is_running);
        node.ready = runs && cluster.addons && now >= node.joined_at + NODE_READY;
    }
    if let Some(cluster) = state.clusters.get_mut(id) {
        cluster.nodes = nodes;
    }
}

fn found(state: &mut State, id: &str, facts: &Facts) {
    let Some(bundle) = state
        .machines
        .get(id)
        .and_then(|machine| machine.bundle.clone())
    else {
        return;
    };
    let now = state.meta.now;
    let cluster = Cluster {
        facts: facts.clone(),
        first: id.to_owned(),
        ca_hash: bundle.ca_hash,
        keys: bundle.keys,
        tokens: BTreeMap::from([(bundle.join_token, now + TOKEN_LIFETIME)]),
        nodes: BTreeMap::new(),
        addons: false,
        bounds: Vec::new(),
        rotations: BTreeMap::new(),
        rotate_at: now + ROTATION_PERIOD,
        answered: BTreeMap::new(),
        moved_at: now,
        tick_at: None,
    };
    state.clusters.insert(&facts.cluster.id, cluster);
}

/// The next tick is at most this far away.
fn tick_within(state: &mut State, id: &str, delay: u64) {
    let due = state.meta.now + delay;
    let Some(cluster) = state.clusters.get_mut(id) else {
        return;
    };
    if cluster.tick_at.is_none_or(|at| at > due) {
        cluster.tick_at = Some(due);
        state.schedule(delay, Happening::Cluster(id.to_owned()));
    }
}

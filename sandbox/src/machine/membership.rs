//! Who becomes a member of a cluster: the first control plane makes it, the others are admitted.

use std::collections::BTreeMap;

use super::cluster::{self, Cluster, Node};
use super::facts::{Facts, Role};
use super::{day_two, tick};
use crate::durations::{CONTROLLER_PERIOD, ETCD_JOIN_TIMEOUT, TOKEN_LIFETIME};
use crate::store::State;

/// Nodes with this label are no targets of load balancers.
const EXCLUDED: &str = "node.kubernetes.io/exclude-from-external-load-balancers";

/// kubeadm is through on this machine: it is a node now; the first control plane makes the cluster. `false`
/// when the cluster's API does not answer.
pub(crate) fn admit(state: &mut State, id: &str) -> bool {
    let Some((machine, instance)) = state.machines.get(id).zip(state.instances.get(id)) else {
        return false;
    };
    let (name, now) = (instance.settings.name.clone(), state.meta.now);
    let facts = machine.facts.clone();
    let Some(internal_ip) = machine.address else {
        return false;
    };
    let first = facts.first_control_plane().map(|plane| &plane.name);
    let control_plane = facts.role == Role::ControlPlane;
    let id_of_cluster = facts.cluster.id.clone();
    if control_plane && first == Some(&name) {
        found(state, id, &facts);
    } else if !cluster::is_served(state, &id_of_cluster) {
        return false;
    }
    let labels = facts.pool.as_ref().map(|pool| &pool.labels);
    let excluded = labels.is_some_and(|labels| labels.contains_key(EXCLUDED));
    let version = facts.kubernetes.version.trim_start_matches('v');
    let node = Node {
        instance: id.to_owned(),
        role: facts.role,
        internal_ip,
        version: format!("v{version}"),
        joined_at: now,
        ready: false,
        initialised: false,
        excluded,
        drained_at: None,
    };
    if let Some(cluster) = state.clusters.get_mut(&id_of_cluster) {
        cluster.nodes.insert(name, node);
        cluster.moved_at = now;
        if control_plane {
            cluster.etcd.insert(id.to_owned());
            cluster.joining = None;
        }
    }
    tick::within(state, &id_of_cluster, CONTROLLER_PERIOD);
    day_two::notice(state, &id_of_cluster);
    true
}

/// Only one control plane at a time becomes a member of etcd.
pub(crate) fn begin_etcd_join(state: &mut State, cluster: &str, instance: &str) -> bool {
    let now = state.meta.now;
    let Some(cluster) = state.clusters.get_mut(cluster) else {
        return false;
    };
    let taken = cluster
        .joining
        .as_ref()
        .is_some_and(|(other, until)| other != instance && *until > now);
    if !taken {
        cluster.joining = Some((instance.to_owned(), now + ETCD_JOIN_TIMEOUT));
    }
    !taken
}

fn found(state: &mut State, id: &str, facts: &Facts) {
    let now = state.meta.now;
    let known = state.clusters.get(&facts.cluster.id);
    let Some(bundle) = state
        .machines
        .get(id)
        .and_then(|machine| machine.bundle.clone())
        .filter(|_| known.is_none_or(|cluster| cluster.first != id))
    else {
        return;
    };
    let cluster = Cluster {
        ca_hash: bundle.ca_hash,
        keys: bundle.keys,
        tokens: BTreeMap::from([(bundle.join_token, now + TOKEN_LIFETIME)]),
        ..Cluster::new(facts.clone(), id, now)
    };
    state.clusters.insert(&facts.cluster.id, cluster);
}

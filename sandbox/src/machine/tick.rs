//! Time passes for a cluster: kubelets report, controllers look around.

use super::cluster::{self, Cluster, is_up};
use super::{autoscaler, cloud_controller, csi, day_two, rotation};
use crate::durations::{
    CONTROLLER_IDLE_PERIOD, CONTROLLER_PATIENCE, CONTROLLER_PERIOD, NODE_READY,
};
use crate::future::Happening;
use crate::store::State;

/// The controllers look around. A cluster whose control planes are all gone is no more.
pub(crate) fn happen(state: &mut State, id: &str) {
    let now = state.meta.now;
    let Some(cluster) = state.clusters.get_mut(id) else {
        return;
    };
    if cluster.tick_at != Some(now) {
        return;
    }
    cluster.tick_at = None;
    let members = cluster.etcd.clone();
    if members.iter().all(|id| state.machines.get(id).is_none()) {
        state.clusters.remove(id);
        return;
    }
    let served = cluster::is_served(state, id);
    if served {
        kubelets(state, id);
    }
    let works = |cluster: &Cluster| cluster.addons && cluster.holder(state).is_some();
    if served && state.clusters.get(id).is_some_and(works) {
        day_two::run(state, id);
        cloud_controller::run(state, id);
        autoscaler::run(state, id);
        csi::run(state, id);
        rotation::run(state, id);
        day_two::report(state, id);
    } else {
        day_two::fall_silent(state, id);
    }
    let idle = state.clusters.get(id).is_some_and(|cluster| {
        cluster.is_settled() || now.saturating_sub(cluster.moved_at) > CONTROLLER_PATIENCE
    });
    let period = if idle {
        CONTROLLER_IDLE_PERIOD
    } else {
        CONTROLLER_PERIOD
    };
    let sooner = state
        .clusters
        .get(id)
        .and_then(|cluster| cluster.day_two.next(now));
    within(
        state,
        id,
        sooner.map_or(period, |sooner| sooner.min(period)),
    );
}

/// A node is Ready when its machine runs, the network is there, it has had a moment, and nobody who was there
/// before uses its address.
fn kubelets(state: &mut State, id: &str) {
    let now = state.meta.now;
    let Some(cluster) = state.clusters.get(id) else {
        return;
    };
    let mut nodes = cluster.nodes.clone();
    for node in nodes.values_mut() {
        let clashes = cluster.nodes.values().any(|other| {
            other.internal_ip == node.internal_ip
                && (other.joined_at, &other.instance) < (node.joined_at, &node.instance)
                && is_up(state, &other.instance)
        });
        let settled = cluster.addons && now >= node.joined_at + NODE_READY;
        node.ready = settled && is_up(state, &node.instance) && !clashes;
    }
    if let Some(cluster) = state.clusters.get_mut(id) {
        cluster.nodes = nodes;
    }
}

/// The next tick is at most this far away.
pub(super) fn within(state: &mut State, id: &str, delay: u64) {
    let due = state.meta.now + delay;
    let Some(cluster) = state.clusters.get_mut(id) else {
        return;
    };
    if cluster.tick_at.is_none_or(|at| at > due) {
        cluster.tick_at = Some(due);
        state.schedule(delay, Happening::Cluster(id.to_owned()));
    }
}

//! Evidence as `docs/machines.md` has it. The machine measures; the run judges.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::bundle::{AUTOSCALER, CLOUD_CONTROLLER, CSI, TOKEN_ROTATION};
use super::caller::Caller;
use super::cluster::{self, Cluster};
use crate::store::State;

/// A measurement.
#[derive(Debug)]
pub(super) struct Evidence {
    pub(super) body: Value,
    /// Nothing is missing of what this machine was told to expect.
    pub(super) complete: bool,
}

/// The call that each key is tried with.
const CALLS: [(&str, &str); 4] = [
    (AUTOSCALER, "/quota/instance"),
    (CLOUD_CONTROLLER, "/instance"),
    (TOKEN_ROTATION, "/instance-pool"),
    (CSI, "/block-storage"),
];

/// What cannot be measured now counts as not there: of a cluster whose API is down nothing is seen but what the
/// keys can do.
pub(super) fn measure(state: &mut State, id: &str) -> Evidence {
    let keys = keys(state, id);
    let seen = cluster::of(state, id);
    let cluster = seen.filter(|cluster| cluster.api_is_up(state));
    // The autoscaler names pools by id; the rotation's key finds the names.
    let lists_pools = keys.get(TOKEN_ROTATION).copied().unwrap_or(false);
    let bounds = cluster
        .filter(|_| lists_pools)
        .map(|cluster| cluster.autoscaler.bounds.clone())
        .unwrap_or_default();
    let now = state.meta.now;
    let flags = cluster.map(|cluster| cluster.autoscaler.flags.clone());
    let retired = cluster.map(|cluster| cluster.day_two.retired(cluster, now));
    let signed = cluster.and_then(|cluster| cluster.day_two.signed());
    let pending = cluster.map_or(0, pending);
    let dns = cluster.is_some_and(dns);
    let body = json!({
        "nodes": cluster.map(nodes).unwrap_or_default(),
        "dns": dns,
        "autoscaler": bounds,
        "rotation": seen.map(rotation).unwrap_or_default(),
        "pendingCertificates": pending,
        "keys": keys,
        "flags": flags.unwrap_or_default(),
        "retired": retired.unwrap_or_default(),
        "signed": signed,
    });
    let complete = pending == 0
        && dns
        && keys.values().all(|answered| *answered)
        && cluster.is_some_and(|cluster| {
            let flags = &cluster.autoscaler.flags;
            is_whole(cluster) && flags.iter().all(|flag| bounds.contains(flag))
        });
    Evidence { body, complete }
}

fn keys(state: &mut State, id: &str) -> BTreeMap<String, bool> {
    let Some(cluster) = state
        .machines
        .get(id)
        .map(|machine| machine.facts.cluster.id.clone())
    else {
        return BTreeMap::new();
    };
    let tried = CALLS.into_iter().filter_map(|(name, path)| {
        let caller = Caller::of(state, &cluster, name)?;
        Some((name.to_owned(), caller.get(state, path).is_ok()))
    });
    tried.collect()
}

fn pending(cluster: &Cluster) -> usize {
    let nodes = cluster.nodes.values();
    nodes.filter(|node| !node.initialised).count()
}

fn nodes(cluster: &Cluster) -> Vec<Value> {
    let view = |(name, node): (&String, &cluster::Node)| {
        json!({
            "name": name,
            "ready": node.ready,
            "initialised": node.initialised,
            "version": node.version,
            "internalIp": node.internal_ip,
            "providerId": format!("exoscale://{}", node.instance),
        })
    };
    cluster.nodes.iter().map(view).collect()
}

/// `CoreDNS` runs where the cloud controller has taken the taint away.
fn dns(cluster: &Cluster) -> bool {
    cluster
        .nodes
        .values()
        .any(|node| node.ready && node.initialised)
}

fn rotation(cluster: &Cluster) -> Vec<Value> {
    let pools = cluster.day_two.pools.iter();
    pools
        .map(|pool| json!({ "pool": pool.name, "readBack": cluster.is_rotated(&pool.name) }))
        .collect()
}

/// Every control plane and every pool's minimum is there and works, and every pool was rotated.
fn is_whole(cluster: &Cluster) -> bool {
    let pools = &cluster.facts.pools;
    let least: usize = pools
        .iter()
        .filter_map(|pool| usize::try_from(pool.min).ok())
        .sum();
    let expected = cluster.facts.control_planes.len() + least;
    let working = cluster
        .nodes
        .values()
        .filter(|node| node.ready && node.initialised)
        .count();
    working >= expected
        && working == cluster.nodes.len()
        && pools.iter().all(|pool| cluster.is_rotated(&pool.name))
}

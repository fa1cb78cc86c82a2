//! Evidence as `docs/machines.md` has it. The machine measures; the run judges.

use serde_json::{Value, json};

use super::bundle::{AUTOSCALER, CLOUD_CONTROLLER, TOKEN_ROTATION};
use super::cluster::{self, Cluster};
use super::rotation::Rotation;
use crate::store::State;

/// A measurement.
#[derive(Debug)]
pub(super) struct Evidence {
    pub(super) body: Value,
    /// Nothing is missing of what this machine was told to expect.
    pub(super) complete: bool,
}

pub(super) fn measure(state: &State, id: &str) -> Option<Evidence> {
    let cluster = cluster::of(state, id)?;
    let pending = cluster
        .nodes
        .values()
        .filter(|node| !node.initialised)
        .count();
    let keys = [AUTOSCALER, CLOUD_CONTROLLER, TOKEN_ROTATION];
    let answered = |name: &str| cluster.answered.get(name).copied().unwrap_or(false);
    let body = json!({
        "nodes": nodes(cluster),
        "dns": dns(cluster),
        "autoscaler": cluster.bounds,
        "rotation": rotation(cluster),
        "pendingCertificates": pending,
        "keys": keys.map(|name| (name, answered(name))).into_iter().collect::<std::collections::BTreeMap<_, _>>(),
    });
    let complete =
        pending == 0 && dns(cluster) && keys.into_iter().all(answered) && is_whole(cluster);
    Some(Evidence { body, complete })
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
    let read_back = |name: &str| matches!(cluster.rotations.get(name), Some(Rotation::Done(true)));
    let pools = cluster.facts.pools.iter();
    pools
        .map(|pool| json!({ "pool": pool.name, "readBack": read_back(&pool.name) }))
        .collect()
}

/// Every control plane and every pool's minimum is there and works; every pool is known to the autoscaler and
/// rotated.
fn is_whole(cluster: &Cluster) -> bool {
    let expected: usize = cluster.facts.control_planes.len()
        + cluster
            .facts
            .pools
            .iter()
            .filter_map(|pool| usize::try_from(pool.min).ok())
            .sum::<usize>();
    let working = cluster
        .nodes
        .values()
        .filter(|node| node.ready && node.initialised)
        .count();
    let pools = cluster.facts.pools.iter().all(|pool| {
        let rotated = matches!(
            cluster.rotations.get(&pool.name),
            Some(Rotation::Done(true))
        );
        rotated && cluster.bounds.iter().any(|known| known.pool == pool.name)
    });
    pools && working >= expected && working == cluster.nodes.len()
}

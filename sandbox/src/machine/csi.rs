//! Exoscale's CSI driver, where it is installed: a volume for each claim, attached to a node.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::bundle::CSI;
use super::caller::{Caller, Progress, text};
use super::cluster::Cluster;
use crate::catalog::stable_uuid;
use crate::store::State;

/// The smallest volume, in GiB.
const SIZE: u32 = 10;
/// Exoscale's documentation.
const VOLUMES_PER_INSTANCE: usize = 5;

/// What is remembered of a claim.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    volume: Option<String>,
    /// The operation that it waits for.
    pending: Option<String>,
    /// The volume is attached to a node that is there.
    bound: Option<String>,
}

/// Is a volume bound to each claim, and is there no other?
pub(super) fn is_settled(cluster: &Cluster) -> bool {
    let ready = |instance: &String| {
        let mut nodes = cluster.nodes.values();
        nodes.any(|node| node.ready && node.drained_at.is_none() && node.instance == *instance)
    };
    let wanted = wanted(cluster);
    cluster.claims.len() == wanted.len()
        && wanted.iter().all(|uid| {
            let claim = cluster.claims.get(uid);
            claim.is_some_and(|claim| {
                claim.pending.is_none() && claim.bound.as_ref().is_some_and(ready)
            })
        })
}

/// One step for each claim.
pub(super) fn run(state: &mut State, id: &str) {
    let Some(caller) = Caller::of(state, id, CSI) else {
        return;
    };
    let Some(cluster) = state.clusters.get(id) else {
        return;
    };
    let wanted = wanted(cluster);
    let known = cluster.claims.clone();
    let uids: BTreeSet<&String> = wanted.iter().chain(known.keys()).collect();
    for uid in uids {
        let before = known.get(uid).cloned().unwrap_or_default();
        let after = if wanted.contains(uid) {
            Some(provide(state, id, &caller, uid, before.clone()))
        } else {
            release(state, &caller, before.clone())
        };
        let now = state.meta.now;
        let Some(cluster) = state.clusters.get_mut(id) else {
            return;
        };
        if after.as_ref() != Some(&before) {
            cluster.moved_at = now;
        }
        match after {
            Some(claim) => cluster.claims.insert(uid.clone(), claim),
            None => cluster.claims.remove(uid),
        };
    }
}

/// Nothing is claimed where the driver is not installed.
fn wanted(cluster: &Cluster) -> BTreeSet<String> {
    let claims = if cluster.facts.addons.csi {
        cluster.load.volumes
    } else {
        0
    };
    let uid = |number: u32| stable_uuid(&["claim", &cluster.facts.cluster.id, &number.to_string()]);
    (0..claims).map(uid).collect()
}

/// Creates, then attaches; a node that is gone has let the volume go.
fn provide(state: &mut State, id: &str, caller: &Caller, uid: &str, mut claim: Claim) -> Claim {
    if is_pending(state, caller, &mut claim) {
        return claim;
    }
    let Some(volume) = claim.volume.clone() else {
        // `--volume-name-prefix=` with the cluster's id: the only sign of whose it is.
        let body = json!({ "name": format!("{id}-{uid}"), "size": SIZE });
        if let Some(begun) = caller.begin(state, "POST", "/block-storage", &body) {
            claim.volume = Some(begun.subject);
            claim.pending = Some(begun.operation);
        }
        return claim;
    };
    let path = format!("/block-storage/{volume}");
    let Ok(shown) = caller.get(state, &path) else {
        return claim;
    };
    claim.bound = text(&shown, "/instance/id");
    let is_drained = |instance: &String| is_drained(state, id, instance);
    if claim.bound.as_ref().is_some_and(is_drained) {
        let begun = caller.begin(state, "PUT", &format!("{path}:detach"), &Value::Null);
        claim.pending = begun.map(|begun| begun.operation);
        return claim;
    }
    if claim.bound.is_none()
        && let Some(node) = roomiest_node(state, id)
    {
        let body = json!({ "instance": { "id": node } });
        let begun = caller.begin(state, "PUT", &format!("{path}:attach"), &body);
        claim.pending = begun.map(|begun| begun.operation);
    }
    claim
}

/// Detaches, then deletes. `None`: nothing is left.
fn release(state: &mut State, caller: &Caller, mut claim: Claim) -> Option<Claim> {
    if is_pending(state, caller, &mut claim) {
        return Some(claim);
    }
    let path = format!("/block-storage/{}", claim.volume.clone()?);
    let shown = match caller.get(state, &path) {
        Err(refusal) if refusal.status == 404 => return None,
        Err(_) => return Some(claim),
        Ok(shown) => shown,
    };
    let begun = if text(&shown, "/instance/id").is_some() {
        caller.begin(state, "PUT", &format!("{path}:detach"), &Value::Null)
    } else {
        caller.begin(state, "DELETE", &path, &Value::Null)
    };
    claim.bound = None;
    claim.pending = begun.map(|begun| begun.operation);
    Some(claim)
}

fn is_pending(state: &mut State, caller: &Caller, claim: &mut Claim) -> bool {
    let Some(pending) = &claim.pending else {
        return false;
    };
    if caller.progress(state, pending) == Progress::Pending {
        return true;
    }
    claim.pending = None;
    false
}

/// Its pods have gone elsewhere, and want their volumes there.
fn is_drained(state: &State, id: &str, instance: &str) -> bool {
    let nodes = state.clusters.get(id).map(|cluster| cluster.nodes.values());
    let own = nodes.and_then(|mut nodes| nodes.find(|node| node.instance == instance));
    own.is_some_and(|node| node.drained_at.is_some_and(|at| at <= state.meta.now))
}

/// Where the fewest volumes are: pods with volumes run on nodes of pools.
fn roomiest_node(state: &State, id: &str) -> Option<String> {
    let cluster = state.clusters.get(id)?;
    let mut bound: BTreeMap<&str, usize> = BTreeMap::new();
    for claim in cluster.claims.values() {
        if let Some(instance) = &claim.bound {
            *bound.entry(instance).or_default() += 1;
        }
    }
    let count = |instance: &str| bound.get(instance).copied().unwrap_or(0);
    let nodes = cluster.nodes.values().filter(|node| {
        node.is_worker()
            && node.ready
            && node.drained_at.is_none()
            && count(&node.instance) < VOLUMES_PER_INSTANCE
    });
    nodes
        .min_by_key(|node| count(&node.instance))
        .map(|node| node.instance.clone())
}

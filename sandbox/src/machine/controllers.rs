//! What runs inside a cluster and talks to the API with keys of its own: cloud controller and autoscaler.

use std::collections::BTreeMap;

use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::bundle::{AUTOSCALER, BundleKey, CLOUD_CONTROLLER};
use super::cluster::{Bounds, Node};
use crate::iam;
use crate::kinds::quota;
use crate::store::State;
use crate::wire::door::{self, Errand};
use crate::wire::refusal::Refusal;
use crate::wire::route::Outcome;

/// The cloud controller signs list-zones at this zone's host, wherever it runs (read in its source).
const HOME_ZONE: &str = "ch-gva-2";

pub(super) fn run(state: &mut State, id: &str) {
    if state.clusters.get(id).is_some_and(|cluster| cluster.addons) {
        cloud_controller(state, id);
        autoscaler(state, id);
    }
}

/// A call from inside a cluster: the key must hold and its secret be the right one, and its role must allow it.
#[derive(Debug)]
pub(super) struct Caller {
    key: BundleKey,
    zone: String,
}

impl Caller {
    pub(super) fn of(state: &State, id: &str, name: &str) -> Option<Self> {
        let cluster = state.clusters.get(id)?;
        Some(Self {
            key: cluster.keys.get(name)?.clone(),
            zone: cluster.facts.cluster.zone.clone(),
        })
    }

    pub(super) fn get(&self, state: &mut State, path: &str) -> Outcome {
        self.call(state, "GET", path, b"")
    }

    pub(super) fn call(&self, state: &mut State, method: &str, path: &str, body: &[u8]) -> Outcome {
        let known = iam::known_key(state, &self.key.key)?;
        if !bool::from(known.secret.as_bytes().ct_eq(self.key.secret.as_bytes())) {
            return Err(Refusal::forbidden("Invalid request signature"));
        }
        let query = BTreeMap::new();
        door::run(
            state,
            &Errand {
                key: &self.key.key,
                zone: &self.zone,
                method,
                path,
                query: &query,
                body,
            },
        )
    }

    fn at_home(&self) -> Self {
        Self {
            key: self.key.clone(),
            zone: HOME_ZONE.to_owned(),
        }
    }
}

/// Takes the taint from new nodes and removes those whose machine is gone.
fn cloud_controller(state: &mut State, id: &str) {
    let Some(caller) = Caller::of(state, id, CLOUD_CONTROLLER) else {
        return;
    };
    let zones = caller.at_home().get(state, "/zone");
    let list = caller.get(state, "/instance");
    let answered = zones.is_ok() && list.is_ok();
    let Some(cluster) = state.clusters.get_mut(id) else {
        return;
    };
    cluster
        .answered
        .insert(CLOUD_CONTROLLER.to_owned(), answered);
    let nodes = cluster.nodes.clone();
    let Ok(list) = list else { return };
    if zones.is_err() {
        return;
    }
    for (name, node) in nodes {
        let verdict = examine(state, &caller, &list, &name, &node);
        let Some(cluster) = state.clusters.get_mut(id) else {
            return;
        };
        match verdict {
            Verdict::Leave => {}
            Verdict::Remove => {
                cluster.nodes.remove(&name);
            }
            Verdict::Initialise => {
                if let Some(node) = cluster.nodes.get_mut(&name) {
                    node.initialised = true;
                }
            }
        }
    }
}

enum Verdict {
    Leave,
    Initialise,
    Remove,
}

/// A node is matched by name in the list, and its private address believed when the instance has a private
/// network.
fn examine(state: &mut State, caller: &Caller, list: &Value, name: &str, node: &Node) -> Verdict {
    if node.ready && node.initialised {
        return Verdict::Leave;
    }
    let instance = caller.get(state, &format!("/instance/{}", node.instance));
    match instance {
        Err(refusal) if refusal.status == 404 => Verdict::Remove,
        Err(_) => Verdict::Leave,
        Ok(instance) => {
            let listed = list.get("instances").and_then(Value::as_array);
            let named = listed.is_some_and(|all| {
                all.iter()
                    .any(|entry| entry.get("name").and_then(Value::as_str) == Some(name))
            });
            let private = instance.get("private-networks").is_some();
            if named && private {
                Verdict::Initialise
            } else {
                Verdict::Leave
            }
        }
    }
}

/// Node groups are discovered from Ready members only: node, its instance, its manager, the pool's name.
fn autoscaler(state: &mut State, id: &str) {
    let Some(caller) = Caller::of(state, id, AUTOSCALER) else {
        return;
    };
    let answered = caller.get(state, "/quota/instance").is_ok();
    let Some(cluster) = state.clusters.get_mut(id) else {
        return;
    };
    cluster.answered.insert(AUTOSCALER.to_owned(), answered);
    let ready: Vec<String> = cluster
        .nodes
        .values()
        .filter(|node| node.ready)
        .map(|node| node.instance.clone())
        .collect();
    let flags = cluster.facts.pools.clone();
    let mut bounds: Vec<Bounds> = Vec::new();
    for instance in ready.iter().filter(|_| answered) {
        let Some(pool) = pool_of(state, &caller, instance) else {
            continue;
        };
        if bounds.iter().any(|known| known.pool == pool) {
            continue;
        }
        let flag = flags.iter().find(|flag| flag.name == pool);
        let (min, max) = flag.map_or_else(
            || (1, quota::instance_limit(state)), // a pool that no flag names has the account's quota
            |flag| (i64::from(flag.min), i64::from(flag.max)),
        );
        bounds.push(Bounds { pool, min, max });
    }
    if let Some(cluster) = state.clusters.get_mut(id) {
        cluster.bounds = bounds;
    }
}

fn pool_of(state: &mut State, caller: &Caller, instance: &str) -> Option<String> {
    let instance = caller.get(state, &format!("/instance/{instance}")).ok()?;
    let manager = instance.pointer("/manager/id")?.as_str()?;
    let pool = caller
        .get(state, &format!("/instance-pool/{manager}"))
        .ok()?;
    pool.get("name")?.as_str().map(str::to_owned)
}

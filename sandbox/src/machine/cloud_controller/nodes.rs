//! Nodes: the taint is taken from new ones, and those whose machine is gone are removed.

use serde_json::Value;

use crate::machine::caller::Caller;
use crate::machine::cluster::Node;
use crate::store::State;

enum Verdict {
    Leave,
    Initialise,
    Remove,
}

pub(super) fn reconcile(state: &mut State, id: &str, caller: &Caller) {
    let Ok(list) = caller.get(state, "/instance") else {
        return;
    };
    let Some(cluster) = state.clusters.get(id) else {
        return;
    };
    let open = cluster
        .nodes
        .iter()
        .filter(|(_, node)| !(node.ready && node.initialised));
    let open: Vec<(String, Node)> = open
        .map(|(name, node)| (name.clone(), node.clone()))
        .collect();
    for (name, node) in open {
        let verdict = examine(state, caller, &list, &name, &node);
        let now = state.meta.now;
        let Some(cluster) = state.clusters.get_mut(id) else {
            return;
        };
        match verdict {
            Verdict::Leave => continue,
            Verdict::Remove => {
                cluster.nodes.remove(&name);
            }
            Verdict::Initialise => {
                if let Some(node) = cluster.nodes.get_mut(&name) {
                    node.initialised = true;
                }
            }
        }
        cluster.moved_at = now;
    }
}

/// The node is looked up by the instance's name, and its private address believed only when the instance has a
/// private network; its size becomes a label. The list approves its certificate.
fn examine(state: &mut State, caller: &Caller, list: &Value, name: &str, node: &Node) -> Verdict {
    let instance = match caller.get(state, &format!("/instance/{}", node.instance)) {
        Err(refusal) if refusal.status == 404 => return Verdict::Remove,
        Err(_) => return Verdict::Leave,
        Ok(instance) => instance,
    };
    if node.initialised {
        return Verdict::Leave;
    }
    let is_named = |entry: &Value| {
        let found = entry.get("name").and_then(Value::as_str);
        found.is_some_and(|found| found.eq_ignore_ascii_case(name))
    };
    let listed = list.get("instances").and_then(Value::as_array);
    let listed = listed.is_some_and(|all| all.iter().any(is_named));
    let private = instance.get("private-networks").is_some();
    let kind = instance
        .pointer("/instance-type/id")
        .and_then(Value::as_str);
    let kind = kind.map(|kind| caller.get(state, &format!("/instance-type/{kind}")));
    if listed && is_named(&instance) && private && kind.is_some_and(|kind| kind.is_ok()) {
        Verdict::Initialise
    } else {
        Verdict::Leave
    }
}

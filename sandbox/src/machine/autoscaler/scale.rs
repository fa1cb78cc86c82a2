//! Growing, shrinking and clearing up. Each answers whether anything was done.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::group::Group;
use super::{change, with};
use crate::durations::{MAX_NODE_PROVISION, SCALE_DOWN_AFTER_GROWTH, SCALE_DOWN_UNNEEDED};
use crate::machine::caller::Caller;
use crate::machine::cluster::{Cluster, Node};
use crate::store::State;

/// Grows the first pool that wants to: for pods that find no place, never above its maximum or the cluster's;
/// or to its minimum (`--enforce-node-group-min-size`).
pub(super) fn up(state: &mut State, id: &str, caller: &Caller, groups: &[Group]) -> bool {
    let now = state.meta.now;
    let Some(cluster) = state.clusters.get(id) else {
        return false;
    };
    let pooled: usize = groups.iter().map(|group| group.size).sum();
    let others = cluster.nodes.values().filter(|node| {
        node.ready
            && !groups
                .iter()
                .any(|group| group.members.contains(&node.instance))
    });
    let total = pooled + others.count();
    let room = cluster.autoscaler.max_nodes_total.saturating_sub(total);
    let growth = |group: &&Group| {
        let wanted = wanted(cluster, group).unwrap_or(group.size);
        let target = wanted.max(group.min).min(group.max);
        target.min(group.size + room)
    };
    let grows = groups
        .iter()
        .filter(|group| is_open(cluster, group, now))
        .find(|group| growth(group) > group.size);
    let Some((group, size)) = grows.map(|group| (group, growth(&group))) else {
        return false;
    };
    with(state, id, |autoscaler| autoscaler.grew_at = Some(now));
    let body = json!({ "size": size });
    change(state, id, caller, (&group.id, "scale"), &body);
    true
}

/// Evicts nodes that nobody has needed for ten minutes, never below the minimum.
pub(super) fn down(state: &mut State, id: &str, caller: &Caller, groups: &[Group]) -> bool {
    let now = state.meta.now;
    let skips = state.meta.switches.autoscaler_skips_local_storage;
    let Some(cluster) = state.clusters.get(id) else {
        return false;
    };
    let autoscaler = &cluster.autoscaler;
    let cooled = autoscaler
        .grew_at
        .is_none_or(|at| now >= at + SCALE_DOWN_AFTER_GROWTH);
    let surplus: BTreeSet<String> = groups
        .iter()
        .flat_map(|group| surplus(cluster, group, skips))
        .collect();
    let unneeded = since(&autoscaler.unneeded, surplus, now);
    let is_due = |member: &&String| {
        unneeded
            .get(*member)
            .is_some_and(|since| now >= since + SCALE_DOWN_UNNEEDED)
    };
    let due = groups
        .iter()
        .filter(|group| cooled && is_open(cluster, group, now))
        .map(|group| {
            let due = group.members.iter().filter(is_due);
            (group, allowed(group, due))
        });
    let due = due.into_iter().find(|(_, due)| !due.is_empty());
    with(state, id, |autoscaler| autoscaler.unneeded = unneeded);
    evict(state, id, caller, due)
}

/// Evicts members that have been no nodes for fifteen minutes, never below the minimum.
pub(super) fn remove_unregistered(
    state: &mut State,
    id: &str,
    caller: &Caller,
    groups: &[Group],
) -> bool {
    let now = state.meta.now;
    let Some(cluster) = state.clusters.get(id) else {
        return false;
    };
    let is_node = |member: &str| cluster.nodes.values().any(|node| node.instance == member);
    let members = groups.iter().flat_map(|group| &group.members);
    let strangers = members.filter(|member| !is_node(member)).cloned().collect();
    let unregistered = since(&cluster.autoscaler.unregistered, strangers, now);
    let is_due = |member: &&String| {
        unregistered
            .get(*member)
            .is_some_and(|since| now >= since + MAX_NODE_PROVISION)
    };
    let due = groups
        .iter()
        .filter(|group| is_open(cluster, group, now))
        .map(|group| {
            let due = group.members.iter().filter(is_due);
            (group, allowed(group, due))
        })
        .find(|(_, due)| !due.is_empty());
    with(state, id, |autoscaler| {
        autoscaler.unregistered = unregistered;
    });
    evict(state, id, caller, due)
}

fn evict(state: &mut State, id: &str, caller: &Caller, due: Option<(&Group, Vec<String>)>) -> bool {
    let Some((group, instances)) = due else {
        return false;
    };
    let body = json!({ "instances": instances });
    change(state, id, caller, (&group.id, "evict"), &body);
    true
}

/// At rest, not about to be removed, and not lately the cause of a failure.
fn is_open(cluster: &Cluster, group: &Group, now: u64) -> bool {
    let backoff = cluster.autoscaler.backoff.get(&group.id);
    let stays = !cluster.day_two.retires(&group.name);
    stays && group.rests && backoff.is_none_or(|until| *until <= now)
}

/// The nodes that its pods need; `None`: just what is there.
fn wanted(cluster: &Cluster, group: &Group) -> Option<usize> {
    let nodes = cluster.load.nodes.get(&group.name)?;
    usize::try_from(*nodes).ok()
}

/// The youngest nodes beyond what is wanted; with local storage on a node it stays.
fn surplus(cluster: &Cluster, group: &Group, skips_local_storage: bool) -> Vec<String> {
    let Some(wanted) = wanted(cluster, group) else {
        return Vec::new();
    };
    let mut nodes: Vec<&Node> = cluster
        .nodes
        .values()
        .filter(|node| node.ready && group.members.contains(&node.instance))
        .collect();
    nodes.sort_by_key(|node| (node.joined_at, &node.instance));
    let held = cluster.load.local_storage.get(&group.name).copied();
    let held = held.filter(|_| skips_local_storage).unwrap_or(0);
    let kept = wanted
        .max(group.min)
        .max(usize::try_from(held).unwrap_or(usize::MAX));
    let beyond = nodes.into_iter().skip(kept);
    beyond.map(|node| node.instance.clone()).collect()
}

/// As many as the minimum leaves.
fn allowed<'a>(group: &Group, due: impl Iterator<Item = &'a String>) -> Vec<String> {
    due.take(group.size.saturating_sub(group.min))
        .cloned()
        .collect()
}

/// Since when each has been so: known ones keep their time.
fn since(
    before: &BTreeMap<String, u64>,
    present: BTreeSet<String>,
    now: u64,
) -> BTreeMap<String, u64> {
    present
        .into_iter()
        .map(|member| {
            let since = before.get(&member).copied().unwrap_or(now);
            (member, since)
        })
        .collect()
}

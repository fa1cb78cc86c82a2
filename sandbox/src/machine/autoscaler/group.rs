//! Node groups: found only through Ready nodes with a provider id, each time anew.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Bounds;
use crate::machine::caller::{Caller, text};
use crate::store::State;

/// An instance pool as the provider sees it.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) rests: bool,
    pub(super) size: usize,
    /// The instances that the pool lists.
    pub(super) members: Vec<String>,
    pub(super) min: usize,
    pub(super) max: usize,
}

impl Group {
    pub(super) fn bounds(&self) -> Bounds {
        Bounds {
            pool: self.name.clone(),
            min: i64::try_from(self.min).unwrap_or(i64::MAX),
            max: i64::try_from(self.max).unwrap_or(i64::MAX),
        }
    }
}

/// Node, its instance, its manager, the pool. A pool that no flag names gets 1 to the account's quota. `None`
/// without an answer about the quota: the whole look around fails.
pub(super) fn discover(state: &mut State, id: &str, caller: &Caller) -> Option<Vec<Group>> {
    let quota = caller.get(state, "/quota/instance").ok()?;
    let limit = match quota.get("limit").and_then(Value::as_i64) {
        Some(limit) if limit >= 0 => size(quota.get("limit")),
        Some(_) => usize::MAX,
        None => return None,
    };
    let cluster = state.clusters.get(id)?;
    let flags = cluster.autoscaler.flags.clone();
    let ready: Vec<String> = cluster
        .nodes
        .values()
        .filter(|node| node.ready)
        .map(|node| node.instance.clone())
        .collect();
    let pools: BTreeSet<String> = ready
        .iter()
        .filter_map(|instance| manager_of(state, caller, instance))
        .collect();
    let groups = pools.iter().filter_map(|pool| {
        let answer = caller.get(state, &format!("/instance-pool/{pool}")).ok()?;
        read(pool, &answer, &flags, limit)
    });
    Some(groups.collect())
}

/// The pool that an instance is a member of.
fn manager_of(state: &mut State, caller: &Caller, instance: &str) -> Option<String> {
    let instance = caller.get(state, &format!("/instance/{instance}")).ok()?;
    text(&instance, "/manager/id")
}

fn read(id: &str, answer: &Value, flags: &[Bounds], limit: usize) -> Option<Group> {
    let name = text(answer, "/name")?;
    let members = answer.get("instances").and_then(Value::as_array);
    let members = members.into_iter().flatten();
    let flag = flags.iter().find(|flag| flag.pool == name);
    let bound = |bound: i64| usize::try_from(bound).unwrap_or(0);
    Some(Group {
        id: id.to_owned(),
        rests: answer.get("state").and_then(Value::as_str) == Some("running"),
        size: size(answer.get("size")),
        members: members.filter_map(|member| text(member, "/id")).collect(),
        min: flag.map_or(1, |flag| bound(flag.min)),
        max: flag.map_or(limit, |flag| bound(flag.max)),
        name,
    })
}

fn size(value: Option<&Value>) -> usize {
    let number = value.and_then(Value::as_u64).unwrap_or(0);
    usize::try_from(number).unwrap_or(usize::MAX)
}

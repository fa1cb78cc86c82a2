//! The cluster autoscaler with its Exoscale provider, version 1.36: what it remembers, and one look around.

mod group;
mod scale;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::group::Group;
use super::bundle::AUTOSCALER;
use super::caller::{Caller, Progress};
use super::facts::Facts;
use crate::durations::{AUTOSCALER_RESTART, POOL_SCALE_TIMEOUT, SCALE_BACKOFF};
use crate::store::State;

/// `--nodes=min:max:pool`, and as such the bounds that it shows for a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bounds {
    pub(crate) pool: String,
    pub(crate) min: i64,
    pub(crate) max: i64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Autoscaler {
    /// The bounds it was started with.
    pub(crate) flags: Vec<Bounds>,
    /// `--max-nodes-total`: control planes count too.
    max_nodes_total: usize,
    /// The pools it knows, with the bounds it holds.
    pub(crate) bounds: Vec<Bounds>,
    /// Since when a node has not been needed, by its instance.
    unneeded: BTreeMap<String, u64>,
    /// Since when a member of a pool has been no node.
    unregistered: BTreeMap<String, u64>,
    /// When it last made a pool larger.
    grew_at: Option<u64>,
    /// Pools that it leaves alone after a failure, and until when.
    backoff: BTreeMap<String, u64>,
    /// What it waits for: until then it does nothing else.
    waiting: Option<Waiting>,
    /// Nothing changed when it last looked.
    content: bool,
    /// The flags of another one that takes over, and when it will be ready.
    #[serde(default)]
    next: Option<(Vec<Bounds>, u64)>,
}

/// A scale or an eviction under way: first the operation, then the pool.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Waiting {
    pool: String,
    operation: Option<String>,
    until: u64,
}

impl Autoscaler {
    /// As `addons.py` writes its flags: a bound for each pool, and their sum with the control planes.
    pub(crate) fn started_for(facts: &Facts) -> Self {
        let flags = facts.pools.iter().map(|pool| Bounds {
            pool: pool.name.clone(),
            min: pool.min.into(),
            max: pool.max.into(),
        });
        let mut flags: Vec<Bounds> = flags.collect();
        flags.sort_by(|one, other| one.pool.cmp(&other.pool));
        Self::with(flags, facts.control_planes.len())
    }

    /// It is to have these flags; `false`: it has them, or soon will.
    pub(crate) fn restart(&mut self, flags: Vec<Bounds>, now: u64) -> bool {
        let last = self.next.as_ref().map_or(&self.flags, |(next, _)| next);
        if *last == flags {
            return false;
        }
        self.next = Some((flags, now + AUTOSCALER_RESTART));
        true
    }

    /// The other one is ready. It has forgotten everything.
    fn take_over(&mut self, control_planes: usize, now: u64) {
        if let Some((flags, _)) = self.next.take_if(|(_, ready_at)| *ready_at <= now) {
            *self = Self::with(flags, control_planes);
        }
    }

    fn with(flags: Vec<Bounds>, control_planes: usize) -> Self {
        let most: i64 = flags.iter().map(|flag| flag.max).sum();
        Self {
            max_nodes_total: usize::try_from(most).unwrap_or(0) + control_planes,
            flags,
            ..Self::default()
        }
    }

    /// It knows the pools that are there, and wants nothing but, perhaps, time to pass.
    pub(crate) fn is_settled(&self, lives: impl Fn(&str) -> bool) -> bool {
        let knows = |flag: &Bounds| self.bounds.iter().any(|known| known.pool == flag.pool);
        let mut there = self.flags.iter().filter(|flag| lives(&flag.pool));
        there.all(knows) && self.next.is_none() && self.waiting.is_none() && self.content
    }
}

/// One look around, and at most one thing done.
pub(super) fn run(state: &mut State, id: &str) {
    let Some(caller) = Caller::of(state, id, AUTOSCALER) else {
        return;
    };
    let now = state.meta.now;
    if let Some(cluster) = state.clusters.get_mut(id) {
        let planes = cluster.facts.control_planes.len();
        cluster.autoscaler.take_over(planes, now);
    }
    if still_waits(state, id, &caller) {
        return;
    }
    let groups = group::discover(state, id, &caller).unwrap_or_default();
    let acted = scale::remove_unregistered(state, id, &caller, &groups)
        || scale::up(state, id, &caller, &groups)
        || scale::down(state, id, &caller, &groups);
    with(state, id, |autoscaler| {
        autoscaler.bounds = groups.iter().map(Group::bounds).collect();
        autoscaler.content = !acted;
    });
    if acted && let Some(cluster) = state.clusters.get_mut(id) {
        cluster.moved_at = now;
    }
}

/// After each change it waits for the operation and then for the pool to run, ten minutes at most.
fn still_waits(state: &mut State, id: &str, caller: &Caller) -> bool {
    let waiting = state
        .clusters
        .get(id)
        .and_then(|cluster| cluster.autoscaler.waiting.clone());
    let Some(waiting) = waiting else { return false };
    let progress = match &waiting.operation {
        Some(operation) => caller.progress(state, operation),
        None => pool_progress(state, caller, &waiting.pool),
    };
    let late = state.meta.now >= waiting.until;
    match (progress, &waiting.operation) {
        (Progress::Succeeded, None) => stop_waiting(state, id, None),
        (Progress::Succeeded, Some(_)) => with(state, id, |autoscaler| {
            autoscaler.waiting = Some(Waiting {
                operation: None,
                ..waiting
            });
        }),
        (Progress::Pending, _) if !late => {}
        (Progress::Pending | Progress::Failed, _) => {
            stop_waiting(state, id, Some(&waiting.pool));
        }
    }
    true
}

fn pool_progress(state: &mut State, caller: &Caller, pool: &str) -> Progress {
    match caller.get(state, &format!("/instance-pool/{pool}")) {
        Ok(pool) if pool.get("state").and_then(Value::as_str) == Some("running") => {
            Progress::Succeeded
        }
        Ok(_) => Progress::Pending,
        Err(_) => Progress::Failed,
    }
}

fn stop_waiting(state: &mut State, id: &str, failed: Option<&str>) {
    let now = state.meta.now;
    with(state, id, |autoscaler| {
        autoscaler.waiting = None;
        autoscaler.content = false;
        if let Some(pool) = failed {
            autoscaler
                .backoff
                .insert(pool.to_owned(), now + SCALE_BACKOFF);
        }
    });
}

/// Sends a change of a pool and waits for it from now on; a refusal makes it leave the pool alone for a while.
fn change(
    state: &mut State,
    id: &str,
    caller: &Caller,
    (pool, action): (&str, &str),
    body: &Value,
) {
    let path = format!("/instance-pool/{pool}:{action}");
    let begun = caller.begin(state, "PUT", &path, body);
    let now = state.meta.now;
    match begun {
        None => stop_waiting(state, id, Some(pool)),
        Some(begun) => with(state, id, |autoscaler| {
            autoscaler.waiting = Some(Waiting {
                pool: pool.to_owned(),
                operation: Some(begun.operation),
                until: now + POOL_SCALE_TIMEOUT,
            });
        }),
    }
}

fn with(state: &mut State, id: &str, act: impl FnOnce(&mut Autoscaler)) {
    if let Some(cluster) = state.clusters.get_mut(id) {
        act(&mut cluster.autoscaler);
    }
}

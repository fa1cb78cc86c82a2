//! What a control plane brings about after the launch: it finds it in labels, of its own instance and of the pools.
//!
//! The real machine looks every 30 seconds. Here it looks at those same moments, but only after something has changed,
//! so that a cluster at rest wakes nobody.

mod asked;
mod labels;
mod renewal;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use self::asked::{fall_silent, may_begin, may_call, refused, report};
pub(crate) use self::labels::LivePool;
use self::renewal::Signed;
use super::autoscaler::Bounds;
use super::bundle::TOKEN_ROTATION;
use super::caller::Caller;
use super::cluster::Cluster;
use super::tick;
use crate::durations::{DRAIN, LEASE_SILENCE, LOOK_PERIOD};
use crate::store::State;

/// What the last look at the account has found.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DayTwo {
    /// The cluster's pools.
    pub(super) pools: Vec<LivePool>,
    /// The names of all that were ever found.
    seen: BTreeSet<String>,
    /// Pools to come.
    expected: Vec<Bounds>,
    /// The certificate that was asked for.
    signed: Option<Signed>,
    /// The run that asks for evidence.
    asked: Option<String>,
    /// It wants no more.
    refused: Option<String>,
    reported_at: Option<u64>,
    /// The control plane that holds the lease.
    leader: Option<String>,
    /// Since when it has not been heard of.
    silent_since: Option<u64>,
    looked_at: Option<u64>,
    /// Something has changed since.
    noticed: bool,
}

impl DayTwo {
    /// Is this a pool of `machine.json` that has not been made yet?
    pub(super) fn awaits(&self, pool: &str) -> bool {
        !self.seen.contains(pool)
    }

    /// Is it there?
    pub(super) fn lives(&self, pool: &str) -> bool {
        self.pools.iter().any(|live| live.name == pool)
    }

    /// Is it about to be removed?
    pub(super) fn retires(&self, pool: &str) -> bool {
        let mut retiring = self.pools.iter().filter(|live| live.retires);
        retiring.any(|live| live.name == pool)
    }

    /// The pools that retire and have only empty nodes left.
    pub(super) fn retired(&self, cluster: &Cluster, now: u64) -> Vec<&str> {
        let is_empty = |pool: &&LivePool| {
            let mut nodes = cluster.nodes.values();
            nodes.all(|node| {
                !pool.members.contains(&node.instance)
                    || node.drained_at.is_some_and(|at| at <= now)
            })
        };
        let retiring = self.pools.iter().filter(|pool| pool.retires);
        retiring
            .filter(|pool| pool.lists_all())
            .filter(is_empty)
            .map(|pool| pool.name.as_str())
            .collect()
    }

    pub(super) fn signed(&self) -> Option<Value> {
        self.signed.as_ref().map(Signed::view)
    }

    /// How long until the next look that something has been noticed for, or the next report.
    pub(super) fn next(&self, now: u64) -> Option<u64> {
        let look = self.noticed.then(|| until_look(now));
        look.into_iter().chain(asked::next(self, now)).min()
    }

    fn is_due(&self, now: u64) -> bool {
        self.looked_at
            .is_none_or(|at| at / LOOK_PERIOD < now / LOOK_PERIOD)
    }
}

/// A control plane, or what stands on its instance, is not as it was.
pub(crate) fn machine_changed(state: &mut State, id: &str) {
    for cluster in state.clusters.ids(|cluster| cluster.etcd.contains(id)) {
        notice(state, &cluster);
    }
}

/// A pool, or what stands on it, is not as it was.
pub(crate) fn pools_changed(state: &mut State) {
    for cluster in state.clusters.ids(|cluster| cluster.addons) {
        notice(state, &cluster);
    }
}

/// There is something to look for.
pub(super) fn notice(state: &mut State, id: &str) {
    let delay = until_look(state.meta.now);
    if let Some(cluster) = state.clusters.get_mut(id) {
        cluster.day_two.noticed = true;
    }
    tick::within(state, id, delay);
}

const fn until_look(now: u64) -> u64 {
    LOOK_PERIOD - now % LOOK_PERIOD
}

/// Looks, if it is time; at the launch at every tick, until all pools are there.
pub(super) fn run(state: &mut State, id: &str) {
    let now = state.meta.now;
    let Some(cluster) = state.clusters.get(id) else {
        return;
    };
    let mut planned = cluster.facts.pools.iter();
    let waits = planned.any(|pool| cluster.day_two.awaits(&pool.name));
    let holder = cluster.holder(state).map(str::to_owned);
    let due = cluster.day_two.is_due(now) || waits;
    let caller = Caller::of(state, id, TOKEN_ROTATION);
    if let Some((holder, caller)) = holder.zip(caller).filter(|_| due)
        && takes_the_lease(state, id, &holder)
    {
        look(state, id, &holder, &caller);
    }
}

/// A lease whose holder is gone can be taken after a while; until then nobody works.
fn takes_the_lease(state: &mut State, id: &str, able: &str) -> bool {
    let now = state.meta.now;
    let Some(cluster) = state.clusters.get_mut(id) else {
        return false;
    };
    let found = &mut cluster.day_two;
    let free = found.leader.as_deref().is_none_or(|leader| leader == able);
    let silent_since = *found.silent_since.get_or_insert(now);
    if free || now >= silent_since + LEASE_SILENCE {
        found.leader = Some(able.to_owned());
        found.silent_since = None;
        return true;
    }
    found.asked = None;
    found.noticed = true;
    found.looked_at = Some(now);
    false
}

fn look(state: &mut State, id: &str, holder: &str, caller: &Caller) {
    let now = state.meta.now;
    // Without the right to get-instance nothing that stands there can be seen, nor which pools are the cluster's.
    let own = caller.get(state, &format!("/instance/{holder}")).ok();
    let list = caller.get(state, "/instance-pool").ok();
    let Some(cluster) = state.clusters.get_mut(id) else {
        return;
    };
    let own = own.map(|own| labels::of(&own));
    if let Some(list) = list {
        let pools = labels::pools(&list, cluster, own.as_ref());
        found(cluster, pools);
        drain(cluster, now);
    }
    let own = own.unwrap_or_default();
    let found = &mut cluster.day_two;
    found.expected = labels::expected(&own);
    let asked = labels::ask(&own).filter(|run| found.refused.as_ref() != Some(run));
    found.asked = asked.cloned();
    found.looked_at = Some(now);
    found.noticed = false;
    restart_autoscaler(cluster, now);
    renewal::sign(state, id, holder, labels::renewal(&own));
}

/// A pool of a known name that is another one now has no token yet.
fn found(cluster: &mut Cluster, pools: Vec<LivePool>) {
    let before = &cluster.day_two.pools;
    let known: BTreeSet<String> = pools
        .iter()
        .filter(|pool| before.iter().any(|known| known.id == pool.id))
        .map(|pool| pool.name.clone())
        .collect();
    cluster.rotations.retain(|name, _| known.contains(name));
    let names = pools.iter().map(|pool| pool.name.clone());
    cluster.day_two.seen.extend(names);
    cluster.day_two.pools = pools;
}

/// Nodes of pools that retire are cordoned at once, and empty after a while. Nobody opens them again.
fn drain(cluster: &mut Cluster, now: u64) {
    let retiring = cluster.day_two.pools.iter().filter(|pool| pool.retires);
    let leaving: BTreeSet<&String> = retiring.flat_map(|pool| &pool.members).collect();
    let nodes = cluster.nodes.values_mut();
    for node in nodes.filter(|node| leaving.contains(&node.instance)) {
        node.drained_at = node.drained_at.or(Some(now + DRAIN));
    }
}

/// Other bounds need another autoscaler, which takes over when it is ready.
fn restart_autoscaler(cluster: &mut Cluster, now: u64) {
    let bounds = labels::bounds(cluster);
    if cluster.autoscaler.restart(bounds, now) {
        cluster.moved_at = now;
    }
}

//! Members of a pool: made one after the other, healed when lost, the oldest taken first.

use serde::{Deserialize, Serialize};

use super::{Pool, PoolState};
use crate::durations::{
    INSTANCE_CREATE_TO_RUNNING, POOL_HEAL, POOL_LIST_LAG, POOL_MEMBER_STAGGER, SMALL_CHANGE,
};
use crate::future::Happening;
use crate::kinds::instance::{self, Blueprint, Instance, InstanceState, lifecycle};
use crate::kinds::kind::Kind as _;
use crate::machine::day_two;
use crate::operation::{self, Failure};
use crate::store::State;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Moment {
    /// Make the next member.
    Spawn,
    /// Notice that a member is gone.
    Heal,
    /// The list of members catches up with the truth.
    ListCatchesUp,
    /// Look whether there is anything left to do.
    Settle,
}

pub(crate) fn happen(state: &mut State, id: &str, moment: Moment) {
    match moment {
        Moment::Spawn => {
            if let Some(pool) = state.pools.get_mut(id) {
                pool.spawning = false;
            }
            settle(state, id);
        }
        Moment::Heal | Moment::Settle => settle(state, id),
        Moment::ListCatchesUp => {
            let listed = members(state, id);
            if let Some(pool) = state.pools.get_mut(id) {
                pool.listed = listed;
            }
            day_two::pools_changed(state);
        }
    }
}

/// The pool begins to move, and this operation ends when it rests again.
pub(crate) fn work(state: &mut State, id: &str, to: PoolState, operation: &str) {
    if let Some(pool) = state.pools.get_mut(id) {
        pool.state = to;
        pool.operation = Some(operation.to_owned());
    }
    state.schedule_about(SMALL_CHANGE, Happening::Pool(id.to_owned(), Moment::Settle));
}

/// A member is gone, by whatever hand. A pool at rest takes its time to notice.
pub(crate) fn lost_one(state: &mut State, id: &str) {
    let Some(pool) = state.pools.get(id) else {
        return;
    };
    let happening = Happening::Pool(id.to_owned(), Moment::Heal);
    match pool.state {
        PoolState::Running => state.schedule_about(POOL_HEAL, happening),
        PoolState::Creating
        | PoolState::ScalingUp
        | PoolState::ScalingDown
        | PoolState::Updating
        | PoolState::Destroying => settle(state, id),
    }
    catch_up_later(state, id);
}

/// A member was switched on or off, or stays after all: a pool that waits for its members looks again.
pub(crate) fn moved(state: &mut State, member: &str) {
    let manager = |instance: &Instance| instance.manager.clone();
    if let Some(pool) = state.instances.get(member).and_then(manager) {
        catch_up_later(state, &pool);
        state.schedule_about(SMALL_CHANGE, Happening::Pool(pool, Moment::Settle));
    }
}

/// Brings members and size together; rests when they are.
pub(crate) fn settle(state: &mut State, id: &str) {
    let Some(pool) = state.pools.get(id) else {
        return;
    };
    let (size, pool_state, spawning) = (pool.size, pool.state, pool.spawning);
    if pool_state == PoolState::Updating {
        return;
    }
    let members = members(state, id);
    let present = state
        .instances
        .of(id)
        .filter(|one| one.is_visible())
        .count();
    let excess = members.len().saturating_sub(size);
    for member in members.iter().take(excess) {
        lifecycle::destroy(state, member);
    }
    if excess > 0 {
        catch_up_later(state, id);
    }
    if members.len() < size {
        // One that leaves still counts against the quota: its successor waits for it.
        if !spawning && present < size {
            spawn(state, id);
        }
        return;
    }
    let starting = |instance: &Instance| instance.state == InstanceState::Starting;
    if present == size && !state.instances.of(id).any(starting) {
        rest(state, id);
    }
}

/// One that is to go may have been locked meanwhile; then it stays, and is empty.
fn rest(state: &mut State, id: &str) {
    let Some(pool) = state.pools.get_mut(id) else {
        return;
    };
    let operation = pool.operation.take().unwrap_or_default();
    let ends = pool.state == PoolState::Destroying;
    pool.state = PoolState::Running;
    day_two::pools_changed(state);
    if !ends {
        return operation::settle(state, &operation);
    }
    let removable = state.pools.get(id).map(|pool| pool.check_removable(state));
    if let Some(Err(refusal)) = removable {
        let failure = Failure::new("conflict", &refusal.message);
        operation::fail(state, &operation, failure);
    } else {
        state.pools.remove(id);
        operation::settle(state, &operation);
    }
}

/// Makes one member now; the next follows after a while.
fn spawn(state: &mut State, id: &str) {
    let Some(pool) = state.pools.get_mut(id) else {
        return;
    };
    pool.spawning = true;
    if pool.state == PoolState::Running {
        pool.state = PoolState::ScalingUp;
    }
    let pool = pool.clone();
    let blueprint = blueprint(state, &pool);
    let member = instance::spawn(state, blueprint);
    for address in &pool.settings.elastic_ips {
        if let Some(address) = state.elastic_ips.get_mut(address) {
            address.instances.push(member.clone());
        }
    }
    state.schedule_about(
        INSTANCE_CREATE_TO_RUNNING,
        Happening::Instance(member, instance::Moment::Running(1)),
    );
    state.schedule_about(
        POOL_MEMBER_STAGGER,
        Happening::Pool(id.to_owned(), Moment::Spawn),
    );
    catch_up_later(state, id);
}

/// User-data is frozen into the member here.
fn blueprint(state: &mut State, pool: &Pool) -> Blueprint {
    let short: String = pool.id.chars().take(5).collect();
    let letters = state.meta.random.letters(5);
    let mut settings = pool.settings.of_member();
    settings.name = format!("{}-{short}-{letters}", pool.settings.prefix());
    Blueprint {
        zone: pool.zone.clone(),
        settings,
        order: pool.settings.order(),
        manager: Some(pool.id.clone()),
        starts: true,
    }
}

fn catch_up_later(state: &mut State, id: &str) {
    state.schedule_about(
        POOL_LIST_LAG,
        Happening::Pool(id.to_owned(), Moment::ListCatchesUp),
    );
}

/// The oldest first.
fn members(state: &State, id: &str) -> Vec<String> {
    let members = state.instances.of(id);
    let mut members: Vec<&Instance> = members.filter(|one| one.is_member_of(id)).collect();
    members.sort_by_key(|instance| instance.number);
    members
        .into_iter()
        .map(|instance| instance.id.clone())
        .collect()
}

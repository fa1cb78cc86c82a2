//! Members of a pool: made one after the other, healed when lost, the oldest taken first.

use serde::{Deserialize, Serialize};

use super::{Pool, PoolState};
use crate::durations::{
    INSTANCE_CREATE_TO_RUNNING, POOL_HEAL, POOL_LIST_LAG, POOL_MEMBER_STAGGER, SMALL_CHANGE,
};
use crate::future::Happening;
use crate::kinds::instance::{self, Blueprint, Instance, lifecycle};
use crate::kinds::kind::Kind as _;
use crate::kinds::security_group;
use crate::operation;
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

/// Brings members and size together; rests when they are.
pub(crate) fn settle(state: &mut State, id: &str) {
    let Some(pool) = state.pools.get(id) else {
        return;
    };
    let (size, pool_state, spawning) = (pool.size, pool.state, pool.spawning);
    let members = members(state, id);
    let excess = members.len().saturating_sub(size);
    for member in members.iter().take(excess) {
        lifecycle::destroy(state, member);
    }
    if excess > 0 {
        catch_up_later(state, id);
    }
    if members.len() < size && pool_state != PoolState::Updating {
        if !spawning {
            spawn(state, id);
        }
        return;
    }
    let leaving = state.instances.values().any(|instance| {
        instance.manager.as_deref() == Some(id)
            && instance.is_visible()
            && !instance.is_member_of(id)
    });
    let all_run = members
        .iter()
        .filter_map(|member| state.instances.get(member))
        .all(Instance::is_running);
    if !leaving && excess == 0 && all_run && pool_state != PoolState::Updating {
        rest(state, id);
    }
}

fn rest(state: &mut State, id: &str) {
    let Some(pool) = state.pools.get_mut(id) else {
        return;
    };
    let operation = pool.operation.take();
    if pool.state == PoolState::Destroying {
        state.pools.remove(id);
    } else {
        pool.state = PoolState::Running;
    }
    if let Some(operation) = operation {
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
    for address in &pool.elastic_ips {
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
    let name = format!("{}-{short}-{}", pool.prefix, state.meta.random.letters(5));
    let mut security_groups = pool.security_groups.clone();
    if security_groups.is_empty() {
        security_groups.extend(security_group::default_group(state));
    }
    Blueprint {
        zone: pool.zone.clone(),
        name,
        instance_type: pool.instance_type.clone(),
        template: pool.template.clone(),
        disk_size: pool.disk_size,
        labels: pool.labels.clone(),
        security_groups,
        anti_affinity_groups: pool.anti_affinity_groups.clone(),
        ssh_keys: pool.ssh_keys.clone(),
        user_data: pool.user_data.clone(),
        public_ip_assignment: pool.public_ip_assignment,
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
    let mut members: Vec<&Instance> = state
        .instances
        .values()
        .filter(|instance| instance.is_member_of(id))
        .collect();
    members.sort_by_key(|instance| instance.number);
    members
        .into_iter()
        .map(|instance| instance.id.clone())
        .collect()
}

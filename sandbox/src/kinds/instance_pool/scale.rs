//! How many members a pool has: from its creation, over scaling and evicting, to its end.

use serde::Deserialize;
use serde_json::Value;

use super::{Pool, PoolState, members};
use crate::kinds::instance::lifecycle;
use crate::kinds::kind::{self, Editable as _, Kind as _};
use crate::kinds::{anti_affinity_group, quota};
use crate::operation::{self, Reference};
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

#[derive(Debug, Deserialize)]
struct Size {
    size: usize,
}

#[derive(Debug, Deserialize)]
struct Evict {
    #[serde(default)]
    instances: Vec<String>,
}

pub(super) fn create(ask: &mut Ask<'_>) -> Outcome {
    let body = Pool::modern(ask.read()?);
    let size = kind::read::<Size>(&body)?.size;
    let id = ask.state.uuid();
    let pool = Pool {
        id: id.clone(),
        zone: ask.zone.to_owned(),
        settings: kind::read(&body)?,
        state: PoolState::Creating,
        size,
        listed: Vec::new(),
        operation: None,
        lingering_lock: None,
        spawning: false,
        born: ask.state.meta.now,
    };
    Pool::check(&pool.settings, None, ask.zone, ask.state)?;
    anti_affinity_group::check_room(ask.state, &pool.settings.anti_affinity_groups, size)?;
    quota::check(ask.state, quota::Resource::Instance, size)?;
    ask.state.pools.insert(&id, pool);
    Ok(work(ask, &id, PoolState::Creating))
}

pub(super) fn scale(ask: &mut Ask<'_>) -> Outcome {
    let size = ask.read::<Size>()?.size;
    let pool = kind::own::<Pool>(ask)?;
    pool.check_free(ask.state)?;
    let more = size.saturating_sub(pool.size);
    anti_affinity_group::check_room(ask.state, &pool.settings.anti_affinity_groups, more)?;
    if more > 0 {
        quota::check(ask.state, quota::Resource::Instance, more)?;
    }
    let to = if more > 0 {
        PoolState::ScalingUp
    } else {
        PoolState::ScalingDown
    };
    let id = pool.id.clone();
    if let Some(pool) = ask.state.pools.get_mut(&id) {
        pool.size = size;
    }
    Ok(work(ask, &id, to))
}

pub(super) fn evict(ask: &mut Ask<'_>) -> Outcome {
    let mut chosen = ask.read::<Evict>()?.instances;
    chosen.sort_unstable();
    chosen.dedup();
    let pool = kind::own::<Pool>(ask)?;
    pool.check_free(ask.state)?;
    let id = pool.id.clone();
    let instances = &ask.state.instances;
    let is_member = |chosen: &String| {
        instances
            .get(chosen)
            .is_some_and(|one| one.is_member_of(&id))
    };
    if chosen.is_empty() || !chosen.iter().all(is_member) {
        return Err(Refusal::invalid(
            "Instances to evict must be members of the instance pool",
        ));
    }
    for member in &chosen {
        lifecycle::destroy(ask.state, member);
    }
    if let Some(pool) = ask.state.pools.get_mut(&id) {
        pool.size = pool.size.saturating_sub(chosen.len());
    }
    Ok(work(ask, &id, PoolState::ScalingDown))
}

pub(super) fn remove(ask: &mut Ask<'_>) -> Outcome {
    let pool = kind::own::<Pool>(ask)?;
    pool.check_removable(ask.state)?;
    pool.check_free(ask.state)?;
    let id = pool.id.clone();
    if let Some(pool) = ask.state.pools.get_mut(&id) {
        pool.size = 0;
    }
    Ok(work(ask, &id, PoolState::Destroying))
}

fn work(ask: &mut Ask<'_>, id: &str, to: PoolState) -> Value {
    let reference = Reference::new(Pool::NAME, id);
    let operation = operation::begin_open(ask.state, ask.zone, reference);
    members::work(ask.state, id, to, &operation);
    operation::view_of(ask.state, &operation)
}

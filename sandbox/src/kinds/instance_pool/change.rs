//! Changing a pool: settings for members to come, its size, chosen members, its end.

use serde::{Deserialize, Serialize};

use super::{Change, KIND, Pool, PoolState, create, members};
use crate::durations::POOL_UPDATE;
use crate::kinds;
use crate::kinds::common::{Labels, Named, Reference as Given, ids, names, nullable};
use crate::kinds::instance::{PublicIp, lifecycle};
use crate::kinds::kind;
use crate::kinds::{anti_affinity_group, load_balancer, quota};
use crate::operation::{self, Reference};
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

/// Absent leaves, `null` resets. Only members to come see any of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
#[expect(
    clippy::option_option,
    reason = "absent, null and a value are three things here"
)]
pub(crate) struct Update {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_type: Option<Given>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<Given>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_ip_assignment: Option<PublicIp>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    description: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    min_available: Option<Option<u64>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    instance_prefix: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    user_data: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    labels: Option<Option<Labels>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    private_networks: Option<Option<Vec<Given>>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    security_groups: Option<Option<Vec<Given>>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    anti_affinity_groups: Option<Option<Vec<Given>>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    elastic_ips: Option<Option<Vec<Given>>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    ssh_keys: Option<Option<Vec<Named>>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    ssh_key: Option<Option<Named>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_consistent_snapshot_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    deploy_target: Option<Option<Given>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv6_enabled: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scale {
    size: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Evict {
    #[serde(default)]
    instances: Vec<String>,
}

pub(super) fn update(ask: &mut Ask<'_>) -> Outcome {
    let update: Update = ask.read()?;
    let pool = at_rest(ask)?;
    if update.public_ip_assignment == Some(PublicIp::None) {
        return Err(Refusal::invalid(
            "Invalid request body: public-ip-assignment must be inet4 or dual",
        ));
    }
    let mut changed = pool.clone();
    write(&mut changed, update.clone());
    create::check(ask.state, &changed)?;
    let id = changed.id;
    if let Some(pool) = ask.state.pools.get_mut(&id) {
        pool.state = PoolState::Updating;
    }
    let change = kinds::Change::Pool(Change::Updated(id.clone(), Box::new(update)));
    Ok(operation::begin(
        ask,
        Reference::new(KIND, &id),
        POOL_UPDATE,
        change,
    ))
}

pub(super) fn updated(state: &mut State, id: &str, update: Update) {
    if let Some(pool) = state.pools.get_mut(id) {
        write(pool, update);
        pool.state = PoolState::Running;
    }
    members::settle(state, id);
}

fn write(pool: &mut Pool, update: Update) {
    fn set<T>(field: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *field = value;
        }
    }
    let references =
        |given: Option<Option<Vec<Given>>>| given.map(|list| ids(list.unwrap_or_default()));
    set(&mut pool.name, update.name);
    set(
        &mut pool.instance_type,
        update.instance_type.map(|given| given.id),
    );
    set(&mut pool.template, update.template.map(|given| given.id));
    set(&mut pool.disk_size, update.disk_size);
    set(&mut pool.public_ip_assignment, update.public_ip_assignment);
    set(&mut pool.description, update.description);
    set(&mut pool.min_available, update.min_available);
    set(
        &mut pool.prefix,
        update
            .instance_prefix
            .map(|prefix| prefix.unwrap_or_else(|| "pool".to_owned())),
    );
    set(&mut pool.user_data, update.user_data);
    set(
        &mut pool.labels,
        update.labels.map(Option::unwrap_or_default),
    );
    set(
        &mut pool.private_networks,
        references(update.private_networks),
    );
    set(
        &mut pool.security_groups,
        references(update.security_groups),
    );
    set(
        &mut pool.anti_affinity_groups,
        references(update.anti_affinity_groups),
    );
    set(&mut pool.elastic_ips, references(update.elastic_ips));
    set(
        &mut pool.ssh_keys,
        update.ssh_key.map(|key| names(key.into_iter().collect())),
    );
    set(
        &mut pool.ssh_keys,
        update.ssh_keys.map(|keys| names(keys.unwrap_or_default())),
    );
}

pub(super) fn scale(ask: &mut Ask<'_>) -> Outcome {
    let size = ask.read::<Scale>()?.size;
    let pool = at_rest(ask)?;
    let more = size.saturating_sub(pool.size);
    anti_affinity_group::check_room(ask.state, &pool.anti_affinity_groups, more)?;
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
    let chosen = ask.read::<Evict>()?.instances;
    let pool = at_rest(ask)?;
    let id = pool.id.clone();
    let is_member = |chosen: &String| {
        ask.state
            .instances
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
    let id = ask.parameter("id");
    let pool = kind::find::<Pool>(ask.state, ask.zone, id)?;
    let holder = load_balancer::pointing_at(ask.state, id).or_else(|| pool.lingering_lock.clone());
    if let Some(holder) = holder {
        return Err(Refusal::forbidden(format!(
            "Operation destroyInstancePool on resource {id} is forbidden - reason: Locked by NLB {holder}"
        )));
    }
    pool.check_rest(ask.state)?;
    if let Some(pool) = ask.state.pools.get_mut(id) {
        pool.size = 0;
    }
    Ok(work(ask, id, PoolState::Destroying))
}

fn at_rest<'a>(ask: &'a Ask<'_>) -> Result<&'a Pool, Refusal> {
    let pool = kind::find::<Pool>(ask.state, ask.zone, ask.parameter("id"))?;
    pool.check_rest(ask.state)?;
    Ok(pool)
}

fn work(ask: &mut Ask<'_>, id: &str, to: PoolState) -> serde_json::Value {
    let operation = operation::begin_open(ask.state, ask.zone, Reference::new(KIND, id));
    members::work(ask.state, id, to, &operation);
    operation::view_of(ask.state, &operation)
}

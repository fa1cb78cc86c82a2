//! Creating a pool, and the checks it shares with changing one.

use serde::Deserialize;

use super::{KIND, Pool, PoolState, members};
use crate::kinds::common::{
    Labels, Named, Reference as Given, check_description, check_length, check_name,
    check_user_data, ids, names,
};
use crate::kinds::elastic_ip::ElasticIp;
use crate::kinds::instance::{PublicIp, check_offer};
use crate::kinds::kind;
use crate::kinds::private_network::PrivateNetwork;
use crate::kinds::{anti_affinity_group, quota, security_group};
use crate::operation::{self, Reference};
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Create {
    name: String,
    size: usize,
    instance_type: Given,
    template: Given,
    disk_size: u64,
    description: Option<String>,
    min_available: Option<u64>,
    instance_prefix: Option<String>,
    user_data: Option<String>,
    public_ip_assignment: Option<PublicIp>,
    #[serde(default)]
    labels: Labels,
    #[serde(default)]
    private_networks: Vec<Given>,
    #[serde(default)]
    security_groups: Vec<Given>,
    #[serde(default)]
    anti_affinity_groups: Vec<Given>,
    #[serde(default)]
    elastic_ips: Vec<Given>,
    #[serde(default)]
    ssh_keys: Vec<Named>,
    ssh_key: Option<Named>,
    #[serde(rename = "application-consistent-snapshot-enabled")]
    _consistent_snapshots: Option<bool>,
    #[serde(rename = "deploy-target")]
    _deploy_target: Option<Given>,
    #[serde(rename = "ipv6-enabled")]
    _ipv6: Option<bool>,
}

pub(super) fn create(ask: &mut Ask<'_>) -> Outcome {
    let body: Create = ask.read()?;
    check_name(&body.name)?;
    if body.size == 0 {
        return Err(Refusal::invalid(
            "Invalid request body: size must be greater than 0",
        ));
    }
    let pool = draft(ask, body);
    check(ask.state, &pool)?;
    anti_affinity_group::check_room(ask.state, &pool.anti_affinity_groups, pool.size)?;
    quota::check(ask.state, quota::Resource::Instance, pool.size)?;
    let id = pool.id.clone();
    ask.state.pools.insert(&id, pool);
    let operation = operation::begin_open(ask.state, ask.zone, Reference::new(KIND, &id));
    members::work(ask.state, &id, PoolState::Creating, &operation);
    Ok(operation::view_of(ask.state, &operation))
}

fn draft(ask: &mut Ask<'_>, body: Create) -> Pool {
    Pool {
        id: ask.state.uuid(),
        zone: ask.zone.to_owned(),
        name: body.name,
        description: body.description,
        state: PoolState::Creating,
        size: body.size,
        min_available: body.min_available,
        prefix: body.instance_prefix.unwrap_or_else(|| "pool".to_owned()),
        instance_type: body.instance_type.id,
        template: body.template.id,
        disk_size: body.disk_size,
        labels: body.labels,
        user_data: body.user_data,
        private_networks: ids(body.private_networks),
        security_groups: ids(body.security_groups),
        anti_affinity_groups: ids(body.anti_affinity_groups),
        elastic_ips: ids(body.elastic_ips),
        ssh_keys: names(body.ssh_keys.into_iter().chain(body.ssh_key).collect()),
        public_ip_assignment: body.public_ip_assignment.unwrap_or(PublicIp::Inet4),
        listed: Vec::new(),
        operation: None,
        lingering_lock: None,
        spawning: false,
        born: ask.state.meta.now,
    }
}

/// Everything it refers to exists, and everything is of the right size.
pub(super) fn check(state: &State, pool: &Pool) -> Result<(), Refusal> {
    check_name(&pool.name)?;
    check_description(pool.description.as_ref())?;
    check_length("instance-prefix", &pool.prefix, 1, 30)?;
    check_user_data(pool.user_data.as_ref())?;
    check_offer(
        &pool.zone,
        &pool.instance_type,
        &pool.template,
        pool.disk_size,
    )?;
    security_group::check_all_exist(state, &pool.security_groups)?;
    anti_affinity_group::check_room(state, &pool.anti_affinity_groups, 0)?;
    for network in &pool.private_networks {
        kind::find::<PrivateNetwork>(state, &pool.zone, network)?;
    }
    for address in &pool.elastic_ips {
        kind::find::<ElasticIp>(state, &pool.zone, address)?;
    }
    if pool
        .ssh_keys
        .iter()
        .any(|name| state.ssh_keys.get(name).is_none())
    {
        return Err(Refusal::not_found("SSH key"));
    }
    Ok(())
}

//! Creating instances, by a request or by a pool.

use serde::Deserialize;

use super::{Change, Instance, InstanceState, KIND, Moment, PublicIp};
use crate::catalog::{instance_types, templates};
use crate::durations::{INSTANCE_CREATE, INSTANCE_CREATE_TO_RUNNING};
use crate::future::Happening;
use crate::kinds;
use crate::kinds::common::{
    Labels, Named, Reference as Given, check_name, check_user_data, ids, names,
};
use crate::kinds::{anti_affinity_group, quota, security_group};
use crate::operation::{self, Reference};
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Create {
    name: Option<String>,
    disk_size: u64,
    instance_type: Given,
    template: Given,
    #[serde(default)]
    labels: Labels,
    #[serde(default = "yes")]
    auto_start: bool,
    #[serde(default)]
    security_groups: Vec<Given>,
    #[serde(default)]
    anti_affinity_groups: Vec<Given>,
    #[serde(default)]
    ssh_keys: Vec<Named>,
    ssh_key: Option<Named>,
    user_data: Option<String>,
    public_ip_assignment: Option<PublicIp>,
    #[serde(rename = "application-consistent-snapshot-enabled")]
    _consistent_snapshots: Option<bool>,
    #[serde(rename = "secureboot-enabled")]
    _secure_boot: Option<bool>,
    #[serde(rename = "tpm-enabled")]
    _tpm: Option<bool>,
    #[serde(rename = "deploy-target")]
    _deploy_target: Option<Given>,
    #[serde(rename = "ipv6-enabled")]
    _ipv6: Option<bool>,
}

fn yes() -> bool {
    true
}

/// Everything a new machine is made from.
#[derive(Debug, Clone)]
pub(crate) struct Blueprint {
    pub(crate) zone: String,
    pub(crate) name: String,
    pub(crate) instance_type: String,
    pub(crate) template: String,
    pub(crate) disk_size: u64,
    pub(crate) labels: Labels,
    pub(crate) security_groups: Vec<String>,
    pub(crate) anti_affinity_groups: Vec<String>,
    pub(crate) ssh_keys: Vec<String>,
    pub(crate) user_data: Option<String>,
    pub(crate) public_ip_assignment: PublicIp,
    pub(crate) manager: Option<String>,
    pub(crate) starts: bool,
}

pub(super) fn create(ask: &mut Ask<'_>) -> Outcome {
    let body: Create = ask.read()?;
    let blueprint = check(ask, body)?;
    let starts = blueprint.starts;
    let id = spawn(ask.state, blueprint);
    if starts {
        let happening = Happening::Instance(id.clone(), Moment::Running(1));
        ask.state
            .schedule_about(INSTANCE_CREATE_TO_RUNNING, happening);
    }
    let change = kinds::Change::Instance(Change::Created(id.clone()));
    let answer = operation::begin(ask, Reference::new(KIND, &id), INSTANCE_CREATE, change);
    if let Some(instance) = ask.state.instances.get_mut(&id) {
        instance.creation = answer
            .get("id")
            .and_then(|id| id.as_str())
            .map(str::to_owned);
    }
    Ok(answer)
}

fn check(ask: &Ask<'_>, body: Create) -> Result<Blueprint, Refusal> {
    if let Some(name) = &body.name {
        check_name(name)?;
    }
    check_user_data(body.user_data.as_ref())?;
    check_offer(
        ask.zone,
        &body.instance_type.id,
        &body.template.id,
        body.disk_size,
    )?;
    let mut security_groups = ids(body.security_groups);
    security_group::check_all_exist(ask.state, &security_groups)?;
    if security_groups.is_empty() {
        security_groups.extend(security_group::default_group(ask.state));
    }
    let anti_affinity_groups = ids(body.anti_affinity_groups);
    anti_affinity_group::check_room(ask.state, &anti_affinity_groups, 1)?;
    let ssh_keys = names(body.ssh_keys.into_iter().chain(body.ssh_key).collect());
    if ssh_keys
        .iter()
        .any(|name| ask.state.ssh_keys.get(name).is_none())
    {
        return Err(Refusal::not_found("SSH key"));
    }
    quota::check(ask.state, quota::Resource::Instance, 1)?;
    Ok(Blueprint {
        zone: ask.zone.to_owned(),
        name: body.name.unwrap_or_default(),
        instance_type: body.instance_type.id,
        template: body.template.id,
        disk_size: body.disk_size,
        labels: body.labels,
        security_groups,
        anti_affinity_groups,
        ssh_keys,
        user_data: body.user_data,
        public_ip_assignment: body.public_ip_assignment.unwrap_or(PublicIp::Inet4),
        manager: None,
        starts: body.auto_start,
    })
}

/// Are type, template and disk on offer in this zone, and do they fit each other?
pub(crate) fn check_offer(
    zone: &str,
    kind: &str,
    template: &str,
    disk_size: u64,
) -> Result<(), Refusal> {
    let kind = instance_types::find(kind)
        .filter(|entry| entry.in_zone(zone))
        .ok_or_else(|| Refusal::not_found("Instance type"))?;
    if !kind.is_authorized() {
        return Err(Refusal::conflict(
            "Quota exceeded for resource gpu: the limit is 0",
        ));
    }
    templates::find(zone, template).ok_or_else(|| Refusal::not_found("Template"))?;
    let least = templates::Template::SIZE_GIB;
    let most = kind.disk_maximum();
    if (least..=most).contains(&disk_size) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "Invalid request body: disk-size must be {least} to {most} GiB for this type"
    )))
}

/// Makes the machine, its fate included; the caller schedules its first start.
pub(crate) fn spawn(state: &mut State, blueprint: Blueprint) -> String {
    let id = state.uuid();
    let public_ip = match blueprint.public_ip_assignment {
        PublicIp::Inet4 | PublicIp::Dual => Some(state.public_address()),
        PublicIp::None => None,
    };
    let mac = state.meta.random.mac_address();
    let faults = state.meta.faults.clone();
    let name = if blueprint.name.is_empty() {
        format!("VM-{id}")
    } else {
        blueprint.name
    };
    let instance = Instance {
        id: id.clone(),
        zone: blueprint.zone,
        name,
        state: if blueprint.starts {
            InstanceState::Starting
        } else {
            InstanceState::Stopped
        },
        kind: blueprint.instance_type,
        template: blueprint.template,
        disk_size: blueprint.disk_size,
        labels: blueprint.labels,
        security_groups: blueprint.security_groups,
        anti_affinity_groups: blueprint.anti_affinity_groups,
        ssh_keys: blueprint.ssh_keys,
        user_data: blueprint.user_data,
        public_ip_assignment: blueprint.public_ip_assignment,
        public_ip,
        mac,
        interfaces: Vec::new(),
        manager: blueprint.manager,
        created_at: state.meta.wall,
        born: state.meta.now,
        number: state.next_sequence(),
        creation: None,
        starts: u32::from(blueprint.starts),
        never_boots: state.meta.random.chance(faults.machine_never_boots),
        boots_slowly: state.meta.random.chance(faults.machine_slow_boot),
    };
    state.instances.insert(&id, instance);
    id
}

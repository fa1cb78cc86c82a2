//! Creating instances, by a request or by a pool.

use serde::Deserialize;

use super::access::Password;
use super::{Instance, InstanceState, Moment, PublicIp, Settings};
use crate::catalog::{deploy_targets, instance_types};
use crate::durations::INSTANCE_CREATE_TO_RUNNING;
use crate::faults::Struck;
use crate::future::Happening;
use crate::kinds::common::{self, Reference as Given};
use crate::kinds::kind::{self, Editable as _};
use crate::kinds::{anti_affinity_group, quota, security_group, template};
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

/// What a create has beyond the settings: no update changes it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Order {
    pub(crate) disk_size: u64,
    #[serde(with = "common::reference")]
    pub(crate) instance_type: String,
    #[serde(with = "common::reference")]
    pub(crate) template: String,
    #[serde(with = "common::references")]
    pub(crate) security_groups: Vec<String>,
    #[serde(with = "common::references")]
    pub(crate) anti_affinity_groups: Vec<String>,
    #[serde(with = "common::names")]
    pub(crate) ssh_keys: Vec<String>,
    pub(crate) deploy_target: Option<Given>,
    pub(crate) secureboot_enabled: bool,
    pub(crate) tpm_enabled: bool,
}

/// Unless it is told otherwise, a new machine starts.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct AutoStart {
    #[serde(default = "yes")]
    auto_start: bool,
}

fn yes() -> bool {
    true
}

/// Everything a new machine is made from.
#[derive(Debug, Clone)]
pub(crate) struct Blueprint {
    pub(crate) zone: String,
    pub(crate) settings: Settings,
    pub(crate) order: Order,
    pub(crate) manager: Option<String>,
    pub(crate) starts: bool,
}

pub(super) fn create(ask: &mut Ask<'_>) -> Outcome {
    let body = Instance::modern(ask.read()?);
    let blueprint = Blueprint {
        zone: ask.zone.to_owned(),
        settings: kind::read(&body)?,
        order: kind::read(&body)?,
        manager: None,
        starts: kind::read::<AutoStart>(&body)?.auto_start,
    };
    Instance::check(&blueprint.settings, None, ask.zone, ask.state)?;
    check_order(ask.state, ask.zone, &blueprint.order, 1)?;
    quota::check(ask.state, quota::Resource::Instance, 1)?;
    let mut instance = draft(ask.state, blueprint);
    instance.creating = true;
    let id = instance.id.clone();
    if instance.state == InstanceState::Starting {
        let happening = Happening::Instance(id.clone(), Moment::Running(1));
        ask.state
            .schedule_about(INSTANCE_CREATE_TO_RUNNING, happening);
    }
    kind::make(ask, &id, instance)
}

/// Is what it refers to on offer in this zone, and is there room for `more` such machines?
pub(crate) fn check_order(
    state: &State,
    zone: &str,
    order: &Order,
    more: usize,
) -> Result<(), Refusal> {
    check_offer(
        state,
        zone,
        &order.instance_type,
        &order.template,
        order.disk_size,
    )?;
    security_group::check_all_exist(state, &order.security_groups)?;
    anti_affinity_group::check_room(state, &order.anti_affinity_groups, more)?;
    let unknown = |name: &String| state.ssh_keys.get(name).is_none();
    if order.ssh_keys.iter().any(unknown) {
        return Err(Refusal::not_found("SSH key"));
    }
    match order.deploy_target {
        Some(_) => Err(deploy_targets::unknown()),
        None => Ok(()),
    }
}

/// Are type, template and disk on offer in this zone, and do they fit each other?
pub(super) fn check_offer(
    state: &State,
    zone: &str,
    kind: &str,
    template: &str,
    disk_size: u64,
) -> Result<(), Refusal> {
    let kind = offered_type(zone, kind)?;
    let image = template::find(state, zone, template);
    let image = image.ok_or_else(|| Refusal::not_found("Template"))?;
    check_disk(kind, image.size_gib, disk_size)
}

/// The type, if this organisation may use it in this zone.
pub(super) fn offered_type(
    zone: &str,
    kind: &str,
) -> Result<instance_types::InstanceType, Refusal> {
    let kind = instance_types::find(kind)
        .filter(|entry| entry.in_zone(zone))
        .ok_or_else(|| Refusal::not_found("Instance type"))?;
    if kind.is_authorized() {
        return Ok(kind);
    }
    Err(Refusal::conflict(
        "Quota exceeded for resource gpu: the limit is 0",
    ))
}

/// Is the disk as large as what is to lie on it, and no larger than the type may have?
pub(super) fn check_disk(
    kind: instance_types::InstanceType,
    least: u64,
    disk_size: u64,
) -> Result<(), Refusal> {
    let most = kind.disk_maximum();
    if (least..=most).contains(&disk_size) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "Invalid request body: disk-size must be {least} to {most} GiB for this type"
    )))
}

/// Makes the machine; the caller schedules its first start.
pub(crate) fn spawn(state: &mut State, blueprint: Blueprint) -> String {
    let instance = draft(state, blueprint);
    let id = instance.id.clone();
    state.instances.insert(&id, instance);
    id
}

/// The machine, its fate included.
fn draft(state: &mut State, blueprint: Blueprint) -> Instance {
    let id = state.uuid();
    let Blueprint {
        zone,
        mut settings,
        order,
        manager,
        starts,
    } = blueprint;
    let public_ip = match settings.public_ip_assignment {
        PublicIp::Inet4 | PublicIp::Dual => Some(state.public_address()),
        PublicIp::None => None,
    };
    let mac = state.meta.random.mac_address();
    let faults = state.meta.faults.clone();
    if settings.name.is_empty() {
        settings.name = format!("VM-{id}");
    }
    let mut security_groups = order.security_groups;
    if security_groups.is_empty() {
        security_groups.extend(security_group::default_group(state));
    }
    Instance {
        id,
        zone,
        settings,
        state: if starts {
            InstanceState::Starting
        } else {
            InstanceState::Stopped
        },
        before: None,
        kind: order.instance_type,
        template: order.template,
        disk_size: order.disk_size,
        security_groups,
        anti_affinity_groups: order.anti_affinity_groups,
        ssh_keys: order.ssh_keys,
        public_ip,
        mac,
        interfaces: Vec::new(),
        manager,
        created_at: state.meta.wall,
        born: state.meta.now,
        number: state.next_sequence(),
        creating: false,
        busy: false,
        is_protected: false,
        secureboot_enabled: order.secureboot_enabled,
        tpm_enabled: order.tpm_enabled,
        password: Password::first(state.meta.now),
        starts: u32::from(starts),
        rescued: false,
        never_boots: strikes(state, faults.machine_never_boots, |struck| {
            &mut struck.dead_machines
        }),
        boots_slowly: strikes(state, faults.machine_slow_boot, |struck| {
            &mut struck.slow_machines
        }),
    }
}

/// Whether a fault strikes; that it did is counted.
fn strikes(state: &mut State, chance: u32, count: fn(&mut Struck) -> &mut u64) -> bool {
    let strikes = state.meta.random.chance(chance);
    *count(&mut state.meta.struck) += u64::from(strikes);
    strikes
}

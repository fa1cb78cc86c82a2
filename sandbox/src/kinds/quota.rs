//! Quotas: limits of an organisation, observed on a new one in October 2026; presets may lower them.

use serde_json::{Value, json};

use super::instance::Instance;
use super::kind::Kind as _;
use crate::catalog::instance_types;
use crate::options::Preset;
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[("list-quotas", list), ("get-quota", show)];

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    Instance,
    Cpu,
    Memory,
    Gpu,
    PrivateNetwork,
    ElasticIp,
    NetworkLoadBalancer,
    Template,
    Snapshot,
    BlockStorageVolume,
    IamRole,
    IamApiKey,
    SecurityGroup,
    AntiAffinityGroup,
    SshKey,
}

const ALL: [Resource; 15] = [
    Resource::Instance,
    Resource::Cpu,
    Resource::Memory,
    Resource::Gpu,
    Resource::PrivateNetwork,
    Resource::ElasticIp,
    Resource::NetworkLoadBalancer,
    Resource::Template,
    Resource::Snapshot,
    Resource::BlockStorageVolume,
    Resource::IamRole,
    Resource::IamApiKey,
    Resource::SecurityGroup,
    Resource::AntiAffinityGroup,
    Resource::SshKey,
];

const UNLIMITED: i64 = -1;

impl Resource {
    fn name(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Gpu => "gpu",
            Self::PrivateNetwork => "private-network",
            Self::ElasticIp => "elastic-ip",
            Self::NetworkLoadBalancer => "network-load-balancer",
            Self::Template => "template",
            Self::Snapshot => "snapshot",
            Self::BlockStorageVolume => "block-storage-volume",
            Self::IamRole => "iam-role",
            Self::IamApiKey => "iam-api-key",
            Self::SecurityGroup => "security-group",
            Self::AntiAffinityGroup => "anti-affinity-group",
            Self::SshKey => "ssh-key",
        }
    }

    fn limit(self, preset: Preset) -> i64 {
        match self {
            Self::Instance => match preset {
                Preset::Calm | Preset::BusyZone => 20,
                Preset::Hostile => 12,
            },
            Self::NetworkLoadBalancer | Self::ElasticIp => 5,
            Self::Template | Self::Snapshot => 30,
            Self::PrivateNetwork => 32,
            Self::Gpu => 0,
            Self::Cpu
            | Self::Memory
            | Self::BlockStorageVolume
            | Self::IamRole
            | Self::IamApiKey
            | Self::SecurityGroup
            | Self::AntiAffinityGroup
            | Self::SshKey => UNLIMITED,
        }
    }

    fn usage(self, state: &State) -> i64 {
        let count = match self {
            Self::Instance => instances(state),
            Self::Cpu => return sum(state, |entry| entry.cpus),
            Self::Memory => return sum(state, |entry| entry.memory),
            Self::Gpu => 0,
            Self::Template => state.templates.values().count(),
            Self::Snapshot => state.snapshots.values().count(),
            Self::PrivateNetwork => state.private_networks.values().count(),
            Self::ElasticIp => state.elastic_ips.values().count(),
            Self::NetworkLoadBalancer => state.load_balancers.values().count(),
            Self::BlockStorageVolume => state.volumes.values().count(),
            Self::IamRole => state.roles.values().count(),
            Self::IamApiKey => state.keys.values().count(),
            Self::SecurityGroup => state
                .security_groups
                .values()
                .filter(|group| !group.public)
                .count(),
            Self::AntiAffinityGroup => state.anti_affinity_groups.values().count(),
            Self::SshKey => state.ssh_keys.values().count(),
        };
        i64::try_from(count).unwrap_or(i64::MAX)
    }
}

/// The instances an organisation may have.
pub(crate) fn instance_limit(state: &State) -> i64 {
    Resource::Instance.limit(state.meta.options.preset)
}

/// Room for `more`, or 409.
pub(crate) fn check(state: &State, resource: Resource, more: usize) -> Result<(), Refusal> {
    let limit = resource.limit(state.meta.options.preset);
    let wanted = resource
        .usage(state)
        .saturating_add(i64::try_from(more).unwrap_or(i64::MAX));
    if limit == UNLIMITED || wanted <= limit {
        return Ok(());
    }
    Err(Refusal::conflict(format!(
        "Quota exceeded for resource {}: the limit is {limit}",
        resource.name()
    )))
}

/// Machines that exist, and those that pools will still make.
fn instances(state: &State) -> usize {
    let visible = |instance: &&Instance| instance.is_visible();
    let existing = state.instances.values().filter(visible).count();
    let owed: usize = state
        .pools
        .values()
        .map(|pool| {
            let members = state.instances.of(&pool.id).filter(visible).count();
            pool.size.saturating_sub(members)
        })
        .sum();
    existing + owed
}

/// Bytes of memory do not fit into a `usize` of 32 bits.
fn sum(state: &State, of: fn(&instance_types::InstanceType) -> u64) -> i64 {
    let types = state
        .instances
        .values()
        .filter(|instance| instance.is_visible());
    let total: u64 = types
        .filter_map(|instance| instance_types::find(&instance.kind))
        .map(|entry| of(&entry))
        .sum();
    i64::try_from(total).unwrap_or(i64::MAX)
}

fn list(ask: &mut Ask<'_>) -> Outcome {
    let quotas: Vec<Value> = ALL
        .into_iter()
        .map(|resource| view(ask.state, resource))
        .collect();
    Ok(json!({ "quotas": quotas }))
}

fn show(ask: &mut Ask<'_>) -> Outcome {
    let name = ask.parameter("entity");
    ALL.into_iter()
        .find(|resource| resource.name() == name)
        .map(|resource| view(ask.state, resource))
        .ok_or_else(|| Refusal::not_found("Quota"))
}

fn view(state: &State, resource: Resource) -> Value {
    json!({
        "resource": resource.name(),
        "usage": resource.usage(state),
        "limit": resource.limit(state.meta.options.preset),
    })
}

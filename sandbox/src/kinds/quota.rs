//! Quotas: limits of an organisation, observed on a new one in October 2026; presets may lower them.

use serde_json::{Value, json};

use super::instance::Instance;
use super::kind::Kind;
use crate::catalog::instance_types;
use crate::options::Preset;
use crate::store::{State, Table};
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[("list-quotas", list), ("get-quota", show)];

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    Instance,
    Cpu,
    Memory,
    /// Of each family there is one.
    Gpu(&'static str),
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

const PLAIN: [Resource; 14] = [
    Resource::Instance,
    Resource::Cpu,
    Resource::Memory,
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

/// None of them without being asked for (facts §6); the families are the document's.
const GPUS: [&str; 8] = [
    "gpu",
    "gpu2",
    "gpu3",
    "gpu3080ti",
    "gpua30",
    "gpua5000",
    "gpub300",
    "gpurtx6000pro",
];

const UNLIMITED: i64 = -1;

impl Resource {
    fn name(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Gpu(family) => family,
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
                Preset::Calm | Preset::BusyZone | Preset::Unmanned => 20,
                Preset::Hostile => 12,
            },
            Self::NetworkLoadBalancer | Self::ElasticIp => 5,
            Self::Template | Self::Snapshot => 30,
            Self::PrivateNetwork => 32,
            Self::Gpu(_) => 0,
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
            Self::Gpu(_) => 0,
            Self::Template => state.templates.values().count(),
            Self::Snapshot => state.snapshots.values().count(),
            Self::PrivateNetwork => state.private_networks.values().count(),
            Self::ElasticIp => state.elastic_ips.values().count(),
            Self::NetworkLoadBalancer => state.load_balancers.values().count(),
            Self::BlockStorageVolume => state.volumes.values().count(),
            Self::IamRole => state.roles.values().count(),
            Self::IamApiKey => visible(&state.keys),
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

fn visible<K: Kind>(table: &Table<K>) -> usize {
    table.values().filter(|row| row.is_visible()).count()
}

fn all() -> impl Iterator<Item = Resource> {
    PLAIN.into_iter().chain(GPUS.map(Resource::Gpu))
}

fn list(ask: &mut Ask<'_>) -> Outcome {
    let quotas: Vec<Value> = all().map(|resource| view(ask.state, resource)).collect();
    Ok(json!({ "quotas": quotas }))
}

fn show(ask: &mut Ask<'_>) -> Outcome {
    let name = ask.parameter("entity");
    all()
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

#[cfg(test)]
mod tests {
    use crate::testing::Client;
    use serde_json::{Value, json};

    #[test]
    fn each_by_its_name() {
        let mut client = Client::calm();
        let list = client.get("/quota");
        let quotas = list["quotas"].as_array().unwrap();
        assert_eq!(quotas.len(), 22);
        for quota in quotas {
            let name = quota["resource"].as_str().unwrap();
            assert_eq!(client.get(&format!("/quota/{name}")), *quota);
        }
        for (name, limit) in [("gpu3", 0), ("memory", -1), ("private-network", 32)] {
            let quota = json!({ "resource": name, "usage": 0, "limit": limit });
            assert_eq!(client.get(&format!("/quota/{name}")), quota);
        }
        client.refused(404, "GET", "/quota/nothing", Value::Null);
    }

    #[test]
    fn usage_follows_what_there_is() {
        let mut client = Client::calm();
        for (entity, path, body) in [
            ("elastic-ip", "/elastic-ip", json!({})),
            (
                "network-load-balancer",
                "/load-balancer",
                json!({ "name": "n" }),
            ),
            (
                "private-network",
                "/private-network",
                json!({ "name": "n" }),
            ),
            ("security-group", "/security-group", json!({ "name": "n" })),
            (
                "anti-affinity-group",
                "/anti-affinity-group",
                json!({ "name": "n" }),
            ),
            ("iam-role", "/iam-role", json!({ "name": "n" })),
        ] {
            let quota = format!("/quota/{entity}");
            let before = client.get(&quota)["usage"].as_i64().unwrap();
            let id = client.done("POST", path, body);
            assert_eq!(client.get(&quota)["usage"], before + 1, "{entity}");
            client.done("DELETE", &format!("{path}/{id}"), Value::Null);
            assert_eq!(client.get(&quota)["usage"], before, "{entity}");
        }
    }
}

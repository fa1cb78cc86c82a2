//! One file a kind: its entity, its routes, its rules, its view on the wire.

pub(crate) mod anti_affinity_group;
pub(crate) mod api_key;
pub(crate) mod block_storage;
pub(crate) mod common;
pub(crate) mod elastic_ip;
pub(crate) mod event;
pub(crate) mod iam_role;
pub(crate) mod instance;
pub(crate) mod instance_pool;
pub(crate) mod kind;
pub(crate) mod load_balancer;
pub(crate) mod organization;
pub(crate) mod organization_policy;
pub(crate) mod private_network;
pub(crate) mod quota;
pub(crate) mod reverse_dns;
pub(crate) mod security_group;
pub(crate) mod snapshot;
pub(crate) mod ssh_key;
pub(crate) mod template;

pub use self::kind::Thing;
pub(crate) use self::kind::things;

use serde::{Deserialize, Serialize};

use self::kind::Handle;
use crate::catalog::{deploy_targets, instance_types, zones};
use crate::iam::policy::Policy;
use crate::operation::{self, Failure};
use crate::store::State;
use crate::wire::route::Route;

/// Everything that is served.
pub(crate) const ROUTES: &[&[Route]] = &[
    zones::ROUTES,
    instance_types::ROUTES,
    deploy_targets::ROUTES,
    operation::ROUTES,
    anti_affinity_group::ROUTES,
    api_key::ROUTES,
    block_storage::ROUTES,
    elastic_ip::ROUTES,
    event::ROUTES,
    iam_role::ROUTES,
    instance::ROUTES,
    instance_pool::ROUTES,
    load_balancer::ROUTES,
    organization::ROUTES,
    organization_policy::ROUTES,
    private_network::ROUTES,
    quota::ROUTES,
    reverse_dns::ROUTES,
    security_group::ROUTES,
    snapshot::ROUTES,
    ssh_key::ROUTES,
    template::ROUTES,
];

/// Every kind: how its operations end, and what people see of it.
const KINDS: &[Handle] = &[
    Handle::of::<anti_affinity_group::AntiAffinityGroup>(),
    Handle::of::<api_key::Key>(),
    Handle::editable::<block_storage::Volume>(),
    Handle::editable::<block_storage::VolumeSnapshot>(),
    Handle::editable::<elastic_ip::ElasticIp>(),
    Handle::editable::<iam_role::Role>(),
    Handle::editable::<instance::Instance>(),
    Handle::editable::<instance_pool::Pool>(),
    Handle::editable::<load_balancer::LoadBalancer>(),
    Handle::editable::<private_network::PrivateNetwork>(),
    Handle::of::<security_group::SecurityGroup>(),
    Handle::of::<snapshot::Snapshot>(),
    Handle::of::<ssh_key::SshKey>(),
    Handle::editable::<template::Template>(),
];

/// What an operation does when it ends well.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    /// What any kind knows.
    Kind {
        kind: String,
        id: String,
        change: kind::Change,
    },
    BlockStorage(block_storage::Change),
    ElasticIp(elastic_ip::Change),
    Instance(instance::Change),
    KeyDeleted(String),
    LoadBalancer(load_balancer::Change),
    OrganizationPolicy(Option<Policy>),
    PrivateNetwork(private_network::Change),
    ReverseDns(reverse_dns::Change),
    SecurityGroup(security_group::Change),
    Snapshot(snapshot::Change),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Kind { kind, id, change } => return kind::apply(state, &kind, &id, &change),
            Self::BlockStorage(change) => return change.apply(state),
            Self::ElasticIp(change) => change.apply(state),
            Self::Instance(change) => return change.apply(state),
            Self::KeyDeleted(key) => api_key::deleted(state, key),
            Self::LoadBalancer(change) => return change.apply(state),
            Self::OrganizationPolicy(policy) => organization_policy::set(state, policy),
            Self::PrivateNetwork(change) => return change.apply(state),
            Self::ReverseDns(change) => return change.apply(state),
            Self::SecurityGroup(change) => return change.apply(state),
            Self::Snapshot(change) => return change.apply(state),
        }
        Ok(())
    }

    /// The operation failed: what was made may stay behind (Terraform provider #436), what was to be
    /// changed is as before.
    pub(crate) fn abandon(self, state: &mut State) {
        let stays = state.meta.random.chance(500);
        match self {
            Self::Kind { kind, id, change } => kind::give_up(state, &kind, &id, &change, stays),
            Self::BlockStorage(change) => change.abandon(state),
            Self::Instance(change) => change.abandon(state),
            Self::LoadBalancer(change) => change.abandon(state, stays),
            Self::Snapshot(change) => change.abandon(state),
            Self::ElasticIp(_)
            | Self::KeyDeleted(_)
            | Self::OrganizationPolicy(_)
            | Self::PrivateNetwork(_)
            | Self::ReverseDns(_)
            | Self::SecurityGroup(_) => {}
        }
    }
}

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
pub(crate) mod private_network;
pub(crate) mod quota;
pub(crate) mod security_group;
pub(crate) mod snapshot;
pub(crate) mod ssh_key;
pub(crate) mod template;

use serde::{Deserialize, Serialize};

use self::kind::Handle;
use crate::catalog::{deploy_targets, instance_types, zones};
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
    private_network::ROUTES,
    quota::ROUTES,
    security_group::ROUTES,
    snapshot::ROUTES,
    ssh_key::ROUTES,
    template::ROUTES,
];

/// The kinds whose operations end in the common way.
const KINDS: &[Handle] = &[
    Handle::of::<anti_affinity_group::AntiAffinityGroup>(),
    Handle::editable::<block_storage::Volume>(),
    Handle::editable::<block_storage::VolumeSnapshot>(),
    Handle::editable::<elastic_ip::ElasticIp>(),
    Handle::editable::<instance::Instance>(),
    Handle::editable::<instance_pool::Pool>(),
    Handle::editable::<private_network::PrivateNetwork>(),
    Handle::of::<snapshot::Snapshot>(),
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
    ApiKey(api_key::Change),
    BlockStorage(block_storage::Change),
    ElasticIp(elastic_ip::Change),
    IamRole(iam_role::Change),
    Instance(instance::Change),
    LoadBalancer(load_balancer::Change),
    PrivateNetwork(private_network::Change),
    SecurityGroup(security_group::Change),
    Snapshot(snapshot::Change),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Kind { kind, id, change } => kind::apply(state, &kind, &id, &change),
            Self::ApiKey(change) => change.apply(state),
            Self::BlockStorage(change) => change.apply(state),
            Self::ElasticIp(change) => {
                change.apply(state);
                Ok(())
            }
            Self::IamRole(change) => change.apply(state),
            Self::Instance(change) => change.apply(state),
            Self::LoadBalancer(change) => change.apply(state),
            Self::PrivateNetwork(change) => change.apply(state),
            Self::SecurityGroup(change) => change.apply(state),
            Self::Snapshot(change) => change.apply(state),
        }
    }

    /// The operation failed: what was made may stay behind (Terraform provider #436), what was to be
    /// changed is as before.
    pub(crate) fn abandon(self, state: &mut State) {
        let stays = state.meta.random.chance(500);
        match self {
            Self::Kind { kind, id, change } => kind::give_up(state, &kind, &id, &change, stays),
            Self::SecurityGroup(security_group::Change::Created(id)) if !stays => {
                state.security_groups.remove(&id);
            }
            Self::LoadBalancer(load_balancer::Change::Created(id)) if !stays => {
                state.load_balancers.remove(&id);
            }
            Self::LoadBalancer(
                load_balancer::Change::Created(id) | load_balancer::Change::Deleted(id),
            ) => {
                let _runs = load_balancer::Change::Created(id).apply(state);
            }
            Self::IamRole(iam_role::Change::Created(id)) if !stays => {
                state.roles.remove(&id);
            }
            Self::BlockStorage(change) => change.abandon(state),
            Self::Instance(change) => change.abandon(state),
            Self::Snapshot(change) => change.abandon(state),
            Self::ApiKey(_)
            | Self::ElasticIp(_)
            | Self::IamRole(_)
            | Self::LoadBalancer(_)
            | Self::PrivateNetwork(_)
            | Self::SecurityGroup(_) => {}
        }
    }
}

//! Instance pools: the entity and its routes; creation, changes, members and view are in the files beside.

mod change;
mod create;
pub(crate) mod members;
mod view;

use serde::{Deserialize, Serialize};

pub(crate) use self::members::Moment;
use super::common::{Labels, Zonal};
use super::instance::PublicIp;
use crate::operation::Failure;
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Route, delete, get, post, put};

pub(crate) const ROUTES: &[Route] = &[
    get("/instance-pool", "list-instance-pools", view::list),
    post("/instance-pool", "create-instance-pool", create::create),
    get("/instance-pool/{id}", "get-instance-pool", view::show),
    put(
        "/instance-pool/{id}",
        "update-instance-pool",
        change::update,
    ),
    delete(
        "/instance-pool/{id}",
        "delete-instance-pool",
        change::remove,
    ),
    put(
        "/instance-pool/{id}:scale",
        "scale-instance-pool",
        change::scale,
    ),
    put(
        "/instance-pool/{id}:evict",
        "evict-instance-pool-members",
        change::evict,
    ),
];

const KIND: &str = "instance-pool";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PoolState {
    Creating,
    Running,
    ScalingUp,
    ScalingDown,
    Updating,
    Destroying,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pool {
    pub(crate) id: String,
    pub(crate) zone: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) state: PoolState,
    /// The target; members follow.
    pub(crate) size: usize,
    pub(crate) min_available: Option<u64>,
    pub(crate) prefix: String,
    pub(crate) instance_type: String,
    pub(crate) template: String,
    pub(crate) disk_size: u64,
    pub(crate) labels: Labels,
    pub(crate) user_data: Option<String>,
    pub(crate) private_networks: Vec<String>,
    pub(crate) security_groups: Vec<String>,
    pub(crate) anti_affinity_groups: Vec<String>,
    pub(crate) elastic_ips: Vec<String>,
    pub(crate) ssh_keys: Vec<String>,
    pub(crate) public_ip_assignment: PublicIp,
    /// The members as the API lists them: behind the truth by moments.
    pub(crate) listed: Vec<String>,
    /// The operation to end when the pool is at rest.
    pub(crate) operation: Option<String>,
    /// The load balancer that lately pointed here: the lock outlives its service by moments.
    pub(crate) lingering_lock: Option<String>,
    /// A visit is scheduled that makes the next member.
    pub(crate) spawning: bool,
    pub(crate) born: u64,
}

impl Zonal for Pool {
    fn zone(&self) -> &str {
        &self.zone
    }
}

impl Pool {
    /// A pool that is not at rest takes no changes.
    pub(crate) fn check_rest(&self, state: &State) -> Result<(), Refusal> {
        match self.state {
            PoolState::Running => Ok(()),
            PoolState::Creating
            | PoolState::ScalingUp
            | PoolState::ScalingDown
            | PoolState::Updating
            | PoolState::Destroying => Err(Refusal::new(
                state.meta.switches.busy_pool_status,
                format!(
                    "Instance pool {} is busy: another operation is pending",
                    self.id
                ),
            )),
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Updated(String, Box<change::Update>),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Updated(id, update) => change::updated(state, &id, *update),
        }
        Ok(())
    }

    pub(crate) fn abandon(self, state: &mut State) {
        match self {
            Self::Updated(id, _) => {
                if let Some(pool) = state.pools.get_mut(&id) {
                    pool.state = PoolState::Running;
                }
            }
        }
    }
}

//! Instances: the entity and its routes; creation, actions, life and view are in the files beside.

mod action;
mod create;
pub(crate) mod lifecycle;
mod view;

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

pub(crate) use self::create::{Blueprint, check_offer, spawn};
pub(crate) use self::lifecycle::Moment;
use super::common::{Labels, Zonal};
use crate::operation::{Failure, OperationState};
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Route, delete, get, post, put};

pub(crate) const ROUTES: &[Route] = &[
    get("/instance", "list-instances", view::list),
    post("/instance", "create-instance", create::create),
    get("/instance/{id}", "get-instance", view::show),
    put("/instance/{id}", "update-instance", action::update),
    delete("/instance/{id}", "delete-instance", action::remove),
    put("/instance/{id}:start", "start-instance", action::start),
    put("/instance/{id}:stop", "stop-instance", action::stop),
    put("/instance/{id}:reboot", "reboot-instance", action::reboot),
];

const KIND: &str = "instance";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum InstanceState {
    Starting,
    Running,
    Stopping,
    Stopped,
    Destroying,
    Expunging,
}

/// The public side of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PublicIp {
    Inet4,
    Dual,
    None,
}

/// A private side of a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Interface {
    pub(crate) network: String,
    pub(crate) mac: String,
    pub(crate) ip: Option<Ipv4Addr>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) zone: String,
    pub(crate) name: String,
    pub(crate) state: InstanceState,
    pub(crate) kind: String,
    pub(crate) template: String,
    pub(crate) disk_size: u64,
    pub(crate) labels: Labels,
    pub(crate) security_groups: Vec<String>,
    pub(crate) anti_affinity_groups: Vec<String>,
    pub(crate) ssh_keys: Vec<String>,
    pub(crate) user_data: Option<String>,
    pub(crate) public_ip_assignment: PublicIp,
    pub(crate) public_ip: Option<Ipv4Addr>,
    pub(crate) mac: String,
    pub(crate) interfaces: Vec<Interface>,
    /// The pool it is a member of.
    pub(crate) manager: Option<String>,
    /// Wall time.
    pub(crate) created_at: u64,
    /// Virtual time.
    pub(crate) born: u64,
    /// The order of creation.
    pub(crate) number: u64,
    /// The operation that creates it: until it ends, nothing else may be done.
    pub(crate) creation: Option<String>,
    /// Counts starts, so that what was scheduled for an earlier life is ignored.
    pub(crate) starts: u32,
    pub(crate) never_boots: bool,
    pub(crate) boots_slowly: bool,
}

impl Zonal for Instance {
    fn zone(&self) -> &str {
        &self.zone
    }
}

impl Instance {
    /// Expunged machines still wear their groups for a moment, but nobody sees them.
    pub(crate) fn is_visible(&self) -> bool {
        self.state != InstanceState::Expunging
    }

    /// A member that counts: not one on its way out.
    pub(crate) fn is_member_of(&self, pool: &str) -> bool {
        let leaving = matches!(
            self.state,
            InstanceState::Destroying | InstanceState::Expunging
        );
        !leaving && self.manager.as_deref() == Some(pool)
    }

    pub(crate) fn interface(&self, network: &str) -> Option<&Interface> {
        self.interfaces
            .iter()
            .find(|interface| interface.network == network)
    }

    pub(crate) fn is_running(&self) -> bool {
        self.state == InstanceState::Running
    }

    /// Nothing may be done to a machine while it is being created, or destroyed.
    pub(crate) fn check_free(&self, state: &State) -> Result<(), Refusal> {
        let creating = self
            .creation
            .as_deref()
            .and_then(|id| state.operations.get(id))
            .is_some_and(|operation| operation.state == OperationState::Pending);
        if creating && state.meta.switches.busy_while_creating
            || self.state == InstanceState::Destroying
        {
            return Err(Refusal::conflict(
                "Instance is busy: another operation is pending",
            ));
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Created(String),
    Started(String),
    Stopped(String),
    Updated(String, action::Update),
    Deleted(String, InstanceState),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Created(_) | Self::Started(_) => {}
            Self::Stopped(id) => lifecycle::stopped(state, &id),
            Self::Updated(id, update) => action::updated(state, &id, update),
            Self::Deleted(id, _) => lifecycle::destroyed(state, &id),
        }
        Ok(())
    }

    pub(crate) fn abandon(self, state: &mut State, stays: bool) {
        match self {
            Self::Created(id) if stays => set_state(state, &id, InstanceState::Stopped),
            Self::Created(id) => lifecycle::destroyed(state, &id),
            Self::Started(id) => {
                if let Some(instance) = state.instances.get_mut(&id) {
                    instance.state = InstanceState::Stopped;
                    instance.starts += 1;
                }
            }
            Self::Stopped(id) => set_state(state, &id, InstanceState::Running),
            Self::Deleted(id, before) => set_state(state, &id, before),
            Self::Updated(..) => {}
        }
    }
}

fn set_state(state: &mut State, id: &str, to: InstanceState) {
    if let Some(instance) = state.instances.get_mut(id) {
        instance.state = to;
    }
}

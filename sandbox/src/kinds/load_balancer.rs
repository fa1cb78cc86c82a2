//! Network load balancers: their services point at pools, and lock them.

mod service;
mod settings;

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::service::Service;
use super::common::Labels;
use super::kind::{self, Editable, Kind};
use super::quota;
use crate::durations::LOAD_BALANCER_CHANGE;
use crate::operation::Failure;
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};
use crate::wire::time::rfc3339;

pub(crate) const ROUTES: &[Route] = &[
    ("list-load-balancers", kind::list::<LoadBalancer>),
    ("create-load-balancer", create),
    ("get-load-balancer", kind::show::<LoadBalancer>),
    ("update-load-balancer", kind::update::<LoadBalancer>),
    ("reset-load-balancer-field", kind::reset::<LoadBalancer>),
    ("delete-load-balancer", kind::remove::<LoadBalancer>),
    ("add-service-to-load-balancer", service::add),
    ("get-load-balancer-service", service::show),
    ("update-load-balancer-service", service::update),
    ("reset-load-balancer-service-field", service::reset),
    ("delete-load-balancer-service", service::remove),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum BalancerState {
    Creating,
    Running,
    Deleting,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LoadBalancer {
    id: String,
    zone: String,
    settings: Settings,
    ip: Ipv4Addr,
    state: BalancerState,
    services: Vec<Service>,
    created_at: u64,
    born: u64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    name: String,
    description: Option<String>,
    labels: Labels,
}

impl Kind for LoadBalancer {
    const NAME: &'static str = "load-balancer";
    const PLURAL: &'static str = "load-balancers";
    const TITLE: &'static str = "Load balancer";
    const CHANGE_MS: u64 = LOAD_BALANCER_CHANGE;

    fn zone(&self) -> Option<&str> {
        Some(&self.zone)
    }

    fn born(&self) -> u64 {
        self.born
    }

    fn summary(&self, state: &State) -> Object {
        let services = self.services.iter().map(|service| service.view(state));
        Object::of(&self.settings)
            .with("id", &self.id)
            .with("state", self.state)
            .with("created-at", rfc3339(self.created_at))
            .with("ip", self.ip)
            .with("services", services.collect::<Vec<Value>>())
    }

    fn leaving(&mut self) {
        self.state = BalancerState::Deleting;
    }

    fn staying(&mut self) {
        self.state = BalancerState::Running;
    }

    fn made(state: &mut State, id: &str) {
        if let Some(balancer) = state.load_balancers.get_mut(id) {
            balancer.state = BalancerState::Running;
        }
    }

    fn removed(state: &mut State, id: &str) {
        let balancer = state.load_balancers.remove(id);
        for service in balancer.iter().flat_map(|balancer| &balancer.services) {
            service::linger(state, id, service);
        }
    }
}

impl Editable for LoadBalancer {
    type Settings = Settings;

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    fn check(
        _settings: &Settings,
        _before: Option<&Settings>,
        _zone: &str,
        _state: &State,
    ) -> Result<(), Refusal> {
        Ok(())
    }

    fn check_change(&self, _settings: &Settings, _state: &State) -> Result<(), Refusal> {
        if self.state == BalancerState::Deleting {
            return Err(Refusal::conflict("Load balancer is being deleted"));
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Change {
    balancer: String,
    service: String,
    what: kind::Change,
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        service::finish(state, &self.balancer, &self.service, self.what)
    }

    pub(crate) fn abandon(self, state: &mut State, stays: bool) {
        service::abandon(state, &self.balancer, &self.service, (&self.what, stays));
    }
}

/// The load balancer with a service that points at this pool.
pub(crate) fn pointing_at(state: &State, pool: &str) -> Option<String> {
    let points = |balancer: &&LoadBalancer| {
        let mut services = balancer.services.iter();
        services.any(|service| service.points_at(pool))
    };
    state
        .load_balancers
        .values()
        .find(points)
        .map(|balancer| balancer.id.clone())
}

fn create(ask: &mut Ask<'_>) -> Outcome {
    let settings = ask.read()?;
    quota::check(ask.state, quota::Resource::NetworkLoadBalancer, 1)?;
    let id = ask.state.uuid();
    let balancer = LoadBalancer {
        id: id.clone(),
        zone: ask.zone.to_owned(),
        settings,
        ip: ask.state.public_address(),
        state: BalancerState::Creating,
        services: Vec::new(),
        created_at: ask.state.meta.wall,
        born: ask.state.meta.now,
    };
    kind::make(ask, &id, balancer)
}

#[cfg(test)]
mod tests;

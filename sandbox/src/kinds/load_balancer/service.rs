//! Services of a load balancer. The operation refers to the load balancer; the service is found by name.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::settings::Settings;
use super::{BalancerState, Change, LoadBalancer};
use crate::durations::LINGER;
use crate::future::Happening;
use crate::kinds;
use crate::kinds::instance::Instance;
use crate::kinds::instance_pool::Pool;
use crate::kinds::kind::{self, Kind as _};
use crate::kinds::security_group;
use crate::machine::firewall::{self, Flow};
use crate::operation::Failure;
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

/// Exoscale's documentation.
const SERVICES_MAX: usize = 10;
/// What an update must repeat where it replaces the whole service.
const REQUIRED: [&str; 6] = [
    "name",
    "protocol",
    "strategy",
    "port",
    "target-port",
    "healthcheck",
];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Service {
    id: String,
    state: ServiceState,
    pub(super) settings: Settings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ServiceState {
    Creating,
    Running,
    Updating,
    Deleting,
}

impl Service {
    pub(super) fn points_at(&self, pool: &str) -> bool {
        self.settings.instance_pool.id == pool
    }

    pub(super) fn view(&self, state: &State) -> Value {
        let members = state
            .instances
            .values()
            .filter(|instance| instance.is_member_of(&self.settings.instance_pool.id));
        let statuses: Vec<Value> = members
            .filter_map(|member| {
                let healthy = self.reaches(state, member);
                let status = if healthy { "success" } else { "failure" };
                Some(json!({ "public-ip": member.public_ip?, "status": status }))
            })
            .collect();
        Object::of(&self.settings)
            .with("id", &self.id)
            .with("state", self.state)
            .with("healthcheck-status", statuses)
            .done()
    }

    /// Does the health check succeed? The machine must run and let it in; what listens there, nobody asks here.
    fn reaches(&self, state: &State, member: &Instance) -> bool {
        let check = &self.settings.healthcheck;
        let port = check.port.unwrap_or(self.settings.target_port);
        let lets_in = || {
            let mut sources = security_group::healthcheck_sources(state).iter();
            sources.all(|source| match source.network() {
                IpAddr::V4(source) => firewall::lets_in(state, member, source, Flow::tcp(port)),
                IpAddr::V6(_) => true,
            })
        };
        let filtered = state.meta.switches.healthchecks_are_filtered;
        member.is_running() && (!filtered || lets_in())
    }
}

/// Right after its creation a load balancer takes no service yet (Terraform provider #380).
pub(super) fn add(ask: &mut Ask<'_>) -> Outcome {
    let settings: Settings = ask.read()?;
    let balancer = own(ask)?;
    if balancer.services.len() >= SERVICES_MAX {
        return Err(Refusal::conflict(format!(
            "A load balancer has at most {SERVICES_MAX} services"
        )));
    }
    settings.check(balancer.services.iter())?;
    kind::find::<Pool>(ask.state, ask.zone, &settings.instance_pool.id)?;
    let service = Service {
        id: ask.state.uuid(),
        state: ServiceState::Creating,
        settings,
    };
    let id = service.id.clone();
    if let Some(balancer) = ask.state.load_balancers.get_mut(ask.id()) {
        balancer.services.push(service);
    }
    begin(ask, &id, kind::Change::Made)
}

pub(super) fn show(ask: &mut Ask<'_>) -> Outcome {
    let balancer = kind::own::<LoadBalancer>(ask)?;
    let service = one_of(balancer, ask.parameter("service-id"))?;
    Ok(service.view(ask.state))
}

pub(super) fn update(ask: &mut Ask<'_>) -> Outcome {
    let mut patch: Value = ask.read()?;
    if ask.state.meta.switches.service_update_is_whole {
        let missing = |name: &&&str| patch.get(**name).is_none();
        if let Some(name) = REQUIRED.iter().find(missing) {
            return Err(Refusal::invalid(format!(
                "Invalid request body: {name} is required"
            )));
        }
        if let Some(patch) = patch.as_object_mut() {
            patch.entry("description").or_insert(Value::Null);
        }
    }
    edit(ask, patch)
}

pub(super) fn reset(ask: &mut Ask<'_>) -> Outcome {
    let patch = json!({ ask.parameter("field"): null });
    edit(ask, patch)
}

fn edit(ask: &mut Ask<'_>, patch: Value) -> Outcome {
    let balancer = own(ask)?;
    let service = free_one_of(balancer, ask.parameter("service-id"))?;
    let settings = kind::merged(&service.settings, &patch)
        .map_err(|error| Refusal::invalid(format!("Invalid request body: {error}")))?;
    let others = balancer.services.iter();
    settings.check(others.filter(|other| other.id != service.id))?;
    let id = service.id.clone();
    set_state(ask.state, ask.id(), &id, ServiceState::Updating);
    begin(ask, &id, kind::Change::Edited(patch))
}

pub(super) fn remove(ask: &mut Ask<'_>) -> Outcome {
    let service = free_one_of(own(ask)?, ask.parameter("service-id"))?;
    let id = service.id.clone();
    set_state(ask.state, ask.id(), &id, ServiceState::Deleting);
    begin(ask, &id, kind::Change::Gone)
}

/// The operation on the service has ended well, unless its pool or its load balancer is gone.
pub(super) fn finish(
    state: &mut State,
    balancer: &str,
    service: &str,
    change: kind::Change,
) -> Result<(), Failure> {
    match change {
        kind::Change::Gone => remove_now(state, balancer, service),
        kind::Change::Made => {
            let found = find_mut(state, balancer, service);
            let gone = || Failure::new("not-found", "Load balancer not found");
            let pool = found.ok_or_else(gone)?.settings.instance_pool.id.clone();
            if state.pools.get(&pool).is_none() {
                remove_now(state, balancer, service);
                return Err(Failure::new("not-found", "Instance pool not found"));
            }
            set_state(state, balancer, service, ServiceState::Running);
        }
        kind::Change::Edited(patch) => {
            if let Some(service) = find_mut(state, balancer, service) {
                service.state = ServiceState::Running;
                if let Ok(settings) = kind::merged(&service.settings, &patch) {
                    service.settings = settings;
                }
            }
        }
    }
    Ok(())
}

/// It has failed.
pub(super) fn abandon(
    state: &mut State,
    balancer: &str,
    service: &str,
    (change, stays): (&kind::Change, bool),
) {
    match change {
        kind::Change::Made if !stays => remove_now(state, balancer, service),
        kind::Change::Made | kind::Change::Edited(_) | kind::Change::Gone => {
            set_state(state, balancer, service, ServiceState::Running);
        }
    }
}

fn remove_now(state: &mut State, id: &str, service: &str) {
    let Some(balancer) = state.load_balancers.get_mut(id) else {
        return;
    };
    let mut services = balancer.services.iter();
    let found = services.position(|known| known.id == service);
    if let Some(found) = found.map(|index| balancer.services.remove(index)) {
        linger(state, id, &found);
    }
}

/// The lock on the pool outlives the service by moments.
pub(super) fn linger(state: &mut State, balancer: &str, service: &Service) {
    let pool_id = service.settings.instance_pool.id.clone();
    if let Some(pool) = state.pools.get_mut(&pool_id) {
        pool.lingering_lock = Some(balancer.to_owned());
    }
    state.schedule_about(LINGER, Happening::PoolUnlocks(pool_id));
}

fn begin(ask: &mut Ask<'_>, service: &str, change: kind::Change) -> Outcome {
    let balancer = ask.id().to_owned();
    let change = Change {
        balancer: balancer.clone(),
        service: service.to_owned(),
        what: change,
    };
    kind::begin::<LoadBalancer>(ask, &balancer, kinds::Change::LoadBalancer(change))
}

/// A load balancer whose services can be changed.
fn own<'a>(ask: &'a Ask<'_>) -> Result<&'a LoadBalancer, Refusal> {
    let balancer = kind::own::<LoadBalancer>(ask)?;
    match balancer.state {
        BalancerState::Running => Ok(balancer),
        BalancerState::Creating | BalancerState::Deleting => {
            Err(Refusal::not_found(LoadBalancer::TITLE))
        }
    }
}

fn one_of<'a>(balancer: &'a LoadBalancer, id: &str) -> Result<&'a Service, Refusal> {
    let mut services = balancer.services.iter();
    services
        .find(|service| service.id == id)
        .ok_or_else(|| Refusal::not_found("Load balancer service"))
}

/// One that nothing is being done to.
fn free_one_of<'a>(balancer: &'a LoadBalancer, id: &str) -> Result<&'a Service, Refusal> {
    let service = one_of(balancer, id)?;
    if service.state == ServiceState::Running {
        return Ok(service);
    }
    Err(Refusal::conflict(
        "Load balancer service is busy: another operation is pending",
    ))
}

fn find_mut<'a>(state: &'a mut State, balancer: &str, id: &str) -> Option<&'a mut Service> {
    let services = &mut state.load_balancers.get_mut(balancer)?.services;
    services.iter_mut().find(|service| service.id == id)
}

fn set_state(state: &mut State, balancer: &str, service: &str, to: ServiceState) {
    if let Some(service) = find_mut(state, balancer, service) {
        service.state = to;
    }
}

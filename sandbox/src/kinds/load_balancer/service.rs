//! Services of a load balancer. The operation refers to the load balancer; the service is found by name.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{BalancerState, Change, begin, own};
use crate::durations::LINGER;
use crate::future::Happening;
use crate::kinds::common::{Reference as Given, check_description, check_name};
use crate::kinds::instance_pool::Pool;
use crate::kinds::kind;
use crate::operation::Failure;
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

/// Exoscale's documentation.
const SERVICES_MAX: usize = 10;

/// As on the wire; read from a request without an id.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Service {
    #[serde(default)]
    id: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    instance_pool: Given,
    protocol: Protocol,
    strategy: Strategy,
    port: u16,
    target_port: u16,
    healthcheck: Healthcheck,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Protocol {
    Tcp,
    Udp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Strategy {
    MaglevHash,
    RoundRobin,
    SourceHash,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Healthcheck {
    #[serde(default = "tcp")]
    mode: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(default = "ten")]
    interval: u32,
    #[serde(default = "two")]
    timeout: u32,
    #[serde(default = "one")]
    retries: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tls_sni: Option<String>,
}

fn tcp() -> String {
    "tcp".to_owned()
}

fn ten() -> u32 {
    10
}

fn two() -> u32 {
    2
}

fn one() -> u32 {
    1
}

impl Service {
    pub(super) fn points_at(&self, pool: &str) -> bool {
        self.instance_pool.id == pool
    }

    fn check(&self) -> Result<(), Refusal> {
        check_name(&self.name)?;
        check_description(self.description.as_ref())?;
        let check = &self.healthcheck;
        let ranges = (5..=300).contains(&check.interval)
            && (2..=60).contains(&check.timeout)
            && (1..=20).contains(&check.retries);
        let mode = matches!(check.mode.as_str(), "tcp" | "http" | "https");
        if ranges
            && mode
            && check.timeout <= check.interval
            && self.port > 0
            && self.target_port > 0
        {
            return Ok(());
        }
        Err(Refusal::invalid(
            "Invalid request body: service is out of range",
        ))
    }
}

/// Right after its creation a load balancer takes no service yet (Terraform provider #380).
pub(super) fn add(ask: &mut Ask<'_>) -> Outcome {
    let mut service: Service = ask.read()?;
    service.check()?;
    let balancer = own(ask)?;
    if balancer.state == BalancerState::Creating {
        return Err(Refusal::not_found("Load balancer"));
    }
    let taken = |other: &Service| {
        other.name == service.name
            || other.port == service.port && other.protocol == service.protocol
    };
    if balancer.services.len() >= SERVICES_MAX || balancer.services.iter().any(taken) {
        return Err(Refusal::conflict(
            "The load balancer already has such a service, or too many",
        ));
    }
    let id = balancer.id.clone();
    kind::find::<Pool>(ask.state, ask.zone, &service.instance_pool.id)?;
    service.id = ask.state.uuid();
    begin(ask, &id, Change::ServiceAdded(id.clone(), service))
}

pub(super) fn show(ask: &mut Ask<'_>) -> Outcome {
    one_of(ask).map(|service| view(ask.state, service))
}

pub(super) fn remove(ask: &mut Ask<'_>) -> Outcome {
    let service = one_of(ask)?.id.clone();
    let id = own(ask)?.id.clone();
    begin(ask, &id, Change::ServiceDeleted(id.clone(), service))
}

pub(super) fn added(state: &mut State, balancer: &str, service: Service) -> Result<(), Failure> {
    if state.pools.get(&service.instance_pool.id).is_none() {
        return Err(Failure::new("not-found", "Instance pool not found"));
    }
    let gone = || Failure::new("not-found", "Load balancer not found");
    state
        .load_balancers
        .get_mut(balancer)
        .ok_or_else(gone)?
        .services
        .push(service);
    Ok(())
}

pub(super) fn deleted(state: &mut State, id: &str, service: &str) {
    let Some(balancer) = state.load_balancers.get_mut(id) else {
        return;
    };
    let found = balancer
        .services
        .iter()
        .position(|known| known.id == service);
    if let Some(found) = found.map(|index| balancer.services.remove(index)) {
        linger(state, id, &found);
    }
}

/// The lock on the pool outlives the service by moments.
pub(super) fn linger(state: &mut State, balancer: &str, service: &Service) {
    let pool_id = service.instance_pool.id.clone();
    if let Some(pool) = state.pools.get_mut(&pool_id) {
        pool.lingering_lock = Some(balancer.to_owned());
    }
    state.schedule_about(LINGER, Happening::PoolUnlocks(pool_id));
}

pub(super) fn view(state: &State, service: &Service) -> Value {
    let members = state
        .instances
        .values()
        .filter(|instance| instance.is_member_of(&service.instance_pool.id));
    let statuses: Vec<Value> = members
        .filter_map(|instance| {
            let status = if instance.is_running() {
                "success"
            } else {
                "failure"
            };
            Some(json!({ "public-ip": instance.public_ip?, "status": status }))
        })
        .collect();
    Object::new()
        .with("id", &service.id)
        .with("name", &service.name)
        .maybe("description", service.description.as_ref())
        .with("state", "running")
        .with("instance-pool", &service.instance_pool)
        .with("protocol", service.protocol)
        .with("strategy", service.strategy)
        .with("port", service.port)
        .with("target-port", service.target_port)
        .with("healthcheck", &service.healthcheck)
        .with("healthcheck-status", statuses)
        .done()
}

fn one_of<'a>(ask: &'a Ask<'_>) -> Result<&'a Service, Refusal> {
    let id = ask.parameter("service-id");
    let service = own(ask)?.services.iter().find(|service| service.id == id);
    service.ok_or_else(|| Refusal::not_found("Load balancer service"))
}

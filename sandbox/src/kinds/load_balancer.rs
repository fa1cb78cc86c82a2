//! Network load balancers: their services point at pools, and lock them.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::common::{Labels, check_description, check_name};
use super::kind::{self, Kind};
use super::quota;
use crate::durations::LOAD_BALANCER_CHANGE;
use crate::operation::{self, Failure, Reference};
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};
use crate::wire::time::rfc3339;

mod service;

use self::service::Service;

pub(crate) const ROUTES: &[Route] = &[
    ("list-load-balancers", kind::list::<LoadBalancer>),
    ("create-load-balancer", create),
    ("get-load-balancer", kind::show::<LoadBalancer>),
    ("delete-load-balancer", remove),
    ("add-service-to-load-balancer", service::add),
    ("get-load-balancer-service", service::show),
    ("delete-load-balancer-service", service::remove),
];

const KIND: &str = "load-balancer";

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
    name: String,
    description: Option<String>,
    labels: Labels,
    ip: Ipv4Addr,
    state: BalancerState,
    services: Vec<Service>,
    created_at: u64,
    born: u64,
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
        view(state, self)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Created(String),
    Deleted(String),
    ServiceAdded(String, Service),
    ServiceDeleted(String, String),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Created(id) => {
                if let Some(balancer) = state.load_balancers.get_mut(&id) {
                    balancer.state = BalancerState::Running;
                }
                Ok(())
            }
            Self::Deleted(id) => {
                let services = state
                    .load_balancers
                    .remove(&id)
                    .map(|balancer| balancer.services);
                for service in services.into_iter().flatten() {
                    service::linger(state, &id, &service);
                }
                Ok(())
            }
            Self::ServiceAdded(id, service) => service::added(state, &id, service),
            Self::ServiceDeleted(id, service) => {
                service::deleted(state, &id, &service);
                Ok(())
            }
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Create {
    name: String,
    description: Option<String>,
    #[serde(default)]
    labels: Labels,
}

/// The load balancer with a service that points at this pool.
pub(crate) fn pointing_at(state: &State, pool: &str) -> Option<String> {
    let points = |balancer: &&LoadBalancer| {
        balancer
            .services
            .iter()
            .any(|service| service.points_at(pool))
    };
    state
        .load_balancers
        .values()
        .find(points)
        .map(|balancer| balancer.id.clone())
}

fn create(ask: &mut Ask<'_>) -> Outcome {
    let body: Create = ask.read()?;
    check_name(&body.name)?;
    check_description(body.description.as_ref())?;
    quota::check(ask.state, quota::Resource::NetworkLoadBalancer, 1)?;
    let id = ask.state.uuid();
    let balancer = LoadBalancer {
        id: id.clone(),
        zone: ask.zone.to_owned(),
        name: body.name,
        description: body.description,
        labels: body.labels,
        ip: ask.state.public_address(),
        state: BalancerState::Creating,
        services: Vec::new(),
        created_at: ask.state.meta.wall,
        born: ask.state.meta.now,
    };
    ask.state.load_balancers.insert(&id, balancer);
    begin(ask, &id, Change::Created(id.clone()))
}

fn remove(ask: &mut Ask<'_>) -> Outcome {
    let id = own(ask)?.id.clone();
    if let Some(balancer) = ask.state.load_balancers.get_mut(&id) {
        balancer.state = BalancerState::Deleting;
    }
    begin(ask, &id, Change::Deleted(id.clone()))
}

fn own<'a>(ask: &'a Ask<'_>) -> Result<&'a LoadBalancer, Refusal> {
    kind::find::<LoadBalancer>(ask.state, ask.zone, ask.parameter("id"))
}

fn begin(ask: &mut Ask<'_>, id: &str, change: Change) -> Outcome {
    let change = super::Change::LoadBalancer(change);
    Ok(operation::begin(
        ask,
        Reference::new(KIND, id),
        LOAD_BALANCER_CHANGE,
        change,
    ))
}

fn view(state: &State, balancer: &LoadBalancer) -> Object {
    let services: Vec<Value> = balancer
        .services
        .iter()
        .map(|service| service::view(state, service))
        .collect();
    Object::new()
        .with("id", &balancer.id)
        .with("name", &balancer.name)
        .maybe("description", balancer.description.as_ref())
        .with("state", balancer.state)
        .with("created-at", rfc3339(balancer.created_at))
        .with("ip", balancer.ip)
        .maybe("labels", Some(&balancer.labels))
        .with("services", services)
}

#[cfg(test)]
mod tests {
    use crate::testing::Client;
    use serde_json::{Value, json};

    fn service(pool: &str) -> Value {
        json!({
            "name": "http", "instance-pool": { "id": pool }, "protocol": "tcp", "strategy": "round-robin",
            "port": 80, "target-port": 30_080, "healthcheck": { "mode": "tcp", "port": 30_080 },
        })
    }

    #[test]
    fn a_service_locks_its_pool() {
        let mut client = Client::calm();
        let body = client.pool(json!({ "size": 1 }));
        let pool = client.done("POST", "/instance-pool", body);
        let pool_path = format!("/instance-pool/{pool}");
        let (_, operation) = client.call("POST", "/load-balancer", &json!({ "name": "k8s-1" }));
        let id = operation["reference"]["id"].as_str().unwrap().to_owned();
        let path = format!("/load-balancer/{id}");
        client.refused(404, "POST", &format!("{path}/service"), service(&pool));
        client.ended(operation["id"].as_str().unwrap());
        assert_eq!(
            client.done("POST", &format!("{path}/service"), service(&pool)),
            id
        );
        client.refused(409, "POST", &format!("{path}/service"), service(&pool));
        let message = client.refused(403, "DELETE", &pool_path, Value::Null);
        assert_eq!(
            message,
            format!(
                "Operation destroyInstancePool on resource {pool} is forbidden - reason: Locked by NLB {id}"
            )
        );
        let shown = client.get(&path)["services"][0].clone();
        assert_eq!(shown["instance-pool"]["id"], pool.as_str());
        assert_eq!(shown["healthcheck-status"][0]["status"], "success");
        let service = format!("{path}/service/{}", shown["id"].as_str().unwrap());
        client.get(&service);
        client.done("DELETE", &service, Value::Null);
        client.refused(403, "DELETE", &pool_path, Value::Null);
        client.pass(10);
        client.done("DELETE", &pool_path, Value::Null);
        client.done("DELETE", &path, Value::Null);
        assert_eq!(
            client.get("/load-balancer"),
            json!({ "load-balancers": [] })
        );
    }

    #[test]
    fn five_and_no_more() {
        let mut client = Client::calm();
        for _ in 0..5 {
            client.done("POST", "/load-balancer", json!({ "name": "same" }));
        }
        client.refused(409, "POST", "/load-balancer", json!({ "name": "same" }));
    }
}

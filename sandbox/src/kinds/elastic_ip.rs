//! Elastic addresses: with a health check managed, without one manual.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::{Labels, Reference as Given, Zonal, check_description, find};
use super::quota;
use crate::durations::ELASTIC_IP_CHANGE;
use crate::operation::{self, Failure, Reference};
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route, delete, get, post, put};

pub(crate) const ROUTES: &[Route] = &[
    get("/elastic-ip", "list-elastic-ips", list),
    post("/elastic-ip", "create-elastic-ip", create),
    get("/elastic-ip/{id}", "get-elastic-ip", show),
    delete("/elastic-ip/{id}", "delete-elastic-ip", remove),
    put(
        "/elastic-ip/{id}:attach",
        "attach-instance-to-elastic-ip",
        attach,
    ),
    put(
        "/elastic-ip/{id}:detach",
        "detach-instance-from-elastic-ip",
        detach,
    ),
];

const KIND: &str = "elastic-ip";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ElasticIp {
    id: String,
    zone: String,
    pub(crate) ip: Ipv4Addr,
    description: Option<String>,
    healthcheck: Option<Healthcheck>,
    labels: Labels,
    pub(crate) instances: Vec<String>,
    born: u64,
}

impl Zonal for ElasticIp {
    fn zone(&self) -> &str {
        &self.zone
    }
}

impl ElasticIp {
    /// Where its health check knocks; `None` for a manual address.
    pub(crate) fn probe_port(&self) -> Option<u16> {
        self.healthcheck.as_ref().map(|check| check.port)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Created(String),
    Deleted(String),
    Attached(String, String),
    Detached(String, String),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Created(_) => {}
            Self::Deleted(id) if is_attached(state, &id) => {
                return Err(Failure::new(
                    "conflict",
                    "Allocated IP address can't be deleted",
                ));
            }
            Self::Deleted(id) => {
                state.elastic_ips.remove(&id);
            }
            Self::Attached(id, instance) => {
                if let Some(address) = state.elastic_ips.get_mut(&id) {
                    address.instances.push(instance);
                }
            }
            Self::Detached(id, instance) => {
                if let Some(address) = state.elastic_ips.get_mut(&id) {
                    address.instances.retain(|attached| *attached != instance);
                }
            }
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Healthcheck {
    mode: Mode,
    port: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    #[serde(default = "ten")]
    interval: u32,
    #[serde(default = "two")]
    timeout: u32,
    #[serde(default = "two")]
    strikes_ok: u32,
    #[serde(default = "three")]
    strikes_fail: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tls_sni: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tls_skip_verify: Option<bool>,
}

fn ten() -> u32 {
    10
}

fn two() -> u32 {
    2
}

fn three() -> u32 {
    3
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Http,
    Https,
    Tcp,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Create {
    addressfamily: Option<String>,
    description: Option<String>,
    healthcheck: Option<Healthcheck>,
    #[serde(default)]
    labels: Labels,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    instance: Given,
}

fn list(ask: &mut Ask<'_>) -> Outcome {
    let until = ask.listed_until();
    let zone = ask.zone;
    let addresses = ask.state.elastic_ips.values();
    let addresses: Vec<Value> = addresses
        .filter(|address| address.zone == zone && address.born <= until)
        .map(view)
        .collect();
    Ok(json!({ "elastic-ips": addresses }))
}

fn create(ask: &mut Ask<'_>) -> Outcome {
    let body: Create = ask.read()?;
    check_description(body.description.as_ref())?;
    if body
        .addressfamily
        .as_deref()
        .is_some_and(|family| family != "inet4")
    {
        return Err(Refusal::new(
            501,
            "The sandbox has elastic addresses of family inet4 only",
        ));
    }
    if let Some(check) = &body.healthcheck {
        let ranges = (5..=300).contains(&check.interval) && (2..=60).contains(&check.timeout);
        let strikes =
            (1..=20).contains(&check.strikes_ok) && (1..=20).contains(&check.strikes_fail);
        if !ranges || !strikes || check.timeout > check.interval || check.port == 0 {
            return Err(Refusal::invalid(
                "Invalid request body: healthcheck is out of range",
            ));
        }
        if check.mode != Mode::Tcp && check.uri.is_none() {
            return Err(Refusal::invalid(
                "Invalid request body: healthcheck needs a uri",
            ));
        }
    }
    quota::check(ask.state, quota::Resource::ElasticIp, 1)?;
    let id = ask.state.uuid();
    let address = ElasticIp {
        id: id.clone(),
        zone: ask.zone.to_owned(),
        ip: ask.state.public_address(),
        description: body.description,
        healthcheck: body.healthcheck,
        labels: body.labels,
        instances: Vec::new(),
        born: ask.state.meta.now,
    };
    ask.state.elastic_ips.insert(&id, address);
    begin(ask, &id, Change::Created(id.clone()))
}

fn show(ask: &mut Ask<'_>) -> Outcome {
    own(ask).map(view)
}

fn remove(ask: &mut Ask<'_>) -> Outcome {
    let id = own(ask)?.id.clone();
    if is_attached(ask.state, &id) {
        return Err(Refusal::in_use("Allocated IP address can't be deleted"));
    }
    begin(ask, &id, Change::Deleted(id.clone()))
}

fn attach(ask: &mut Ask<'_>) -> Outcome {
    let instance = target(ask)?;
    let address = own(ask)?;
    if address.instances.contains(&instance) {
        return Err(Refusal::conflict(
            "Elastic IP is already attached to this instance",
        ));
    }
    let id = address.id.clone();
    begin(ask, &id, Change::Attached(id.clone(), instance))
}

fn detach(ask: &mut Ask<'_>) -> Outcome {
    let instance = target(ask)?;
    let address = own(ask)?;
    if !address.instances.contains(&instance) {
        return Err(Refusal::invalid(
            "Elastic IP is not attached to this instance",
        ));
    }
    let id = address.id.clone();
    begin(ask, &id, Change::Detached(id.clone(), instance))
}

fn target(ask: &Ask<'_>) -> Result<String, Refusal> {
    let id = ask.read::<Target>()?.instance.id;
    let instance = find(&ask.state.instances, ask.zone, &id, "Instance")?;
    if instance.is_visible() {
        Ok(id)
    } else {
        Err(Refusal::not_found("Instance"))
    }
}

fn own<'a>(ask: &'a Ask<'_>) -> Result<&'a ElasticIp, Refusal> {
    find(
        &ask.state.elastic_ips,
        ask.zone,
        ask.parameter("id"),
        "Elastic IP",
    )
}

fn begin(ask: &mut Ask<'_>, id: &str, change: Change) -> Outcome {
    Ok(operation::begin(
        ask,
        Reference::new(KIND, id),
        ELASTIC_IP_CHANGE,
        super::Change::ElasticIp(change),
    ))
}

fn is_attached(state: &State, id: &str) -> bool {
    let attached = state
        .elastic_ips
        .get(id)
        .is_some_and(|address| !address.instances.is_empty());
    attached
        || state
            .pools
            .values()
            .any(|pool| pool.elastic_ips.iter().any(|address| address == id))
}

fn view(address: &ElasticIp) -> Value {
    Object::new()
        .with("id", &address.id)
        .with("ip", address.ip)
        .with("cidr", format!("{}/32", address.ip))
        .with("addressfamily", "inet4")
        .maybe("description", address.description.as_ref())
        .maybe("healthcheck", address.healthcheck.as_ref())
        .maybe("labels", Some(&address.labels))
        .done()
}

#[cfg(test)]
mod tests {
    use crate::testing::Client;
    use serde_json::{Value, json};

    #[test]
    fn a_whole_life() {
        let mut client = Client::calm();
        let body = client.instance(json!({}));
        let instance = client.done("POST", "/instance", body);
        let check = json!({ "mode": "tcp", "port": 6443 });
        let id = client.done(
            "POST",
            "/elastic-ip",
            json!({ "healthcheck": check, "labels": { "a": "b" } }),
        );
        let path = format!("/elastic-ip/{id}");
        assert_eq!(client.get(&path)["healthcheck"]["interval"], 10);
        let target = json!({ "instance": { "id": instance } });
        client.done("PUT", &format!("{path}:attach"), target.clone());
        assert_eq!(
            client.get(&format!("/instance/{instance}"))["elastic-ips"],
            json!([{ "id": id }])
        );
        client.refused(412, "DELETE", &path, Value::Null);
        client.done("PUT", &format!("{path}:detach"), target.clone());
        client.refused(400, "PUT", &format!("{path}:detach"), target);
        client.done("DELETE", &path, Value::Null);
        assert_eq!(client.get("/elastic-ip"), json!({ "elastic-ips": [] }));
    }

    #[test]
    fn refusals() {
        let mut client = Client::calm();
        for check in [
            json!({ "mode": "http", "port": 80 }),
            json!({ "mode": "tcp", "port": 80, "timeout": 20 }),
        ] {
            client.refused(400, "POST", "/elastic-ip", json!({ "healthcheck": check }));
        }
        for _ in 0..5 {
            client.done("POST", "/elastic-ip", json!({}));
        }
        client.refused(409, "POST", "/elastic-ip", json!({}));
    }
}

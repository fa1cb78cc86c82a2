//! Elastic addresses: with a health check managed, without one manual.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::common::{Labels, Reference as Given};
use super::instance::Instance;
use super::kind::{self, Editable, Kind};
use super::quota;
use crate::durations::ELASTIC_IP_CHANGE;
use crate::operation::{self, Reference};
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[
    ("list-elastic-ips", kind::list::<ElasticIp>),
    ("create-elastic-ip", create),
    ("get-elastic-ip", kind::show::<ElasticIp>),
    ("update-elastic-ip", kind::update::<ElasticIp>),
    ("reset-elastic-ip-field", kind::reset::<ElasticIp>),
    ("delete-elastic-ip", kind::remove::<ElasticIp>),
    ("attach-instance-to-elastic-ip", attach),
    ("detach-instance-from-elastic-ip", detach),
];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ElasticIp {
    id: String,
    zone: String,
    ip: Ipv4Addr,
    pub(crate) settings: Settings,
    pub(crate) instances: Vec<String>,
    born: u64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Settings {
    addressfamily: Option<String>,
    description: Option<String>,
    healthcheck: Option<Healthcheck>,
    labels: Labels,
}

impl Kind for ElasticIp {
    const NAME: &'static str = "elastic-ip";
    const PLURAL: &'static str = "elastic-ips";
    const TITLE: &'static str = "Elastic IP";
    const CHANGE_MS: u64 = ELASTIC_IP_CHANGE;

    fn zone(&self) -> Option<&str> {
        Some(&self.zone)
    }

    fn born(&self) -> u64 {
        self.born
    }

    fn summary(&self, _state: &State) -> Object {
        Object::of(&self.settings)
            .with("id", &self.id)
            .with("ip", self.ip)
            .with("cidr", format!("{}/32", self.ip))
            .with("addressfamily", "inet4")
    }

    fn check_removable(&self, state: &State) -> Result<(), Refusal> {
        let by_pool = state
            .pools
            .values()
            .any(|pool| pool.settings.elastic_ips.contains(&self.id));
        if by_pool || !self.instances.is_empty() {
            return Err(Refusal::in_use("Allocated IP address can't be deleted"));
        }
        Ok(())
    }
}

impl Editable for ElasticIp {
    type Settings = Settings;

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    fn check(
        settings: &Settings,
        before: Option<&Settings>,
        _zone: &str,
        _state: &State,
    ) -> Result<(), Refusal> {
        let manual = before.is_some_and(|before| before.healthcheck.is_none());
        if manual && settings.healthcheck.is_some() {
            return Err(Refusal::invalid(
                "A health check cannot be added to a manual Elastic IP",
            ));
        }
        settings
            .healthcheck
            .as_ref()
            .map_or(Ok(()), Healthcheck::check)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Healthcheck {
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

impl Healthcheck {
    /// What the ranges of the document leave open.
    fn check(&self) -> Result<(), Refusal> {
        if self.timeout > self.interval {
            return Err(Refusal::invalid(
                "Invalid request body: healthcheck.timeout must not exceed healthcheck.interval",
            ));
        }
        if self.mode != Mode::Tcp && self.uri.is_none() {
            return Err(Refusal::invalid(
                "Invalid request body: healthcheck.uri is required for http and https",
            ));
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Attached(String, String),
    Detached(String, String),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) {
        let (id, instance, attached) = match self {
            Self::Attached(id, instance) => (id, instance, true),
            Self::Detached(id, instance) => (id, instance, false),
        };
        let there = state.instances.get(&instance).is_some_and(Kind::is_visible);
        if let Some(address) = state.elastic_ips.get_mut(&id) {
            address.instances.retain(|known| *known != instance);
            address
                .instances
                .extend((attached && there).then_some(instance));
        }
    }
}

#[derive(Debug, Deserialize)]
struct Target {
    instance: Given,
}

fn create(ask: &mut Ask<'_>) -> Outcome {
    let settings: Settings = ask.read()?;
    if settings.addressfamily.as_deref() == Some("inet6") {
        return Err(Refusal::new(
            501,
            "The sandbox has elastic addresses of family inet4 only",
        ));
    }
    ElasticIp::check(&settings, None, ask.zone, ask.state)?;
    quota::check(ask.state, quota::Resource::ElasticIp, 1)?;
    let id = ask.state.uuid();
    let address = ElasticIp {
        id: id.clone(),
        zone: ask.zone.to_owned(),
        ip: ask.state.public_address(),
        settings,
        instances: Vec::new(),
        born: ask.state.meta.now,
    };
    kind::make(ask, &id, address)
}

fn attach(ask: &mut Ask<'_>) -> Outcome {
    let (address, instance) = both(ask)?;
    if address.instances.contains(&instance) {
        return Err(Refusal::conflict(
            "Elastic IP is already attached to this instance",
        ));
    }
    let id = address.id.clone();
    begin(ask, &id, Change::Attached(id.clone(), instance))
}

fn detach(ask: &mut Ask<'_>) -> Outcome {
    let (address, instance) = both(ask)?;
    if !address.instances.contains(&instance) {
        return Err(Refusal::invalid(
            "Elastic IP is not attached to this instance",
        ));
    }
    let id = address.id.clone();
    begin(ask, &id, Change::Detached(id.clone(), instance))
}

fn both<'a>(ask: &'a Ask<'_>) -> Result<(&'a ElasticIp, String), Refusal> {
    let id = ask.read::<Target>()?.instance.id;
    kind::find::<Instance>(ask.state, ask.zone, &id)?;
    Ok((kind::own(ask)?, id))
}

fn begin(ask: &mut Ask<'_>, id: &str, change: Change) -> Outcome {
    Ok(operation::begin(
        ask,
        Reference::new(ElasticIp::NAME, id),
        ELASTIC_IP_CHANGE,
        super::Change::ElasticIp(change),
    ))
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

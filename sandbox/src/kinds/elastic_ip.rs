//! Elastic addresses: with a health check managed, without one manual.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::common::{Labels, Reference as Given};
use super::instance::{Instance, PublicIp};
use super::kind::{self, Editable, Kind};
use super::{quota, reverse_dns};
use crate::durations::ELASTIC_IP_CHANGE;
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
    pub(crate) ip: IpAddr,
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

impl ElasticIp {
    /// Where its health check knocks; `None` for a manual address.
    pub(crate) fn probe_port(&self) -> Option<u16> {
        self.settings.healthcheck.as_ref().map(|check| check.port)
    }

    /// Would its health check be content with what answers only there, by plain HTTP?
    pub(crate) fn asks_for(&self, uri: &str) -> bool {
        let check = self.settings.healthcheck.as_ref();
        check.is_some_and(|check| match check.mode {
            Mode::Tcp => true,
            Mode::Http => check.uri.as_deref() == Some(uri),
            Mode::Https => false,
        })
    }
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
            .with("cidr", IpNet::from(self.ip))
            .with(
                "addressfamily",
                if self.ip.is_ipv4() { "inet4" } else { "inet6" },
            )
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

    fn removed(state: &mut State, id: &str) {
        reverse_dns::forget(state, id);
        state.elastic_ips.remove(id);
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
    ElasticIp::check(&settings, None, ask.zone, ask.state)?;
    quota::check(ask.state, quota::Resource::ElasticIp, 1)?;
    let ip = match settings.addressfamily.as_deref() {
        Some("inet6") => IpAddr::V6(ask.state.public_address_v6()),
        _ => IpAddr::V4(ask.state.public_address()),
    };
    let id = ask.state.uuid();
    let address = ElasticIp {
        id: id.clone(),
        zone: ask.zone.to_owned(),
        ip,
        settings,
        instances: Vec::new(),
        born: ask.state.meta.now,
    };
    kind::make(ask, &id, address)
}

/// A machine needs a public side of that family for it.
fn attach(ask: &mut Ask<'_>) -> Outcome {
    let (address, instance) = both(ask)?;
    if address.instances.contains(&instance.id) {
        return Err(Refusal::conflict(
            "Elastic IP is already attached to this instance",
        ));
    }
    let reaches = match instance.settings.public_ip_assignment {
        PublicIp::None => false,
        PublicIp::Inet4 => address.ip.is_ipv4(),
        PublicIp::Dual => true,
    };
    if !reaches {
        return Err(Refusal::invalid(
            "The instance has no public address of this family",
        ));
    }
    let manual = address.settings.healthcheck.is_none();
    if manual && !address.instances.is_empty() && !ask.state.meta.switches.manual_address_is_shared
    {
        return Err(Refusal::conflict(
            "A manual Elastic IP is attached to another instance",
        ));
    }
    let change = Change::Attached(address.id.clone(), instance.id.clone());
    begin(ask, change)
}

fn detach(ask: &mut Ask<'_>) -> Outcome {
    let (address, instance) = both(ask)?;
    if !address.instances.contains(&instance.id) {
        return Err(Refusal::invalid(
            "Elastic IP is not attached to this instance",
        ));
    }
    let change = Change::Detached(address.id.clone(), instance.id.clone());
    begin(ask, change)
}

fn both<'a>(ask: &'a Ask<'_>) -> Result<(&'a ElasticIp, &'a Instance), Refusal> {
    let id = ask.read::<Target>()?.instance.id;
    let address = kind::own(ask)?;
    let instance = kind::find::<Instance>(ask.state, ask.zone, &id)?;
    instance.check_free(ask.state)?;
    Ok((address, instance))
}

fn begin(ask: &mut Ask<'_>, change: Change) -> Outcome {
    let id = ask.id();
    kind::begin::<ElasticIp>(ask, id, super::Change::ElasticIp(change))
}

#[cfg(test)]
mod tests;

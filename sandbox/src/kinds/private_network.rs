//! Private networks: zonal, managed (DHCP) or not; leases are derived from the interfaces of machines.

pub(crate) mod addresses;
mod attachment;

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::addresses::Range;
use super::common::{Labels, Zonal, check_description, check_name, find};
use super::quota;
use crate::durations::SMALL_CHANGE;
use crate::operation::{self, Failure, Reference};
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route, delete, get, post, put};

pub(crate) const ROUTES: &[Route] = &[
    get("/private-network", "list-private-networks", list),
    post("/private-network", "create-private-network", create),
    get("/private-network/{id}", "get-private-network", show),
    put("/private-network/{id}", "update-private-network", update),
    delete("/private-network/{id}", "delete-private-network", remove),
    put(
        "/private-network/{id}:attach",
        "attach-instance-to-private-network",
        attachment::attach,
    ),
    put(
        "/private-network/{id}:detach",
        "detach-instance-from-private-network",
        attachment::detach,
    ),
    put(
        "/private-network/{id}:update-ip",
        "update-private-network-instance-ip",
        attachment::update_ip,
    ),
];

const KIND: &str = "private-network";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PrivateNetwork {
    id: String,
    zone: String,
    vni: u64,
    born: u64,
    settings: Settings,
}

impl Zonal for PrivateNetwork {
    fn zone(&self) -> &str {
        &self.zone
    }
}

impl PrivateNetwork {
    /// `None` when it is not managed.
    pub(crate) fn range(&self) -> Option<Range> {
        Range::new(
            self.settings.start_ip?,
            self.settings.end_ip?,
            self.settings.netmask?,
        )
    }
}

/// What a create has and an update replaces.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct Settings {
    name: Option<String>,
    description: Option<String>,
    netmask: Option<Ipv4Addr>,
    start_ip: Option<Ipv4Addr>,
    end_ip: Option<Ipv4Addr>,
    labels: Option<Labels>,
    options: Option<Value>,
}

impl Settings {
    fn check(&self) -> Result<(), Refusal> {
        if let Some(name) = &self.name {
            check_name(name)?;
        }
        check_description(self.description.as_ref())?;
        match (self.start_ip, self.end_ip, self.netmask) {
            (None, None, None) => Ok(()),
            (Some(start), Some(end), Some(_)) if start > end => {
                Err(Refusal::invalid("start-ip must not be greater than end-ip"))
            }
            (Some(start), Some(end), Some(netmask))
                if Range::new(start, end, netmask).is_some() =>
            {
                Ok(())
            }
            (Some(_), Some(_), Some(_)) => Err(Refusal::invalid(
                "start-ip and end-ip are not of one subnet",
            )),
            _ => Err(Refusal::invalid("start-ip, end-ip and netmask go together")),
        }
    }

    /// These settings over the older ones.
    fn over(self, older: &Self) -> Self {
        Self {
            name: self.name.or_else(|| older.name.clone()),
            description: self.description.or_else(|| older.description.clone()),
            netmask: self.netmask.or(older.netmask),
            start_ip: self.start_ip.or(older.start_ip),
            end_ip: self.end_ip.or(older.end_ip),
            labels: self.labels.or_else(|| older.labels.clone()),
            options: self.options.or_else(|| older.options.clone()),
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Created(String),
    Updated(String, Settings),
    Deleted(String),
    Attached {
        network: String,
        instance: String,
        ip: Option<Ipv4Addr>,
    },
    Detached {
        network: String,
        instance: String,
    },
    Moved {
        network: String,
        instance: String,
        ip: Option<Ipv4Addr>,
    },
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Created(_) => Ok(()),
            Self::Updated(id, settings) => {
                if let Some(network) = state.private_networks.get_mut(&id) {
                    network.settings = settings;
                }
                Ok(())
            }
            Self::Deleted(id) if is_used(state, &id) => {
                Err(Failure::new("conflict", "Private network is in use"))
            }
            Self::Deleted(id) => {
                state.private_networks.remove(&id);
                Ok(())
            }
            Self::Attached {
                network,
                instance,
                ip,
            } => attachment::plug(state, &network, &instance, ip),
            Self::Detached { network, instance } => {
                attachment::unplug(state, &network, &instance);
                Ok(())
            }
            Self::Moved {
                network,
                instance,
                ip,
            } => {
                attachment::unplug(state, &network, &instance);
                attachment::plug(state, &network, &instance, ip)
            }
        }
    }
}

/// A member of a pool gets its interface: an address from the range, if one is left.
pub(crate) fn plug_member(state: &mut State, network: &str, instance: &str) {
    let _full = attachment::plug(state, network, instance, None);
}

fn list(ask: &mut Ask<'_>) -> Outcome {
    let until = ask.listed_until();
    let zone = ask.zone;
    let networks = ask.state.private_networks.values();
    let networks: Vec<Value> = networks
        .filter(|network| network.zone == zone && network.born <= until)
        .map(|network| summary(network).done())
        .collect();
    Ok(json!({ "private-networks": networks }))
}

fn create(ask: &mut Ask<'_>) -> Outcome {
    let settings: Settings = ask.read()?;
    if settings.name.is_none() {
        return Err(Refusal::invalid(
            "Invalid request body: missing field `name`",
        ));
    }
    settings.check()?;
    quota::check(ask.state, quota::Resource::PrivateNetwork, 1)?;
    let id = ask.state.uuid();
    let vni = 1_000 + ask.state.next_sequence();
    let (zone, born) = (ask.zone.to_owned(), ask.state.meta.now);
    ask.state.private_networks.insert(
        &id,
        PrivateNetwork {
            id: id.clone(),
            zone,
            vni,
            born,
            settings,
        },
    );
    let change = super::Change::PrivateNetwork(Change::Created(id.clone()));
    Ok(operation::begin(
        ask,
        Reference::new(KIND, &id),
        SMALL_CHANGE,
        change,
    ))
}

fn show(ask: &mut Ask<'_>) -> Outcome {
    let id = ask.parameter("id");
    let network = find(&ask.state.private_networks, ask.zone, id, "Private network")?;
    let leases: Vec<Value> = ask
        .state
        .instances
        .values()
        .filter(|instance| instance.is_visible())
        .flat_map(|instance| {
            instance
                .interfaces
                .iter()
                .map(move |interface| (instance, interface))
        })
        .filter(|(_, interface)| interface.network == id)
        .filter_map(|(instance, interface)| {
            Some(json!({ "ip": interface.ip?, "instance-id": instance.id }))
        })
        .collect();
    Ok(summary(network).maybe("leases", Some(leases)).done())
}

fn update(ask: &mut Ask<'_>) -> Outcome {
    let id = ask.parameter("id");
    let settings: Settings = ask.read()?;
    let network = find(&ask.state.private_networks, ask.zone, id, "Private network")?;
    let settings = settings.over(&network.settings);
    settings.check()?;
    let change = super::Change::PrivateNetwork(Change::Updated(id.to_owned(), settings));
    Ok(operation::begin(
        ask,
        Reference::new(KIND, id),
        SMALL_CHANGE,
        change,
    ))
}

fn remove(ask: &mut Ask<'_>) -> Outcome {
    let id = ask.parameter("id");
    find(&ask.state.private_networks, ask.zone, id, "Private network")?;
    if is_used(ask.state, id) {
        return Err(Refusal::in_use(
            "Private network is in use by virtual machines",
        ));
    }
    let change = super::Change::PrivateNetwork(Change::Deleted(id.to_owned()));
    Ok(operation::begin(
        ask,
        Reference::new(KIND, id),
        SMALL_CHANGE,
        change,
    ))
}

fn is_used(state: &State, id: &str) -> bool {
    let plugged = state
        .instances
        .values()
        .any(|instance| instance.interface(id).is_some());
    plugged
        || state
            .pools
            .values()
            .any(|pool| pool.private_networks.iter().any(|network| network == id))
}

fn summary(network: &PrivateNetwork) -> Object {
    let settings = &network.settings;
    Object::new()
        .with("id", &network.id)
        .with("vni", network.vni)
        .maybe("name", settings.name.as_ref())
        .maybe("description", settings.description.as_ref())
        .maybe("start-ip", settings.start_ip)
        .maybe("end-ip", settings.end_ip)
        .maybe("netmask", settings.netmask)
        .maybe("labels", settings.labels.as_ref())
        .maybe("options", settings.options.as_ref())
}

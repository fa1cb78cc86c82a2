//! Private networks: zonal, managed (DHCP) or not; leases are derived from the interfaces of machines.

pub(crate) mod addresses;
mod attachment;
mod settings;

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::addresses::Range;
use self::settings::Settings;
use super::common::{Zonal, find};
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

#[cfg(test)]
mod tests {
    use crate::testing::Client;
    use serde_json::{Value, json};

    #[test]
    fn a_whole_life() {
        let mut client = Client::calm();
        let id = client.network();
        let path = format!("/private-network/{id}");
        let network = client.get(&path);
        assert_eq!(network["start-ip"], "10.0.0.10");
        assert!(network.get("leases").is_none() && network.get("labels").is_none());
        client.done(
            "PUT",
            &path,
            json!({ "name": "other", "labels": { "a": "b" } }),
        );
        assert_eq!(client.get(&path)["name"], "other");
        assert_eq!(client.get(&path)["start-ip"], "10.0.0.10");
        client.zone = "de-fra-1".to_owned();
        client.refused(404, "GET", &path, Value::Null);
        client.zone = crate::testing::ZONE.to_owned();
        client.done("DELETE", &path, Value::Null);
        assert_eq!(
            client.get("/private-network"),
            json!({ "private-networks": [] })
        );
    }

    #[test]
    fn leases_by_hand_and_by_dhcp() {
        let mut client = Client::calm();
        let id = client.network();
        let path = format!("/private-network/{id}");
        let mut machines = Vec::new();
        for name in ["one", "two"] {
            let body = client.instance(json!({ "name": name, "auto-start": false }));
            machines.push(client.done("POST", "/instance", body));
        }
        let attach = |machine: &str, ip: Option<&str>| match ip {
            Some(ip) => json!({ "instance": { "id": machine }, "ip": ip }),
            None => json!({ "instance": { "id": machine } }),
        };
        let to = format!("{path}:attach");
        for wrong in ["10.0.0.254", "10.0.0.255", "10.1.0.1"] {
            client.refused(400, "PUT", &to, attach(&machines[0], Some(wrong)));
        }
        client.refused(400, "PUT", &to, attach(&machines[0], Some("nonsense")));
        client.done("PUT", &to, attach(&machines[0], Some("10.0.0.1")));
        client.refused(409, "PUT", &to, attach(&machines[0], Some("10.0.0.2")));
        client.refused(409, "PUT", &to, attach(&machines[1], Some("10.0.0.1")));
        client.done("PUT", &to, attach(&machines[1], None));
        let leases = client.get(&path)["leases"].clone();
        assert_eq!(leases.as_array().unwrap().len(), 2);
        assert!(leases.to_string().contains("10.0.0.10"));
        client.refused(412, "DELETE", &path, Value::Null);
        client.done(
            "PUT",
            &format!("{path}:update-ip"),
            attach(&machines[1], Some("10.0.0.7")),
        );
        for machine in &machines {
            client.done("PUT", &format!("{path}:detach"), attach(machine, None));
        }
        client.refused(
            400,
            "PUT",
            &format!("{path}:detach"),
            attach(&machines[0], None),
        );
        client.done("DELETE", &path, Value::Null);
    }

    #[test]
    fn refusals() {
        let mut client = Client::calm();
        let range = |start: &str, end: &str| json!({ "name": "n", "start-ip": start, "end-ip": end, "netmask": "255.255.255.0" });
        client.refused(
            400,
            "POST",
            "/private-network",
            range("10.0.0.9", "10.0.0.5"),
        );
        client.refused(
            400,
            "POST",
            "/private-network",
            range("10.0.0.9", "10.0.1.5"),
        );
        client.refused(
            400,
            "POST",
            "/private-network",
            json!({ "name": "n", "start-ip": "10.0.0.1" }),
        );
        client.refused(400, "POST", "/private-network", json!({}));
        for _ in 0..32 {
            client.call("POST", "/private-network", &json!({ "name": "same" }));
        }
        let message = client.refused(409, "POST", "/private-network", json!({ "name": "same" }));
        assert!(message.contains("private-network"));
    }
}

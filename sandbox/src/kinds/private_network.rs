//! Private networks: zonal, managed (DHCP) or not; leases are derived from the interfaces of machines.

pub(crate) mod addresses;
mod attachment;
mod settings;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::addresses::Range;
pub(crate) use self::attachment::Change;
use self::settings::Settings;
use super::kind::{self, Editable, Kind};
use super::quota;
use crate::durations::SMALL_CHANGE;
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[
    ("list-private-networks", kind::list::<PrivateNetwork>),
    ("create-private-network", create),
    ("get-private-network", kind::show::<PrivateNetwork>),
    ("update-private-network", kind::update::<PrivateNetwork>),
    ("reset-private-network-field", kind::reset::<PrivateNetwork>),
    ("delete-private-network", kind::remove::<PrivateNetwork>),
    ("attach-instance-to-private-network", attachment::attach),
    ("detach-instance-from-private-network", attachment::detach),
    ("update-private-network-instance-ip", attachment::update_ip),
];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PrivateNetwork {
    id: String,
    zone: String,
    vni: u64,
    born: u64,
    settings: Settings,
}

impl PrivateNetwork {
    /// `None` when it is not managed.
    pub(crate) fn range(&self) -> Option<Range> {
        self.settings.range()
    }
}

impl Kind for PrivateNetwork {
    const NAME: &'static str = "private-network";
    const PLURAL: &'static str = "private-networks";
    const TITLE: &'static str = "Private network";
    const CHANGE_MS: u64 = SMALL_CHANGE;

    fn zone(&self) -> Option<&str> {
        Some(&self.zone)
    }

    fn born(&self) -> u64 {
        self.born
    }

    fn summary(&self, _state: &State) -> Object {
        Object::of(&self.settings)
            .with("id", &self.id)
            .with("vni", self.vni)
    }

    fn full(&self, state: &State) -> Object {
        let instances = state.instances.values().filter(|one| one.is_visible());
        let leases: Vec<Value> = instances
            .filter_map(|instance| {
                let ip = instance.interface(&self.id)?.ip?;
                Some(json!({ "ip": ip, "instance-id": instance.id }))
            })
            .collect();
        self.summary(state).maybe("leases", Some(leases))
    }

    /// Machines count until they are really gone, and so does a pool that will make more.
    fn check_removable(&self, state: &State) -> Result<(), Refusal> {
        let by_pool = state
            .pools
            .values()
            .any(|pool| pool.settings.private_networks.contains(&self.id));
        let by_machine = state
            .instances
            .values()
            .any(|instance| instance.interface(&self.id).is_some());
        if by_pool || by_machine {
            return Err(Refusal::in_use(
                "Private network is in use by virtual machines",
            ));
        }
        Ok(())
    }
}

impl Editable for PrivateNetwork {
    type Settings = Settings;

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    fn check(
        settings: &Settings,
        _before: Option<&Settings>,
        _zone: &str,
        _state: &State,
    ) -> Result<(), Refusal> {
        settings.check()
    }
}

/// A member of a pool gets its interface: an address from the range, if one is left.
pub(crate) fn plug_member(state: &mut State, network: &str, instance: &str) {
    let _full = attachment::plug(state, network, instance, None);
}

fn create(ask: &mut Ask<'_>) -> Outcome {
    let settings: Settings = ask.read()?;
    settings.check()?;
    quota::check(ask.state, quota::Resource::PrivateNetwork, 1)?;
    let id = ask.state.uuid();
    let network = PrivateNetwork {
        id: id.clone(),
        zone: ask.zone.to_owned(),
        vni: 1_000 + ask.state.next_sequence(),
        born: ask.state.meta.now,
        settings,
    };
    kind::make(ask, &id, network)
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

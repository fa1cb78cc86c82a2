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

    fn check_change(&self, settings: &Settings, state: &State) -> Result<(), Refusal> {
        let Some(range) = settings.range() else {
            return Ok(());
        };
        let lost = addresses::taken(state, &self.id)
            .into_iter()
            .find(|address| !range.may_lease(*address));
        match lost {
            Some(address) if state.meta.switches.networks_keep_their_leases => Err(
                Refusal::conflict(format!("IP address {address} is leased and would be lost")),
            ),
            _ => Ok(()),
        }
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
mod tests;

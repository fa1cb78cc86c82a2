//! Plugging machines into private networks.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::PrivateNetwork;
use crate::durations::SMALL_CHANGE;
use crate::kinds;
use crate::kinds::common::Reference as Given;
use crate::kinds::instance::{Instance, InstanceState, Interface};
use crate::kinds::kind::{self, Kind as _};
use crate::operation::{self, Failure, Reference};
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
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
            Self::Attached {
                network,
                instance,
                ip,
            } => plug(state, &network, &instance, ip),
            Self::Detached { network, instance } => {
                unplug(state, &network, &instance);
                Ok(())
            }
            Self::Moved {
                network,
                instance,
                ip,
            } => {
                unplug(state, &network, &instance);
                plug(state, &network, &instance, ip)
            }
        }
    }
}

#[derive(Debug, Deserialize)]
struct Attach {
    instance: Given,
    ip: Option<Ipv4Addr>,
}

#[derive(Debug, Deserialize)]
struct Detach {
    instance: Given,
}

pub(super) fn attach(ask: &mut Ask<'_>) -> Outcome {
    let body: Attach = ask.read()?;
    let (network, instance) = both(ask, &body.instance.id)?;
    if instance.interface(&network.id).is_some() {
        return Err(Refusal::conflict(
            "Instance is already attached to this private network",
        ));
    }
    let runs = instance.state == InstanceState::Running;
    if !runs && !ask.state.meta.switches.attach_while_stopped {
        return Err(Refusal::conflict("The instance needs to be running."));
    }
    check_address(ask.state, network, instance, body.ip)?;
    let (network, instance) = (network.id.clone(), body.instance.id);
    begin(
        ask,
        Change::Attached {
            network,
            instance,
            ip: body.ip,
        },
    )
}

pub(super) fn detach(ask: &mut Ask<'_>) -> Outcome {
    let body: Detach = ask.read()?;
    let (network, instance) = both(ask, &body.instance.id)?;
    if instance.interface(&network.id).is_none() {
        return Err(Refusal::invalid(
            "Instance is not attached to this private network",
        ));
    }
    let (network, instance) = (network.id.clone(), body.instance.id);
    begin(ask, Change::Detached { network, instance })
}

pub(super) fn update_ip(ask: &mut Ask<'_>) -> Outcome {
    let body: Attach = ask.read()?;
    let (network, instance) = both(ask, &body.instance.id)?;
    if instance.interface(&network.id).is_none() {
        return Err(Refusal::invalid(
            "Instance is not attached to this private network",
        ));
    }
    check_address(ask.state, network, instance, body.ip)?;
    let (network, instance) = (network.id.clone(), body.instance.id);
    begin(
        ask,
        Change::Moved {
            network,
            instance,
            ip: body.ip,
        },
    )
}

/// Gives the machine an interface, with the address asked for or one from the range.
pub(super) fn plug(
    state: &mut State,
    network: &str,
    instance: &str,
    wanted: Option<Ipv4Addr>,
) -> Result<(), Failure> {
    let range = state
        .private_networks
        .get(network)
        .map(PrivateNetwork::range);
    let range = range.ok_or_else(|| Failure::new("not-found", "Private network not found"))?;
    let taken = taken(state, network);
    let ip = match (range, wanted) {
        (None, _) => None,
        (Some(_), Some(ip)) if taken.contains(&ip) => {
            return Err(Failure::new("conflict", "IP address is already in use"));
        }
        (Some(_), Some(ip)) => Some(ip),
        (Some(range), None) => range.free(&taken),
    };
    let mac = state.meta.random.mac_address();
    let instance = state.instances.get_mut(instance);
    let instance = instance.ok_or_else(|| Failure::new("not-found", "Instance not found"))?;
    instance.interfaces.push(Interface {
        network: network.to_owned(),
        mac,
        ip,
    });
    Ok(())
}

pub(super) fn unplug(state: &mut State, network: &str, instance: &str) {
    if let Some(instance) = state.instances.get_mut(instance) {
        instance
            .interfaces
            .retain(|interface| interface.network != network);
    }
}

fn both<'a>(
    ask: &'a Ask<'_>,
    instance: &str,
) -> Result<(&'a PrivateNetwork, &'a Instance), Refusal> {
    let network = kind::find::<PrivateNetwork>(ask.state, ask.zone, ask.parameter("id"))?;
    let instance = kind::find::<Instance>(ask.state, ask.zone, instance)?;
    if !instance.is_visible() {
        return Err(Refusal::not_found("Instance"));
    }
    instance.check_free(ask.state)?;
    Ok((network, instance))
}

fn check_address(
    state: &State,
    network: &PrivateNetwork,
    instance: &Instance,
    ip: Option<Ipv4Addr>,
) -> Result<(), Refusal> {
    let Some(ip) = ip else { return Ok(()) };
    if instance.manager.is_some() {
        return Err(Refusal::invalid(
            "Members of an instance pool cannot have static leases",
        ));
    }
    let range = network
        .range()
        .ok_or_else(|| Refusal::invalid("The private network is not managed: it has no leases"))?;
    if !range.may_lease(ip) {
        return Err(Refusal::invalid(format!(
            "IP address {ip} cannot be leased in this private network"
        )));
    }
    if taken(state, &network.id).contains(&ip) {
        return Err(Refusal::conflict(format!(
            "IP address {ip} is already in use"
        )));
    }
    Ok(())
}

fn taken(state: &State, network: &str) -> Vec<Ipv4Addr> {
    let interfaces = state
        .instances
        .values()
        .flat_map(|instance| &instance.interfaces);
    interfaces
        .filter(|interface| interface.network == network)
        .filter_map(|interface| interface.ip)
        .collect()
}

fn begin(ask: &mut Ask<'_>, change: Change) -> Outcome {
    let id = ask.parameter("id");
    let change = kinds::Change::PrivateNetwork(change);
    Ok(operation::begin(
        ask,
        Reference::new(PrivateNetwork::NAME, id),
        SMALL_CHANGE,
        change,
    ))
}

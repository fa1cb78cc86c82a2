//! The private address of a machine: what its network's DHCP server gives to the client id that it shows.

use std::net::Ipv4Addr;

use super::image;
use crate::kinds::instance::{Instance, Interface};
use crate::kinds::kind::Kind as _;
use crate::store::State;

/// The address it uses on the network that it was told about; `None` until the interface is there.
///
/// Machines from an image that was not cleaned share a client id, so all get what the first of them to ask got.
pub(super) fn address(state: &State, id: &str) -> Option<Ipv4Addr> {
    let instance = state.instances.get(id)?;
    let own = interface(state, instance)?;
    let shares = state.meta.switches.uncleaned_images_share_a_lease
        && instance.manager.is_some()
        && !image::of(state, instance).cleaned;
    if !shares {
        return own.ip;
    }
    let is_twin = |other: &&Instance| {
        other.id != instance.id
            && other.template == instance.template
            && other.manager.is_some()
            && other.is_visible()
            && other.interface(&own.network).is_some()
    };
    let mut twins = state.instances.values().filter(is_twin);
    let lease = twins.find_map(|twin| state.machines.get(&twin.id)?.address);
    lease.or(own.ip)
}

/// The interface with an address in the network of the facts.
pub(super) fn interface<'a>(state: &State, instance: &'a Instance) -> Option<&'a Interface> {
    let network = state.machines.get(&instance.id)?.facts.network.private;
    instance.interfaces.iter().find(|interface| {
        interface
            .ip
            .is_some_and(|address| network.contains(&address))
    })
}

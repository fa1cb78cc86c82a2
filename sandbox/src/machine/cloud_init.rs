//! cloud-init: runs the user-data once for each disk, and asks for metadata at every boot.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::firewall::{self, Flow};
use super::user_data;
use crate::durations::PASSWORD_SERVER_TIMEOUT;
use crate::kinds::instance::{Instance, PublicIp};
use crate::store::State;

const METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
const METADATA_PORT: u16 = 80;
const PASSWORD_PORT: u16 = 8080;

/// What a disk remembers of its first boot. A new disk (`reset`) remembers nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Disk {
    first_booted_at: u64,
}

/// The user-data of a first boot, if it is ours: frozen from here on, whatever becomes of the instance's.
pub(super) fn first_boot(state: &mut State, id: &str) -> Option<Facts> {
    let instance = state.instances.get(id)?;
    if state.disks.get(id).is_some() || !serves(state, instance, METADATA_PORT) {
        return None;
    }
    let user_data = instance.settings.user_data.clone();
    remember(state, id);
    let content = user_data::facts(&user_data?)?;
    Facts::parse(&content)
}

/// From now on cloud-init has run on this disk.
pub(super) fn remember(state: &mut State, id: &str) {
    let first_booted_at = state.meta.now;
    state.disks.insert(id, Disk { first_booted_at });
}

pub(super) fn has_booted(state: &State, id: &str) -> bool {
    state.disks.get(id).is_some()
}

/// How long cloud-init waits in vain for the password server, at every boot.
pub(super) fn delay(state: &State, instance: &Instance) -> u64 {
    if serves(state, instance, PASSWORD_PORT) {
        0
    } else {
        PASSWORD_SERVER_TIMEOUT
    }
}

/// A machine without a public address has a drive in place of the metadata service.
fn serves(state: &State, instance: &Instance, port: u16) -> bool {
    instance.settings.public_ip_assignment == PublicIp::None
        || !state.meta.switches.groups_filter_link_local
        || firewall::lets_out(state, instance, METADATA, Flow::tcp(port))
}

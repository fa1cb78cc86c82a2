//! What happens to an instance by itself.

use serde::{Deserialize, Serialize};

use super::{Instance, InstanceState, PublicIp};
use crate::durations::{INSTANCE_DELETE, LINGER, POOL_INTERFACE_LATE};
use crate::future::Happening;
use crate::kinds::instance_pool::members;
use crate::kinds::kind::Kind as _;
use crate::kinds::{block_storage, private_network, reverse_dns, snapshot};
use crate::machine::guest;
use crate::store::State;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Moment {
    /// The start with this number has come to `running`.
    Running(u32),
    /// A pool's removal of a member is done.
    Destroyed,
    /// Groups and networks forget it.
    Forgotten,
    /// A member's interface in this network appears.
    Interface(String),
}

pub(crate) fn happen(state: &mut State, id: &str, moment: Moment) {
    match moment {
        Moment::Running(start) => running(state, id, start),
        Moment::Destroyed => destroyed(state, id),
        Moment::Forgotten => {
            state.instances.remove(id);
        }
        Moment::Interface(network) => {
            let missing = |instance: &Instance| {
                instance.is_visible() && instance.interface(&network).is_none()
            };
            if state.instances.get(id).is_some_and(missing) {
                private_network::plug_member(state, &network, id);
            }
        }
    }
}

/// A pool takes a member away.
pub(crate) fn destroy(state: &mut State, id: &str) {
    if let Some(instance) = state.instances.get_mut(id) {
        instance.state = InstanceState::Destroying;
    }
    state.schedule_about(
        INSTANCE_DELETE,
        Happening::Instance(id.to_owned(), Moment::Destroyed),
    );
}

/// The machine is gone, and its snapshots with it; its volumes stay. Its groups still count it for a moment.
pub(crate) fn destroyed(state: &mut State, id: &str) {
    let Some(instance) = state.instances.get_mut(id) else {
        return;
    };
    if !instance.is_visible() {
        return;
    }
    instance.before = None;
    instance.state = InstanceState::Expunging;
    let manager = instance.manager.clone();
    guest::forget(state, id);
    reverse_dns::forget(state, id);
    snapshot::vanish_with(state, id);
    block_storage::detach_all(state, id);
    let holds = |address: &crate::kinds::elastic_ip::ElasticIp| {
        address.instances.iter().any(|attached| attached == id)
    };
    for address in state.elastic_ips.ids(holds) {
        if let Some(address) = state.elastic_ips.get_mut(&address) {
            address.instances.retain(|attached| attached != id);
        }
    }
    state.schedule_about(
        LINGER,
        Happening::Instance(id.to_owned(), Moment::Forgotten),
    );
    if let Some(pool) = manager {
        members::lost_one(state, &pool);
    }
}

/// Its settings have changed: it has a public address, or none.
pub(super) fn readdress(state: &mut State, id: &str) {
    let Some(instance) = state.instances.get(id) else {
        return;
    };
    let address = match (instance.settings.public_ip_assignment, instance.public_ip) {
        (PublicIp::None, _) => None,
        (PublicIp::Inet4 | PublicIp::Dual, Some(address)) => Some(address),
        (PublicIp::Inet4 | PublicIp::Dual, None) => Some(state.public_address()),
    };
    if let Some(instance) = state.instances.get_mut(id) {
        instance.public_ip = address;
    }
}

/// `running`: the guest starts to boot, and a pool's member is promised its late interfaces.
fn running(state: &mut State, id: &str, start: u32) {
    let Some(instance) = state.instances.get_mut(id) else {
        return;
    };
    if *instance.power_mut() != InstanceState::Starting || instance.starts != start {
        return;
    }
    *instance.power_mut() = InstanceState::Running;
    let manager = instance.manager.clone();
    if !instance.rescued {
        guest::power_on(state, id);
    }
    let Some(pool) = manager else { return };
    let networks = state
        .pools
        .get(&pool)
        .map(|pool| pool.settings.private_networks.clone())
        .unwrap_or_default();
    for network in networks {
        let (least, most) = POOL_INTERFACE_LATE;
        let delay = least + state.meta.random.below(most - least);
        state.schedule(
            delay,
            Happening::Instance(id.to_owned(), Moment::Interface(network)),
        );
    }
    members::settle(state, &pool);
}

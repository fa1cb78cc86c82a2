//! kubeadm: the first control plane initialises, everybody else joins when let in.

use std::net::Ipv4Addr;

use super::cluster::{self, Cluster};
use super::facts::Role;
use super::guest::{Machine, Step, go};
use super::stage::{end, fail};
use super::{dhcp, membership};
use crate::catalog::instance_types;
use crate::durations::{
    DISCOVERY_TIMEOUT, JOIN_RETRY, KUBEADM_INIT, KUBEADM_JOIN, KUBEADM_PAUSE, KUBEADM_TRIES,
};
use crate::kinds::instance::Instance;
use crate::store::State;

/// kubeadm's preflight wants two processors and 1,700 MB on a control plane.
const CONTROL_PLANE_CPUS: u64 = 2;
const CONTROL_PLANE_BYTES: u64 = 1_700_000_000;

/// Why kubeadm cannot go on.
enum Obstacle {
    /// Discovery asks again until its time is up.
    Waits(&'static str),
    /// This try is over.
    Refused(&'static str),
}

pub(super) fn begin(state: &mut State, id: &str) {
    let now = state.meta.now;
    if let Some(machine) = state.machines.get_mut(id) {
        machine.join_until = now + machine.time_to_join(now);
    }
    let Some((machine, instance)) = both(state, id) else {
        return;
    };
    if machine.facts.role == Role::Node {
        return probe(state, id);
    }
    match control_plane_position(machine, instance) {
        Err(reason) => fail(state, id, reason),
        Ok(0) => go(state, id, Step::KubeadmFinished, KUBEADM_INIT),
        Ok(_) => probe(state, id),
    }
}

/// Before kubeadm is let loose the script looks whether anyone answers at the endpoint.
pub(super) fn probe(state: &mut State, id: &str) {
    let answered = both(state, id)
        .and_then(|(machine, instance)| serving(state, machine, instance))
        .is_some();
    let now = state.meta.now;
    let Some(machine) = state.machines.get_mut(id) else {
        return;
    };
    if answered {
        machine.tries = 0;
        machine.try_began = now;
        return attempt(state, id);
    }
    if now + JOIN_RETRY > machine.join_until {
        fail(state, id, "no control plane answered in time");
    } else {
        go(state, id, Step::Probe, JOIN_RETRY);
    }
}

/// `kubeadm join`, or its discovery still asking.
pub(super) fn attempt(state: &mut State, id: &str) {
    let Some((machine, instance)) = both(state, id) else {
        return;
    };
    let since = state.meta.now.saturating_sub(machine.try_began);
    let in_time = since <= DISCOVERY_TIMEOUT && state.meta.now < machine.join_until;
    let control_plane = machine.facts.role == Role::ControlPlane;
    match discover(state, machine, instance) {
        Ok(cluster) if control_plane => {
            let cluster = cluster.facts.cluster.id.clone();
            if membership::begin_etcd_join(state, &cluster, id) {
                go(state, id, Step::KubeadmFinished, KUBEADM_JOIN);
            } else {
                try_failed(state, id, "etcdserver: too many learner members in cluster");
            }
        }
        Ok(_) => go(state, id, Step::KubeadmFinished, KUBEADM_JOIN),
        Err(Obstacle::Waits(_)) if in_time => {
            go(state, id, Step::Join, JOIN_RETRY);
        }
        Err(Obstacle::Waits(reason) | Obstacle::Refused(reason)) => try_failed(state, id, reason),
    }
}

pub(super) fn finished(state: &mut State, id: &str) {
    let now = state.meta.now;
    let late = |machine: &Machine| now > machine.join_until;
    if state.machines.get(id).is_some_and(late) {
        try_failed(state, id, "kubeadm was stopped: its time was up");
    } else if membership::admit(state, id) {
        end(state, id, "");
    } else {
        try_failed(state, id, "the API server stopped answering");
    }
}

/// The script resets and tries again, a few times and while there is time.
fn try_failed(state: &mut State, id: &str, reason: &str) {
    let next = state.meta.now + KUBEADM_PAUSE;
    let Some(machine) = state.machines.get_mut(id) else {
        return;
    };
    machine.tries += 1;
    machine.try_began = next;
    if machine.tries >= KUBEADM_TRIES || next > machine.join_until {
        fail(state, id, reason);
    } else {
        go(state, id, Step::Join, KUBEADM_PAUSE);
    }
}

/// Where it stands among the control planes, if it may be one.
fn control_plane_position(machine: &Machine, instance: &Instance) -> Result<usize, &'static str> {
    let planes = &machine.facts.control_planes;
    let position = planes
        .iter()
        .position(|plane| plane.name == instance.settings.name);
    let position = position.ok_or("this machine is not among the control planes")?;
    if planes.get(position).map(|plane| plane.address) != machine.address {
        return Err("the private address is not the planned one");
    }
    if machine.bundle.is_none() {
        return Err("there is no bundle");
    }
    let large_enough = instance_types::find(&instance.kind)
        .is_some_and(|kind| kind.cpus >= CONTROL_PLANE_CPUS && kind.memory >= CONTROL_PLANE_BYTES);
    if large_enough {
        Ok(position)
    } else {
        Err("preflight: the machine is too small for a control plane")
    }
}

/// Finds the cluster at the endpoint and trusts it: the token must be one of its own, its authority the pinned
/// one, and its certificate valid for the name that was dialled.
fn discover<'a>(
    state: &'a State,
    machine: &Machine,
    instance: &Instance,
) -> Result<&'a Cluster, Obstacle> {
    let cluster = serving(state, machine, instance)
        .ok_or(Obstacle::Waits("nobody answers at the endpoint"))?;
    let (token, ca_hash) = match (&machine.bundle, &machine.facts.join) {
        (Some(bundle), _) => (&bundle.join_token, &bundle.ca_hash),
        (None, Some(join)) => (&join.token, &join.ca_hash),
        (None, None) => return Err(Obstacle::Refused("there is no join token")),
    };
    if !cluster.accepts(token, state.meta.now) {
        return Err(Obstacle::Waits(
            "cluster-info has no signature for the token",
        ));
    }
    if cluster.ca_hash != *ca_hash {
        return Err(Obstacle::Refused("the cluster's CA is not the pinned one"));
    }
    if cluster.facts.cluster.endpoint != machine.facts.cluster.endpoint {
        return Err(Obstacle::Waits(
            "the certificate is not valid for the endpoint's name",
        ));
    }
    Ok(cluster)
}

/// `/etc/hosts` resolves the endpoint to the planned addresses; the first on the same private network that
/// answers counts.
fn serving<'a>(state: &'a State, machine: &Machine, instance: &Instance) -> Option<&'a Cluster> {
    let network = &dhcp::interface(state, instance)?.network;
    let answers = |address: Ipv4Addr| {
        let has_it = |peer: &&Instance| {
            let interface = peer.interface(network);
            interface.and_then(|interface| interface.ip) == Some(address)
        };
        let mut peers = state.instances.values().filter(has_it);
        peers.find_map(|peer| cluster::served_by(state, &peer.id))
    };
    let planes = machine.facts.control_planes.iter();
    planes.map(|plane| plane.address).find_map(answers)
}

fn both<'a>(state: &'a State, id: &str) -> Option<(&'a Machine, &'a Instance)> {
    state.machines.get(id).zip(state.instances.get(id))
}

//! kubeadm: the first control plane initialises, everybody else joins when let in.

use super::cluster::{self, Cluster};
use super::control_plane;
use super::facts::Role;
use super::guest::{Machine, Step, end_stage, fail, go, private_interface, stand};
use crate::durations::{JOIN_RETRY, JOIN_TIMEOUT, KUBEADM_INIT, KUBEADM_JOIN};
use crate::kinds::instance::Instance;
use crate::store::State;

/// Why kubeadm cannot go on.
enum Obstacle {
    /// Tried again until the time is up.
    NotYet(&'static str),
    /// Nothing will change it.
    Never(&'static str),
}

pub(super) fn attempt(state: &mut State, id: &str) {
    let Some((machine, instance)) = state.machines.get(id).zip(state.instances.get(id)) else {
        return;
    };
    let began = machine.stage_began;
    let outcome = match machine.facts.role {
        Role::ControlPlane => control_plane_duration(state, machine, instance),
        Role::Node => node_may_join(state, machine, instance).map(|()| KUBEADM_JOIN),
    };
    match outcome {
        Ok(duration) => go(state, id, Step::KubeadmFinished, duration),
        Err(Obstacle::Never(reason)) => fail(state, id, "kubeadm", reason),
        Err(Obstacle::NotYet(reason)) if state.meta.now.saturating_sub(began) > JOIN_TIMEOUT => {
            fail(state, id, "kubeadm", reason);
        }
        Err(Obstacle::NotYet(_)) => go(state, id, Step::Kubeadm, JOIN_RETRY),
    }
}

pub(super) fn finished(state: &mut State, id: &str) {
    cluster::admit(state, id);
    end_stage(state, id, "kubeadm", "");
    match state.machines.get(id).map(|machine| machine.facts.role) {
        Some(Role::ControlPlane) => control_plane::joined(state, id),
        Some(Role::Node) => stand(state, id, Step::Done),
        None => {}
    }
}

/// The order of `controlPlanes` is the order in which they join, one after the other.
fn control_plane_duration(
    state: &State,
    machine: &Machine,
    instance: &Instance,
) -> Result<u64, Obstacle> {
    let planes = &machine.facts.control_planes;
    let position = planes.iter().position(|plane| plane.name == instance.name);
    let position = position.ok_or(Obstacle::Never(
        "this machine is not among the control planes",
    ))?;
    let own = planes.get(position).map(|plane| plane.address);
    if private_interface(instance).and_then(|interface| interface.ip) != own {
        return Err(Obstacle::Never(
            "the private address is not the planned one",
        ));
    }
    let bundle = machine
        .bundle
        .as_ref()
        .ok_or(Obstacle::Never("there is no bundle"))?;
    let Some(before) = position.checked_sub(1).and_then(|index| planes.get(index)) else {
        return Ok(KUBEADM_INIT);
    };
    let cluster = reachable_cluster(state, machine, instance)?;
    if !cluster.nodes.contains_key(&before.name) {
        return Err(Obstacle::NotYet("the control plane before has not joined"));
    }
    check_trust(state, cluster, &bundle.join_token, &bundle.ca_hash)?;
    Ok(KUBEADM_JOIN)
}

fn node_may_join(state: &State, machine: &Machine, instance: &Instance) -> Result<(), Obstacle> {
    let join = machine
        .facts
        .join
        .as_ref()
        .ok_or(Obstacle::Never("there is no join token"))?;
    let cluster = reachable_cluster(state, machine, instance)?;
    check_trust(state, cluster, &join.token, &join.ca_hash)
}

/// A control plane of the same cluster that is initialised and answers at one of the planned addresses on
/// the same private network.
fn reachable_cluster<'a>(
    state: &'a State,
    machine: &Machine,
    instance: &Instance,
) -> Result<&'a Cluster, Obstacle> {
    let unreachable = || Obstacle::NotYet("no control plane answers");
    let own = private_interface(instance).ok_or_else(unreachable)?;
    let cluster = state
        .clusters
        .get(&machine.facts.cluster.id)
        .ok_or_else(unreachable)?;
    let answers = machine.facts.control_planes.iter().any(|plane| {
        cluster
            .nodes
            .values()
            .filter(|node| node.control_plane)
            .any(|node| {
                state.instances.get(&node.instance).is_some_and(|peer| {
                    let interface = peer.interface(&own.network);
                    peer.is_running()
                        && interface.and_then(|interface| interface.ip) == Some(plane.address)
                })
            })
    });
    if answers {
        Ok(cluster)
    } else {
        Err(unreachable())
    }
}

fn check_trust(
    state: &State,
    cluster: &Cluster,
    token: &str,
    ca_hash: &str,
) -> Result<(), Obstacle> {
    if cluster.ca_hash != ca_hash {
        return Err(Obstacle::NotYet("the cluster's CA is not the expected one"));
    }
    if !cluster.accepts(token, state.meta.now) {
        return Err(Obstacle::NotYet(
            "the join token is not known or has expired",
        ));
    }
    Ok(())
}

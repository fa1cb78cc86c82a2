//! A machine that runs our bootstrap: where it stands, and how it is switched on and off.

#![expect(
    clippy::similar_names,
    reason = "`stage` is the contract's word, `state` the crate's"
)]

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::bundle::Bundle;
use super::facts::{Facts, Role};
use super::outbox::{self, Purpose};
use super::{control_plane, join, user_data};
use crate::durations::{BOOT, INTERFACE_RETRY, NETWORK, PACKAGES, SLOW_BOOT_FACTOR};
use crate::future::Happening;
use crate::kinds::instance::{Instance, Interface};
use crate::kinds::security_group::rule;
use crate::store::State;

/// What the machine does when it wakes next. A reboot resumes at the same step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Step {
    Boot,
    FindInterface,
    InterfaceUp,
    AskForBundle,
    AwaitBundle,
    AwaitConfirm,
    Packages,
    PackagesInstalled,
    Kubeadm,
    KubeadmFinished,
    AddonsApplied,
    Evidence,
    Done,
    Failed,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) facts: Facts,
    pub(crate) step: Step,
    /// When the stage under way began.
    pub(crate) stage_began: u64,
    /// The only wake that counts: earlier lives may have left others behind.
    pub(crate) wake_at: Option<u64>,
    pub(crate) bundle: Option<Bundle>,
}

/// `running`: if the user-data is ours, the bootstrap begins, or resumes.
pub(crate) fn power_on(state: &mut State, id: &str) {
    let Some(instance) = state.instances.get(id) else {
        return;
    };
    if instance.never_boots {
        return;
    }
    let factor = if instance.boots_slowly {
        SLOW_BOOT_FACTOR
    } else {
        1
    };
    if state.machines.get(id).is_none() {
        let facts = instance.user_data.as_deref().and_then(user_data::facts);
        let Some(facts) = facts.and_then(|json| Facts::parse(&json)) else {
            return;
        };
        let machine = Machine {
            facts,
            step: Step::Boot,
            stage_began: 0,
            wake_at: None,
            bundle: None,
        };
        state.machines.insert(id, machine);
    } else if let Some(machine) = state.machines.get_mut(id) {
        machine.step = match machine.step {
            Step::AwaitBundle | Step::AwaitConfirm => Step::AskForBundle,
            Step::PackagesInstalled => Step::Packages,
            step @ (Step::Boot
            | Step::FindInterface
            | Step::InterfaceUp
            | Step::AskForBundle
            | Step::Packages
            | Step::Kubeadm
            | Step::KubeadmFinished
            | Step::AddonsApplied
            | Step::Evidence
            | Step::Done
            | Step::Failed) => step,
        };
    }
    wait(state, id, BOOT * factor);
}

pub(crate) fn power_off(state: &mut State, id: &str) {
    outbox::silence(state, id);
    if let Some(machine) = state.machines.get_mut(id) {
        machine.wake_at = None;
    }
}

pub(crate) fn forget(state: &mut State, id: &str) {
    outbox::silence(state, id);
    if state.machines.get(id).is_some() {
        state.machines.remove(id);
    }
}

/// The machine's time has come.
pub(crate) fn wake(state: &mut State, id: &str) {
    let now = state.meta.now;
    let Some(machine) = state.machines.get_mut(id) else {
        return;
    };
    if machine.wake_at != Some(now) {
        return;
    }
    machine.wake_at = None;
    match machine.step {
        Step::Boot => {
            begin_stage(state, id, "network");
            go(state, id, Step::FindInterface, 0);
        }
        Step::FindInterface => find_interface(state, id),
        Step::InterfaceUp => interface_up(state, id),
        Step::AskForBundle => control_plane::ask_for_bundle(state, id),
        Step::Packages => packages(state, id),
        Step::PackagesInstalled => packages_installed(state, id),
        Step::Kubeadm => join::attempt(state, id),
        Step::KubeadmFinished => join::finished(state, id),
        Step::AddonsApplied => control_plane::addons_applied(state, id),
        Step::Evidence => control_plane::evidence(state, id),
        Step::AwaitBundle | Step::AwaitConfirm | Step::Done | Step::Failed => {}
    }
}

/// The next step, after about this long.
pub(crate) fn go(state: &mut State, id: &str, step: Step, delay: u64) {
    if let Some(machine) = state.machines.get_mut(id) {
        machine.step = step;
    }
    wait(state, id, delay);
}

/// A step that something else will end.
pub(crate) fn stand(state: &mut State, id: &str, step: Step) {
    if let Some(machine) = state.machines.get_mut(id) {
        machine.step = step;
        machine.wake_at = None;
    }
}

pub(crate) fn begin_stage(state: &mut State, id: &str, stage: &str) {
    let now = state.meta.now;
    if let Some(machine) = state.machines.get_mut(id) {
        machine.stage_began = now;
    }
    report(state, id, stage, "started", "");
}

pub(crate) fn end_stage(state: &mut State, id: &str, stage: &str, detail: &str) {
    report(state, id, stage, "done", detail);
}

/// The machine gives up, and says why if it has somebody to tell.
pub(crate) fn fail(state: &mut State, id: &str, stage: &str, reason: &str) {
    report(state, id, stage, "failed", reason);
    stand(state, id, Step::Failed);
}

/// Nodes have nobody to report to.
fn report(state: &mut State, id: &str, stage: &str, progress: &str, detail: &str) {
    let body = report_body(state, id, stage, progress, detail);
    if let Some(body) = body
        && outbox::can_call(state, id)
    {
        outbox::send(state, id, Purpose::Report, body.to_string());
    }
}

/// `None` for a machine without a callback.
pub(crate) fn report_body(
    state: &State,
    id: &str,
    stage: &str,
    progress: &str,
    detail: &str,
) -> Option<Value> {
    let machine = state.machines.get(id)?;
    machine.facts.callback.as_ref()?;
    let seconds = state.meta.now.saturating_sub(machine.stage_began) / 1000;
    Some(
        json!({ "stage": stage, "state": progress, "seconds": seconds, "detail": detail, "evidence": null }),
    )
}

/// Its address on the first private network that gave it one.
pub(crate) fn private_interface(instance: &Instance) -> Option<&Interface> {
    instance
        .interfaces
        .iter()
        .find(|interface| interface.ip.is_some())
}

/// Packages and the launcher are reached over HTTPS from the public address.
pub(crate) fn lets_out(state: &State, id: &str) -> bool {
    let Some(instance) = state.instances.get(id) else {
        return false;
    };
    let filtered = state.meta.switches.egress_filters_machines;
    instance.public_ip.is_some()
        && (!filtered || rule::lets_out(state, &instance.security_groups, 443))
}

fn wait(state: &mut State, id: &str, delay: u64) {
    let delay = state.meta.random.jitter(delay);
    let due = state.meta.now + delay;
    if let Some(machine) = state.machines.get_mut(id) {
        machine.wake_at = Some(due);
        state.schedule(delay, Happening::Machine(id.to_owned()));
    }
}

fn find_interface(state: &mut State, id: &str) {
    let found = state
        .instances
        .get(id)
        .and_then(private_interface)
        .is_some();
    if found {
        go(state, id, Step::InterfaceUp, NETWORK);
    } else {
        go(state, id, Step::FindInterface, INTERFACE_RETRY);
    }
}

fn interface_up(state: &mut State, id: &str) {
    let address = state
        .instances
        .get(id)
        .and_then(private_interface)
        .and_then(|interface| interface.ip);
    let detail = address
        .map(|address| address.to_string())
        .unwrap_or_default();
    end_stage(state, id, "network", &detail);
    match state.machines.get(id).map(|machine| machine.facts.role) {
        Some(Role::ControlPlane) => {
            begin_stage(state, id, "bundle");
            go(state, id, Step::AskForBundle, 0);
        }
        Some(Role::Node) => go(state, id, Step::Packages, 0),
        None => {}
    }
}

/// Without a way out the mirrors cannot be reached; the bootstrap tries again and again.
fn packages(state: &mut State, id: &str) {
    if lets_out(state, id) {
        begin_stage(state, id, "packages");
        go(state, id, Step::PackagesInstalled, PACKAGES);
    } else {
        go(state, id, Step::Packages, INTERFACE_RETRY);
    }
}

fn packages_installed(state: &mut State, id: &str) {
    let Some(machine) = state.machines.get(id) else {
        return;
    };
    let kubernetes = &machine.facts.kubernetes;
    let detail = format!("cri-o {}, kubelet {}", kubernetes.minor, kubernetes.version);
    end_stage(state, id, "packages", &detail);
    begin_stage(state, id, "kubeadm");
    go(state, id, Step::Kubeadm, 0);
}

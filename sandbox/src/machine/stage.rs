//! The stages of the bootstrap, in order, and what is reported of them. A reboot begins the stage under way anew.

#![expect(
    clippy::similar_names,
    reason = "`stage` is the contract's word, `state` the crate's"
)]

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::facts::Role;
use super::guest::{Machine, Step, go, stand};
use super::outbox::{self, Purpose};
use super::{control_plane, guest, join};
use crate::durations::{CLEAN, RESTART};
use crate::store::State;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Stage {
    Network,
    Bundle,
    Packages,
    Kubeadm,
    Addons,
    Ready,
    /// All that two machines from one image must not share is taken away.
    Clean,
}

impl Stage {
    pub(super) const fn first(role: Role) -> Self {
        match role {
            Role::ControlPlane | Role::Node => Self::Network,
            Role::Image => Self::Packages,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Bundle => "bundle",
            Self::Packages => "packages",
            Self::Kubeadm => "kubeadm",
            Self::Addons => "addons",
            Self::Ready => "ready",
            Self::Clean => "clean",
        }
    }

    fn next(self, role: Role) -> Option<Self> {
        match self {
            Self::Network => Some(Self::Bundle),
            Self::Bundle => Some(Self::Packages),
            Self::Packages if role == Role::Image => Some(Self::Clean),
            Self::Packages => Some(Self::Kubeadm),
            Self::Kubeadm => Some(Self::Addons),
            Self::Addons => Some(Self::Ready),
            Self::Ready | Self::Clean => None,
        }
    }
}

pub(super) fn begin(state: &mut State, id: &str, stage: Stage) {
    let now = state.meta.now;
    let Some(machine) = state.machines.get_mut(id) else {
        return;
    };
    machine.stage = stage;
    machine.stage_began = now;
    machine.tries = 0;
    let role = machine.facts.role;
    tell(state, id, "started", "");
    match (stage, role) {
        (Stage::Network, _) => guest::find_interface(state, id),
        (Stage::Bundle, Role::ControlPlane) => control_plane::ask_for_bundle(state, id),
        (Stage::Packages, _) => guest::packages(state, id),
        (Stage::Clean, _) => go(state, id, Step::Cleaned, CLEAN),
        (Stage::Kubeadm, _) => join::begin(state, id),
        (Stage::Addons, Role::ControlPlane) => control_plane::apply_addons(state, id),
        (Stage::Ready, Role::ControlPlane) => control_plane::await_ready(state, id),
        (Stage::Bundle | Stage::Addons | Stage::Ready, Role::Node | Role::Image) => {
            end(state, id, "");
        }
    }
}

/// The stage is done, and the next one begins.
pub(super) fn end(state: &mut State, id: &str, detail: &str) {
    tell(state, id, "done", detail);
    proceed(state, id);
}

/// The next stage begins; the end of this one has been told in other words.
pub(super) fn proceed(state: &mut State, id: &str) {
    let next = |machine: &Machine| machine.stage.next(machine.facts.role);
    match state.machines.get(id).map(next) {
        Some(Some(next)) => begin(state, id, next),
        Some(None) => stand(state, id, Step::Done),
        None => {}
    }
}

/// The machine gives up until it is rebooted, and says why. A node has nobody to tell: systemd starts it again.
pub(super) fn fail(state: &mut State, id: &str, reason: &str) {
    tell(state, id, "failed", reason);
    let Some(machine) = state.machines.get_mut(id) else {
        return;
    };
    machine.failures += 1;
    if machine.facts.role == Role::Node {
        go(state, id, Step::Failed, RESTART);
    } else {
        stand(state, id, Step::Failed);
    }
}

/// How long the stage under way has lasted.
pub(super) fn age(state: &State, id: &str) -> u64 {
    let began = state
        .machines
        .get(id)
        .map_or(state.meta.now, |machine| machine.stage_began);
    state.meta.now.saturating_sub(began)
}

/// A report on the stage under way; `None` for a machine without a callback: nodes have nobody to tell.
pub(super) fn report(state: &State, id: &str, progress: &str, detail: &str) -> Option<Value> {
    let machine = state.machines.get(id)?;
    machine.facts.callback.as_ref()?;
    let seconds = age(state, id) / 1000;
    let stage = machine.stage.name();
    Some(
        json!({ "stage": stage, "state": progress, "seconds": seconds, "detail": detail, "evidence": null }),
    )
}

fn tell(state: &mut State, id: &str, progress: &str, detail: &str) {
    let body = report(state, id, progress, detail);
    if let Some(body) = body
        && outbox::can_call(state, id)
    {
        outbox::send(state, id, Purpose::Report, body.to_string());
    }
}

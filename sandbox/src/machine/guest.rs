//! A machine that runs our bootstrap: where it stands, and how it is switched on and off.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::bundle::Bundle;
use super::facts::{Facts, Role};
use super::stage::{Stage, age, begin, end, fail};
use super::{cloud_init, control_plane, day_two, dhcp, image, join, outbox, reach};
use crate::durations::{
    BOOT, CONTROL_PLANE_JOIN_TIME, INTERFACE_RETRY, INTERFACE_TIMEOUT, JOIN_TIME, NETWORK,
    PACKAGES, PACKAGES_BAKED, SLOW_BOOT_FACTOR,
};
use crate::future::Happening;
use crate::store::State;

/// What the machine does when it wakes next.
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
    Cleaned,
    Probe,
    Join,
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
    /// The stage under way.
    pub(crate) stage: Stage,
    /// When it began.
    pub(crate) stage_began: u64,
    /// How often what the stage tries has failed.
    pub(crate) tries: u32,
    /// When the try under way began.
    pub(crate) try_began: u64,
    /// When it was switched on.
    #[serde(default)]
    booted_at: u64,
    /// Until when it may try to join.
    #[serde(default)]
    pub(crate) join_until: u64,
    /// How often the bootstrap has failed.
    #[serde(default)]
    pub(crate) failures: u32,
    /// The only wake that counts: earlier lives may have left others behind.
    pub(crate) wake_at: Option<u64>,
    /// Its private address, once the network stage has found one.
    pub(crate) address: Option<Ipv4Addr>,
    pub(crate) bundle: Option<Bundle>,
}

impl Machine {
    /// Has the stage of packages ended?
    pub(crate) const fn has_packages(&self) -> bool {
        matches!(
            self.step,
            Step::PackagesInstalled
                | Step::Cleaned
                | Step::Probe
                | Step::Join
                | Step::KubeadmFinished
                | Step::AddonsApplied
                | Step::Evidence
                | Step::Done
        )
    }

    /// Nothing is left on its disk that another machine must not have as well.
    pub(crate) fn is_clean(&self) -> bool {
        self.facts.role == Role::Image && self.step == Step::Done
    }

    /// Every so often since the boot one try of a node ends, all others have once so long.
    pub(crate) const fn time_to_join(&self, now: u64) -> u64 {
        match self.facts.role {
            Role::Node => JOIN_TIME - now.saturating_sub(self.booted_at) % JOIN_TIME,
            Role::ControlPlane | Role::Image => CONTROL_PLANE_JOIN_TIME,
        }
    }

    fn new(facts: Facts) -> Self {
        Self {
            step: Step::Boot,
            stage: Stage::first(facts.role),
            facts,
            stage_began: 0,
            tries: 0,
            try_began: 0,
            booted_at: 0,
            join_until: 0,
            failures: 0,
            wake_at: None,
            address: None,
            bundle: None,
        }
    }
}

/// `running`: on a fresh disk cloud-init runs the user-data; if that is ours, the bootstrap begins. Later boots
/// only resume what is unfinished, whatever the user-data says by then.
pub(crate) fn power_on(state: &mut State, id: &str) {
    let Some(instance) = state.instances.get(id) else {
        return;
    };
    if instance.never_boots || !image::of(state, instance).boots {
        return;
    }
    let factor = if instance.boots_slowly {
        SLOW_BOOT_FACTOR
    } else {
        1
    };
    let delay = BOOT * factor + cloud_init::delay(state, instance);
    day_two::machine_changed(state, id);
    if state.machines.get(id).is_some_and(Machine::is_clean) {
        state.disks.remove(id);
    }
    if let Some(facts) = cloud_init::first_boot(state, id) {
        state.machines.insert(id, Machine::new(facts));
    }
    let now = state.meta.now;
    let unfinished = state.machines.get_mut(id).is_some_and(|machine| {
        machine.booted_at = now;
        machine.step != Step::Done
    });
    if unfinished {
        go(state, id, Step::Boot, delay);
    }
}

pub(crate) fn power_off(state: &mut State, id: &str) {
    outbox::silence(state, id);
    if let Some(machine) = state.machines.get_mut(id) {
        machine.wake_at = None;
    }
    day_two::machine_changed(state, id);
}

/// The disk is gone, with the machine or for a new one (`reset`): the next boot is a first one.
pub(crate) fn forget(state: &mut State, id: &str) {
    outbox::silence(state, id);
    if state.machines.get(id).is_some() {
        state.machines.remove(id);
    }
    if state.disks.get(id).is_some() {
        state.disks.remove(id);
    }
    day_two::machine_changed(state, id);
}

/// The disk is as it was when that machine ran on it.
pub(crate) fn resume_on(state: &mut State, id: &str, machine: Machine) {
    cloud_init::remember(state, id);
    state.machines.insert(id, machine);
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
    let under_way = machine.stage;
    match machine.step {
        Step::Boot | Step::Failed => begin(state, id, under_way),
        Step::FindInterface => find_interface(state, id),
        Step::InterfaceUp => interface_up(state, id),
        Step::AskForBundle => control_plane::ask_for_bundle(state, id),
        Step::Packages => packages(state, id),
        Step::PackagesInstalled => packages_installed(state, id),
        Step::Cleaned => end(state, id, ""),
        Step::Probe => join::probe(state, id),
        Step::Join => join::attempt(state, id),
        Step::KubeadmFinished => join::finished(state, id),
        Step::AddonsApplied => control_plane::addons_applied(state, id),
        Step::Evidence => control_plane::evidence(state, id),
        Step::AwaitBundle | Step::AwaitConfirm | Step::Done => {}
    }
}

/// The next step, after about this long.
pub(crate) fn go(state: &mut State, id: &str, step: Step, delay: u64) {
    let delay = state.meta.random.jitter(delay);
    let due = state.meta.now + delay;
    if let Some(machine) = state.machines.get_mut(id) {
        machine.step = step;
        machine.wake_at = Some(due);
        state.schedule(delay, Happening::Machine(id.to_owned()));
    }
}

/// A step that something else will end.
pub(crate) fn stand(state: &mut State, id: &str, step: Step) {
    if let Some(machine) = state.machines.get_mut(id) {
        machine.step = step;
        machine.wake_at = None;
    }
}

/// A pool's member gets its interface some time after the boot; ten minutes are enough for the bootstrap.
pub(super) fn find_interface(state: &mut State, id: &str) {
    if dhcp::address(state, id).is_some() {
        go(state, id, Step::InterfaceUp, NETWORK);
    } else if age(state, id) > INTERFACE_TIMEOUT {
        fail(state, id, "no private address within 600 seconds");
    } else {
        go(state, id, Step::FindInterface, INTERFACE_RETRY);
    }
}

fn interface_up(state: &mut State, id: &str) {
    let Some(address) = dhcp::address(state, id) else {
        return go(state, id, Step::FindInterface, INTERFACE_RETRY);
    };
    if let Some(machine) = state.machines.get_mut(id) {
        machine.address = Some(address);
    }
    end(state, id, &address.to_string());
}

/// Without a way out the mirrors cannot be reached, and the bootstrap tries again and again; an image that has
/// the packages needs none.
pub(super) fn packages(state: &mut State, id: &str) {
    let both = state.machines.get(id).zip(state.instances.get(id));
    let baked = both.is_some_and(|(machine, instance)| {
        let version = machine.facts.kubernetes.version.as_str();
        image::of(state, instance).kubernetes.as_deref() == Some(version)
    });
    if baked {
        go(state, id, Step::PackagesInstalled, PACKAGES_BAKED);
    } else if reach::lets_out(state, id) {
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
    end(state, id, &detail);
}

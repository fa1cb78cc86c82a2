//! Plugging volumes into machines.

use serde::{Deserialize, Serialize};

use super::{Volume, VolumeState};
use crate::catalog::instance_types;
use crate::durations::VOLUME_CHANGE;
use crate::kinds;
use crate::kinds::common::Reference as Given;
use crate::kinds::instance::Instance;
use crate::kinds::kind::{self, Kind as _};
use crate::operation::{self, Failure, Reference};
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

/// Exoscale's documentation.
const VOLUMES_MAX: usize = 5;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Attached { volume: String, instance: String },
    Detached { volume: String, instance: String },
}

impl Change {
    /// If the machine has gone meanwhile, the volume is detached already, and perhaps elsewhere by now.
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Attached { volume, instance } => {
                let gone = || Failure::new("interrupted", "The instance is gone");
                let volume = between(state, &volume, &instance, VolumeState::Attaching);
                volume.ok_or_else(gone)?.state = VolumeState::Attached;
            }
            Self::Detached { volume, instance } => {
                unplug(between(state, &volume, &instance, VolumeState::Detaching));
            }
        }
        Ok(())
    }

    pub(crate) fn abandon(self, state: &mut State) {
        match self {
            Self::Attached { volume, instance } => {
                unplug(between(state, &volume, &instance, VolumeState::Attaching));
            }
            Self::Detached { volume, instance } => {
                if let Some(volume) = between(state, &volume, &instance, VolumeState::Detaching) {
                    volume.state = VolumeState::Attached;
                }
            }
        }
    }
}

/// The volume, if it is still on its way to or from this machine.
fn between<'a>(
    state: &'a mut State,
    volume: &str,
    instance: &str,
    way: VolumeState,
) -> Option<&'a mut Volume> {
    let volume = state.volumes.get_mut(volume)?;
    let same = volume.instance.as_deref() == Some(instance) && volume.state == way;
    same.then_some(volume)
}

fn unplug(volume: Option<&mut Volume>) {
    if let Some(volume) = volume {
        volume.instance = None;
        volume.state = VolumeState::Detached;
    }
}

/// A machine is gone; its volumes stay.
pub(crate) fn detach_all(state: &mut State, instance: &str) {
    let its = |volume: &Volume| volume.instance.as_deref() == Some(instance);
    for id in state.volumes.ids(its) {
        unplug(state.volumes.get_mut(&id));
    }
}

/// How many volumes a machine has, or is about to have.
pub(crate) fn count_of(state: &State, instance: &str) -> usize {
    let its = |volume: &&Volume| volume.instance.as_deref() == Some(instance);
    state.volumes.values().filter(its).count()
}

/// The two smallest sizes take no volumes.
pub(crate) fn check_type(kind: &str) -> Result<(), Refusal> {
    let entry = instance_types::find(kind);
    if entry.is_some_and(|entry| ["micro", "tiny"].contains(&entry.size)) {
        return Err(Refusal::conflict("Instance size must be at least small"));
    }
    Ok(())
}

#[derive(Debug, Deserialize)]
struct Target {
    instance: Given,
}

pub(super) fn attach(ask: &mut Ask<'_>) -> Outcome {
    let target = ask.read::<Target>()?.instance.id;
    let volume = kind::own::<Volume>(ask)?;
    if volume.instance.is_some() {
        return Err(Refusal::in_use("Volume is already attached"));
    }
    volume.check_free(ask.state)?;
    let instance = kind::find::<Instance>(ask.state, ask.zone, &target)?;
    instance.check_free(ask.state)?;
    check_type(&instance.kind)?;
    if count_of(ask.state, &target) >= VOLUMES_MAX {
        return Err(Refusal::conflict(format!(
            "Instance cannot have more than {VOLUMES_MAX} volumes"
        )));
    }
    if let Some(volume) = ask.state.volumes.get_mut(ask.id()) {
        volume.instance = Some(target.clone());
        volume.state = VolumeState::Attaching;
    }
    let volume = ask.id().to_owned();
    let change = Change::Attached {
        volume,
        instance: target,
    };
    begin(ask, change)
}

pub(super) fn detach(ask: &mut Ask<'_>) -> Outcome {
    let volume = kind::own::<Volume>(ask)?;
    let Some(instance) = volume.instance.clone() else {
        return Err(Refusal::in_use("Volume is not attached"));
    };
    volume.check_free(ask.state)?;
    if let Some(volume) = ask.state.volumes.get_mut(ask.id()) {
        volume.state = VolumeState::Detaching;
    }
    let volume = ask.id().to_owned();
    begin(ask, Change::Detached { volume, instance })
}

fn begin(ask: &mut Ask<'_>, change: Change) -> Outcome {
    let reference = Reference::new(Volume::NAME, ask.id());
    let change = kinds::Change::BlockStorage(change);
    Ok(operation::begin(ask, reference, VOLUME_CHANGE, change))
}

//! Resizing a volume, which is done when it is answered.

use serde::Deserialize;

use super::{MAXIMUM_GIB, Volume};
use crate::kinds::instance::{Instance, InstanceState};
use crate::kinds::kind::{self, Kind as _};
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

const GIBIBYTE: u64 = 1 << 30;

#[derive(Debug, Deserialize)]
struct Resize {
    size: u64,
}

/// A volume only grows, and not under a machine that runs.
pub(super) fn resize(ask: &mut Ask<'_>) -> Outcome {
    let given = ask.read::<Resize>()?.size;
    let size_gib = if ask.state.meta.switches.volume_resize_in_bytes {
        given.div_ceil(GIBIBYTE)
    } else {
        given
    };
    let volume = kind::own::<Volume>(ask)?;
    volume.check_free(ask.state)?;
    let holder = volume.instance.as_deref();
    let holder = holder.and_then(|id| ask.state.instances.get(id));
    let rests = |instance: &Instance| instance.state == InstanceState::Stopped;
    if !holder.is_none_or(rests) {
        return Err(Refusal::invalid("The instance needs to be stopped."));
    }
    check_size(size_gib, volume.size_gib + 1)?;
    if let Some(volume) = ask.state.volumes.get_mut(ask.id()) {
        volume.size_gib = size_gib;
    }
    kind::show::<Volume>(ask)
}

pub(super) fn check_size(size_gib: u64, least: u64) -> Result<(), Refusal> {
    if (least..=MAXIMUM_GIB).contains(&size_gib) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "Invalid request body: size must be {least} to {MAXIMUM_GIB} GiB"
    )))
}

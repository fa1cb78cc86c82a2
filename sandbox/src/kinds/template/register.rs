//! Where private templates come from: an address, a snapshot, a template of another zone.

use serde::Deserialize;

use super::{Details, Image, Settings, Template};
use crate::catalog::templates::BootMode;
use crate::kinds::kind::{self, Kind as _};
use crate::kinds::quota;
use crate::kinds::snapshot::{self, Snapshot};
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

/// What lies at an address that is none of ours is taken for an image of this size.
const FOREIGN_GIB: u64 = 10;
const DESCRIPTION_MAX: usize = 255;

#[derive(Debug, Deserialize)]
struct Source {
    url: String,
    checksum: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Copy {
    target_zone: Zone,
}

#[derive(Debug, Deserialize)]
struct Zone {
    name: String,
}

pub(super) fn register(ask: &mut Ask<'_>) -> Outcome {
    let details: Details = ask.read()?;
    let fetched = fetch(ask.state, &ask.read()?)?;
    let image = Image {
        boot_mode: details.boot_mode,
        password_enabled: details.password_enabled,
        ..fetched
    };
    let settings = ask.read()?;
    let zone = ask.zone.to_owned();
    make(ask, zone, settings, details, image)
}

/// The address is fetched within seconds; what is no disk image of the one format is refused.
fn fetch(state: &State, source: &Source) -> Result<Image, Refusal> {
    let address = source.url.as_str();
    if let Some(snapshot) = snapshot::exported_at(state, address, &source.checksum)? {
        return Ok(snapshot.image());
    }
    let rest = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"));
    let Some(rest) = rest.filter(|rest| !rest.is_empty()) else {
        return Err(Refusal::invalid(
            "The template URL must be of http or https",
        ));
    };
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    if [".raw", ".iso"].iter().any(|ending| path.ends_with(ending)) {
        return Err(Refusal::invalid(
            "The magic QCOW2 number should be 1363560955",
        ));
    }
    Ok(Image {
        boot_mode: BootMode::default(),
        size_gib: FOREIGN_GIB,
        password_enabled: false,
        origin: None,
    })
}

/// A template straight from a snapshot. The request cannot say how it boots.
pub(crate) fn promote(ask: &mut Ask<'_>) -> Outcome {
    let snapshot = kind::own::<Snapshot>(ask)?;
    snapshot.check_free(ask.state)?;
    let taken = snapshot.image();
    let boot_mode = if ask.state.meta.switches.promote_keeps_boot_mode {
        taken.boot_mode
    } else {
        BootMode::default()
    };
    let details = Details {
        boot_mode,
        ..ask.read()?
    };
    let image = Image {
        boot_mode,
        password_enabled: details.password_enabled,
        ..taken
    };
    let mut settings: Settings = ask.read()?;
    // A promotion takes 4096 characters, a template shows 255.
    settings.description = settings.description.chars().take(DESCRIPTION_MAX).collect();
    let zone = ask.zone.to_owned();
    make(ask, zone, settings, details, image)
}

/// The operation is asked after in the zone of the original, the copy in its own.
pub(super) fn copy(ask: &mut Ask<'_>) -> Outcome {
    let zone = ask.read::<Copy>()?.target_zone.name;
    let original = kind::own::<Template>(ask)?.clone();
    if zone == original.zone {
        return Err(Refusal::conflict("The template is already in this zone"));
    }
    make(
        ask,
        zone,
        original.settings,
        original.details,
        original.image,
    )
}

fn make(
    ask: &mut Ask<'_>,
    zone: String,
    settings: Settings,
    details: Details,
    image: Image,
) -> Outcome {
    quota::check(ask.state, quota::Resource::Template, 1)?;
    let id = ask.state.uuid();
    let template = Template {
        id: id.clone(),
        zone,
        settings,
        details,
        image,
        ready: false,
        created_at: ask.state.meta.wall,
        born: ask.state.meta.now,
    };
    kind::make(ask, &id, template)
}

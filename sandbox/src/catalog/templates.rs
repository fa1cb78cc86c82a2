//! The public templates a launcher may start from. Ids differ from zone to zone.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::stable_uuid;

const GIBIBYTE: u64 = 1 << 30;

/// The firmware that an image is made for; a machine with the other one never says a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BootMode {
    #[default]
    Legacy,
    Uefi,
}

/// A public template; all are of ten GiB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Template {
    name: &'static str,
    family: &'static str,
    version: &'static str,
    boot_mode: BootMode,
    created_at: &'static str,
}

const PUBLIC: [Template; 5] = [
    ubuntu(
        "Linux Ubuntu 22.04 LTS 64-bit",
        "22.04",
        "2026-10-12T09:14:31Z",
    ),
    ubuntu(
        "Linux Ubuntu 24.04 LTS 64-bit",
        "24.04",
        "2026-10-12T09:31:07Z",
    ),
    ubuntu(
        "Linux Ubuntu 26.04 LTS 64-bit",
        "26.04",
        "2026-10-12T09:48:52Z",
    ),
    debian(
        "Linux Debian 12 (Bookworm) 64-bit",
        "12",
        "2026-09-28T12:02:19Z",
    ),
    debian(
        "Linux Debian 13 (Trixie) 64-bit",
        "13",
        "2026-09-28T12:20:44Z",
    ),
];

const fn ubuntu(name: &'static str, version: &'static str, created_at: &'static str) -> Template {
    Template {
        name,
        family: "ubuntu",
        version,
        boot_mode: BootMode::Uefi,
        created_at,
    }
}

const fn debian(name: &'static str, version: &'static str, created_at: &'static str) -> Template {
    Template {
        name,
        family: "debian",
        version,
        boot_mode: BootMode::Legacy,
        created_at,
    }
}

impl Template {
    pub(crate) const SIZE_GIB: u64 = 10;

    fn id(&self, zone: &str) -> String {
        stable_uuid(&["template", zone, self.name, self.created_at])
    }

    pub(crate) fn boot_mode(&self) -> BootMode {
        self.boot_mode
    }

    /// Real answers have no `zones`.
    pub(crate) fn view(&self, zone: &str) -> Value {
        json!({
            "id": self.id(zone),
            "name": self.name,
            "description": self.name,
            "family": self.family,
            "version": self.version,
            "build": self.created_at,
            "maintainer": "Exoscale",
            "default-user": self.family,
            "boot-mode": self.boot_mode,
            "size": Self::SIZE_GIB * GIBIBYTE,
            "ssh-key-enabled": true,
            "password-enabled": true,
            "application-consistent-snapshot-enabled": false,
            "created-at": self.created_at,
            "visibility": "public",
        })
    }
}

/// A template by its id in this zone.
pub(crate) fn find(zone: &str, id: &str) -> Option<Template> {
    PUBLIC.into_iter().find(|template| template.id(zone) == id)
}

/// Those of a zone, of one family if it is named.
pub(crate) fn list(zone: &str, family: Option<&str>) -> impl Iterator<Item = Value> {
    PUBLIC
        .iter()
        .filter(move |template| family.is_none_or(|family| family == template.family))
        .map(move |template| template.view(zone))
}

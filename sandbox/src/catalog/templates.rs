//! The public templates a launcher may start from. Ids differ from zone to zone.

use serde_json::{Value, json};

use super::stable_uuid;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[("list-templates", list), ("get-template", show)];

const GIBIBYTE: u64 = 1 << 30;

/// A public template; all are of ten GiB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Template {
    name: &'static str,
    family: &'static str,
    version: &'static str,
    boot_mode: &'static str,
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
        boot_mode: "uefi",
        created_at,
    }
}

const fn debian(name: &'static str, version: &'static str, created_at: &'static str) -> Template {
    Template {
        name,
        family: "debian",
        version,
        boot_mode: "legacy",
        created_at,
    }
}

impl Template {
    pub(crate) const SIZE_GIB: u64 = 10;

    fn id(&self, zone: &str) -> String {
        stable_uuid(&["template", zone, self.name, self.created_at])
    }
}

/// A template by its id in this zone.
pub(crate) fn find(zone: &str, id: &str) -> Option<Template> {
    PUBLIC.into_iter().find(|template| template.id(zone) == id)
}

fn list(ask: &mut Ask<'_>) -> Outcome {
    let public = ask
        .query
        .get("visibility")
        .is_none_or(|visibility| visibility == "public");
    let family = ask.query.get("family");
    let templates: Vec<Value> = PUBLIC
        .iter()
        .filter(|template| public && family.is_none_or(|family| family == template.family))
        .map(|template| view(template, ask.zone))
        .collect();
    Ok(json!({ "templates": templates }))
}

fn show(ask: &mut Ask<'_>) -> Outcome {
    find(ask.zone, ask.parameter("id"))
        .map(|template| view(&template, ask.zone))
        .ok_or_else(|| Refusal::not_found("Template"))
}

/// Real answers have no `zones`.
fn view(template: &Template, zone: &str) -> Value {
    json!({
        "id": template.id(zone),
        "name": template.name,
        "description": template.name,
        "family": template.family,
        "version": template.version,
        "build": template.created_at,
        "maintainer": "Exoscale",
        "default-user": template.family,
        "boot-mode": template.boot_mode,
        "size": Template::SIZE_GIB * GIBIBYTE,
        "ssh-key-enabled": true,
        "password-enabled": true,
        "application-consistent-snapshot-enabled": false,
        "created-at": template.created_at,
        "visibility": "public",
    })
}

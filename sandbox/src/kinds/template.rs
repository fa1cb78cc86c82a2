//! Templates: the public ones of the catalogue, and private ones registered, promoted or copied; zonal.

mod register;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use self::register::promote;
use super::kind::{self, Editable, Kind};
use crate::catalog::templates::{self, BootMode};
use crate::durations::{SMALL_CHANGE, TEMPLATE_REGISTER};
use crate::machine::guest::Machine;
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};
use crate::wire::time::rfc3339;

pub(crate) const ROUTES: &[Route] = &[
    ("list-templates", list),
    ("get-template", show),
    ("register-template", register::register),
    ("copy-template", register::copy),
    ("update-template", kind::update::<Template>),
    ("delete-template", kind::remove::<Template>),
];

const GIBIBYTE: u64 = 1 << 30;

/// What a machine finds when it starts from a template.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Image {
    pub(crate) boot_mode: BootMode,
    pub(crate) size_gib: u64,
    pub(crate) password_enabled: bool,
    /// `None`: nobody here made it.
    pub(crate) origin: Option<Origin>,
}

/// The disk that an image is a copy of, as it was when it was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub(crate) snapshot: String,
    pub(crate) instance: String,
    /// `None`: nothing of ours ran on it.
    pub(crate) machine: Option<Machine>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Template {
    id: String,
    zone: String,
    settings: Settings,
    details: Details,
    image: Image,
    /// Nobody sees it before it is there.
    ready: bool,
    created_at: u64,
    born: u64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    name: String,
    description: String,
}

/// What whoever made it says of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Details {
    boot_mode: BootMode,
    build: Option<String>,
    checksum: Option<String>,
    default_user: Option<String>,
    maintainer: Option<String>,
    version: Option<String>,
    ssh_key_enabled: bool,
    password_enabled: bool,
    application_consistent_snapshot_enabled: bool,
}

impl Kind for Template {
    const NAME: &'static str = "template";
    const PLURAL: &'static str = "templates";
    const TITLE: &'static str = "Template";
    const CHANGE_MS: u64 = SMALL_CHANGE;
    const MAKE_MS: u64 = TEMPLATE_REGISTER;

    fn zone(&self) -> Option<&str> {
        Some(&self.zone)
    }

    fn born(&self) -> u64 {
        self.born
    }

    fn is_visible(&self) -> bool {
        self.ready
    }

    /// Only public templates have a family.
    fn is_asked_for(&self, query: &BTreeMap<String, String>) -> bool {
        let private = query
            .get("visibility")
            .is_some_and(|asked| asked == "private");
        private && !query.contains_key("family")
    }

    fn summary(&self, _state: &State) -> Object {
        Object::of(&self.settings)
            .and(&self.details)
            .with("id", &self.id)
            .with("size", self.image.size_gib * GIBIBYTE)
            .with("visibility", "private")
            .with("created-at", rfc3339(self.created_at))
    }

    fn check_removable(&self, state: &State) -> Result<(), Refusal> {
        let by_pool = state
            .pools
            .values()
            .any(|pool| pool.settings.template == self.id);
        let by_machine = state
            .instances
            .values()
            .any(|instance| instance.template == self.id);
        if by_pool || by_machine {
            return Err(Refusal::in_use("Template is in use by virtual machines"));
        }
        Ok(())
    }

    fn made(state: &mut State, id: &str) {
        if let Some(template) = state.templates.get_mut(id) {
            template.ready = true;
        }
    }
}

impl Editable for Template {
    type Settings = Settings;

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    fn check(
        _settings: &Settings,
        _before: Option<&Settings>,
        _zone: &str,
        _state: &State,
    ) -> Result<(), Refusal> {
        Ok(())
    }
}

/// What a machine started from this template of this zone finds.
pub(crate) fn find(state: &State, zone: &str, id: &str) -> Option<Image> {
    if let Some(public) = templates::find(zone, id) {
        return Some(Image {
            boot_mode: public.boot_mode(),
            size_gib: templates::Template::SIZE_GIB,
            password_enabled: true,
            origin: None,
        });
    }
    let private = kind::find::<Template>(state, zone, id).ok()?;
    Some(private.image.clone())
}

/// Public ones unless private ones are asked for.
fn list(ask: &mut Ask<'_>) -> Outcome {
    match ask.query.get("visibility").map(String::as_str) {
        Some("private") => kind::list::<Template>(ask),
        _ => {
            let family = ask.query.get("family").map(String::as_str);
            let public: Vec<Value> = templates::list(ask.zone, family).collect();
            Ok(json!({ Template::PLURAL: public }))
        }
    }
}

fn show(ask: &mut Ask<'_>) -> Outcome {
    match templates::find(ask.zone, ask.id()) {
        Some(public) => Ok(public.view(ask.zone)),
        None => kind::show::<Template>(ask),
    }
}

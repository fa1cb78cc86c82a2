//! The spec in the making: what a person typed, what is wrong with it, and what it would become.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};
use shared::catalog::{Currency, Prices};
use shared::link;
use shared::spec::{Draft, Problem, Spec};

use super::{AccountChoice, Launching, Place, Preview, Tab, links};
use crate::api::{Caller, Catalog, RunLink};
use crate::crypto::{self, AdminKey, SshKey};
use crate::strings::api as t;
use crate::{browser, clock};

/// What came of a link in the address bar.
#[derive(Clone, Debug, PartialEq)]
pub enum Opened {
    /// It was read.
    Read {
        /// The default cluster.
        defaults: Box<Spec>,
        /// What the link says.
        spec: Box<Spec>,
    },
    /// It was not, for this reason.
    Bad(String),
}

/// The spec in the making.
#[derive(Clone, Copy)]
pub struct Compose {
    /// What was typed.
    pub draft: RwSignal<Draft>,
    /// Fields that a person has been in and left.
    pub(super) visited: RwSignal<BTreeSet<String>>,
    /// What was shown to be wrong when the person began to type: it stays until they leave the field.
    pub(super) frozen: RwSignal<Option<Vec<Problem>>>,
    /// How often something was typed.
    pub(super) typed: StoredValue<u32>,
    /// The default cluster, to say what differs.
    pub(super) defaults: StoredValue<Draft>,
    /// Whether a launch was tried: then every problem shows.
    pub submitted: RwSignal<bool>,
    /// What came of a link.
    pub opened: RwSignal<Option<Opened>>,
    /// Whether the link with which the page was opened is still being read: until then there is no form.
    pub reading: RwSignal<bool>,
    /// How far the launch is.
    pub launching: RwSignal<Launching>,
    /// The run to be, so that the plan that is shown is the plan that runs, and a second try is the same run.
    pub run: RwSignal<RunLink>,
    /// The admin's key of the run to be; none where the browser cannot make one.
    pub admin: RwSignal<Option<AdminKey>>,
    /// The SSH key of the run to be; none where the browser cannot make one.
    pub ssh: RwSignal<Option<SshKey>>,
    /// The spec, or what is wrong.
    pub parsed: Memo<Result<Spec, Vec<Problem>>>,
    /// The plan of the newest valid spec.
    pub preview: Memo<Option<Preview>>,
    /// The fragment of the address bar, as it was read or written last.
    written: RwSignal<String>,
}

impl Compose {
    /// A form filled in with the defaults, or with what the address bar says.
    pub fn new(tab: Tab) -> Self {
        let compose = Self::holding(tab, default_draft());
        let composes = tab.place.with_untracked(|place| *place == Place::Compose);
        compose
            .reading
            .set(composes && !browser::fragment().is_empty());
        compose.renew();
        compose
    }

    /// A form for a cluster that stands: nothing is launched from it, so that it needs no keys.
    pub fn of_standing(tab: Tab, spec: &Spec) -> Self {
        Self::holding(tab, Draft::from(spec))
    }

    fn holding(tab: Tab, draft: Draft) -> Self {
        let draft = RwSignal::new(draft);
        let run = RwSignal::new(RunLink::default());
        let ssh = RwSignal::new(None);
        let parsed = Memo::new(move |_| draft.with(Draft::parse));
        let preview = Memo::new(move |before: Option<&Option<Preview>>| {
            let catalog = tab.offer().unwrap_or_else(offline_catalog);
            let spec = parsed.get().ok();
            let line = ssh.with(|key: &Option<SshKey>| {
                let name = spec.as_ref()?.name();
                Some(key.as_ref()?.public_line(&ssh_comment(name.as_str())))
            });
            // Read here, so that the plan follows them.
            let own = tab.choice.get() == AccountChoice::Exoscale;
            let roles = tab.roles.get();
            let given = if own { roles } else { BTreeMap::new() };
            let fresh = spec.map(|spec| Preview::of(&spec, line, &run.get().id, &catalog, &given));
            fresh.or_else(|| before.cloned().flatten())
        });
        Self {
            draft,
            visited: RwSignal::default(),
            frozen: RwSignal::default(),
            typed: StoredValue::new(0),
            defaults: StoredValue::new(default_draft()),
            submitted: RwSignal::default(),
            opened: RwSignal::default(),
            reading: RwSignal::default(),
            launching: RwSignal::default(),
            run,
            admin: RwSignal::new(None),
            ssh,
            parsed,
            preview,
            written: RwSignal::default(),
        }
    }

    /// Makes the id and the keys of the next run.
    pub fn renew(self) {
        self.run.set(RunLink::random().unwrap_or_default());
        spawn_local(async move {
            self.ssh.set(crypto::ssh_key().await.ok());
            self.admin.set(crypto::admin_key().await.ok());
        });
    }

    /// Reads the address bar's fragment, unless we wrote it ourselves. It never launches anything.
    pub fn read_link(self) {
        let fragment = browser::fragment();
        if fragment.is_empty() || self.written.with_untracked(|written| *written == fragment) {
            return;
        }
        spawn_local(async move {
            let (opened, draft) = links::read(&fragment)
                .await
                .unwrap_or_else(|_| (Opened::Bad(t::NO_ANSWER.0.to_owned()), default_draft()));
            self.written.set(fragment);
            self.opened.set(Some(opened));
            self.draft.set(draft);
            self.submitted.set(false);
            self.visited.update(BTreeSet::clear);
            self.frozen.set(None);
            // A form that is shown already is not shown anew.
            self.reading.maybe_update(std::mem::take);
        });
    }

    /// Keeps the address bar up to date, a moment after the last change.
    pub fn write_link(self) {
        let Ok(spec) = self.parsed.get() else { return };
        let is_default = default_draft()
            .parse()
            .is_ok_and(|defaults| defaults == spec);
        if is_default && self.written.with_untracked(String::is_empty) {
            return;
        }
        spawn_local(async move {
            clock::pause(WRITE_AFTER_MS).await;
            let still = self
                .parsed
                .try_get_untracked()
                .and_then(Result::ok)
                .is_some_and(|now| now == spec);
            if !still {
                return;
            }
            let Ok(fragment) = links::fragment_of(&spec).await else {
                return;
            };
            if browser::path() == "/" {
                self.written.set(fragment.clone());
                browser::replace_address(&format!("/#{fragment}"));
            }
        });
    }

    /// The address that stands for this spec.
    pub async fn link(self) -> Option<String> {
        let spec = self.parsed.get_untracked().ok()?;
        let fragment = links::fragment_of(&spec).await.ok()?;
        Some(address(&fragment))
    }

    /// The same, followed as the spec changes.
    pub fn current_link(self) -> Option<String> {
        let spec = self.parsed.get().ok()?;
        Some(address(&link::encode(&spec)))
    }

    /// What stands on paper for the address: what the address bar says.
    pub fn printed_link(self) -> String {
        self.written.with(|fragment| address(fragment))
    }

    /// What stands in a field.
    pub fn text(self, path: &str) -> String {
        self.draft.with(|draft| draft.text(path))
    }

    /// Changes a field.
    pub fn set(self, path: &str, value: Value) {
        self.draft.update(|draft| draft.set(path, value));
    }

    /// Puts what a person typed into a field.
    pub fn set_text(self, path: &str, text: &str) {
        if let Some(pool) = path.strip_suffix(".max") {
            self.follow_max(pool, text);
        }
        self.draft.update(|draft| draft.set_text(path, text));
    }
}

/// The address of a form by its fragment.
fn address(fragment: &str) -> String {
    format!("{}/#{fragment}", browser::origin())
}

/// What our SSH keys say about themselves.
pub fn ssh_comment(cluster: &str) -> String {
    format!("slipway-{cluster}")
}

/// The default cluster with every field written.
pub(super) fn default_draft() -> Draft {
    let seed: Draft =
        serde_json::from_value(json!({ "name": "demo", "zone": "ch-dk-2" })).unwrap_or_default();
    seed.parse().map_or(seed, |spec| Draft::from(&spec))
}

/// Enough to draw a plan before the launcher has answered, or without it.
pub(super) fn offline_catalog() -> Catalog {
    Catalog {
        origin: browser::origin(),
        caller: Caller::Unknown,
        kubernetes: BTreeMap::new(),
        prices: Prices::bundled(Currency::default()),
        sandbox: true,
    }
}

/// Quiet for this long before the address bar is rewritten: browsers refuse floods of it.
const WRITE_AFTER_MS: u32 = 400;

//! What belongs to this tab as a whole: where it is, what the launcher offers, whose account, which keys.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::catalog::{Currency, Prices};
use shared::secret::Secret;

use super::{KnownRun, Memory, Stands};
use crate::api::{self, Account, ApiError, Catalog, Credentials, RunLink, SandboxAccount};
use crate::browser;
use crate::crypto::{AdminKey, SshKey};

/// The places of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The spec and its plan.
    Compose,
    /// A run, if the address names one.
    Run(Option<RunLink>),
    /// The clusters of an account, or the one that the address names.
    Clusters(Option<Stands>),
    /// The pretend account.
    Inside,
}

impl Place {
    /// Where the address bar says that we are.
    pub fn current() -> Self {
        let path = browser::path();
        match path.trim_end_matches('/').trim_end_matches(".html") {
            "/run" => Self::Run(RunLink::parse(&browser::fragment())),
            "/clusters" => Self::Clusters(Stands::parse(&browser::fragment())),
            "/inside" => Self::Inside,
            _ => Self::Compose,
        }
    }
}

/// Whose account is used next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountChoice {
    /// A pretend one.
    #[default]
    Sandbox,
    /// The person's own.
    Exoscale,
}

/// The keys that were born in this tab for one run.
#[derive(Clone, Debug)]
pub struct RunKeys {
    /// The admin's.
    pub admin: AdminKey,
    /// The one for SSH, and the comment it bears.
    pub ssh: Option<(SshKey, String)>,
    /// The kubeconfig, once its certificate has come.
    pub kubeconfig: Option<Secret<String>>,
}

/// What belongs to this tab.
#[derive(Clone, Copy)]
pub struct Tab {
    /// Where it is.
    pub place: RwSignal<Place>,
    /// What the launcher offers, once it has said so.
    pub catalog: RwSignal<Option<Result<Catalog, ApiError>>>,
    /// Whose account is used next.
    pub choice: RwSignal<AccountChoice>,
    /// How fast a pretend account's time passes.
    pub speed: RwSignal<u32>,
    /// The person's API key.
    pub key: RwSignal<String>,
    /// Its secret: in memory and nowhere else.
    pub secret: RwSignal<Secret<String>>,
    /// Roles that an administrator made beforehand, by the names of their keys; none if the key makes them itself.
    pub roles: RwSignal<BTreeMap<String, String>>,
    /// The keys of each run that were born here.
    pub keys: RwSignal<BTreeMap<String, RunKeys>>,
    /// The runs of this tab, the newest first.
    pub runs: RwSignal<Vec<KnownRun>>,
}

/// How fast a pretend account's time passes unless somebody chooses otherwise.
pub const SPEED_DEFAULT: u32 = 20;

impl Tab {
    /// A tab that has just been opened.
    pub fn new() -> Self {
        let tab = Self {
            place: RwSignal::new(Place::current()),
            catalog: RwSignal::new(None),
            choice: RwSignal::default(),
            speed: RwSignal::new(SPEED_DEFAULT),
            key: RwSignal::default(),
            secret: RwSignal::new(Secret::default()),
            roles: RwSignal::default(),
            keys: RwSignal::default(),
            runs: RwSignal::new(Memory::runs()),
        };
        tab.ask_for_catalog();
        tab
    }

    /// Asks what the launcher offers.
    pub fn ask_for_catalog(self) {
        spawn_local(async move {
            let catalog = api::catalog().await;
            if catalog.as_ref().is_ok_and(|catalog| !catalog.sandbox) {
                self.choice.set(AccountChoice::Exoscale);
            }
            self.catalog.set(Some(catalog));
        });
    }

    /// Goes to a place of the page without loading anything, so that keys in memory stay.
    pub fn go(self, address: &str) {
        browser::push_address(address);
        self.arrive();
        browser::begin_at_top();
    }

    /// Takes notice of the address bar.
    pub fn arrive(self) {
        let place = Place::current();
        if self.place.with_untracked(|old| *old != place) {
            self.place.set(place);
        }
    }

    /// What the launcher offers, as far as is known.
    pub fn offer(self) -> Option<Catalog> {
        self.catalog.get()?.ok()
    }

    /// The price list, live or bundled.
    pub fn prices(self) -> Prices {
        self.offer().map_or_else(
            || Prices::bundled(Currency::default()),
            |catalog| catalog.prices,
        )
    }

    /// What the person has typed to open their account.
    pub fn typed_account(self) -> Option<Account> {
        let key = self.key.get_untracked().trim().to_owned();
        let secret = Secret::new(
            self.secret
                .with_untracked(|secret| secret.expose().trim().to_owned()),
        );
        if key.is_empty() || secret.expose().is_empty() {
            return None;
        }
        Some(Account {
            credentials: Credentials { key, secret },
            sandbox: false,
        })
    }

    /// The roles that go with the person's own key; a pretend account opened by this tab has none.
    pub fn given_roles(self) -> BTreeMap<String, String> {
        if self.choice.get_untracked() == AccountChoice::Exoscale {
            self.roles.get_untracked()
        } else {
            BTreeMap::new()
        }
    }

    /// The pretend account of this tab, opened now if there is none that fits.
    pub async fn sandbox_account(self) -> Result<SandboxAccount, ApiError> {
        let speed = self.speed.get_untracked();
        if let Some(account) = Memory::account().filter(|account| account.speed == speed) {
            return Ok(account);
        }
        let account = api::open_sandbox(speed).await?;
        Memory::keep_account(&account);
        Ok(account)
    }

    /// Remembers a run.
    pub fn remember(self, run: KnownRun) {
        self.runs.update(|runs| {
            runs.retain(|known| known.link.id != run.link.id);
            runs.insert(0, run);
            Memory::keep_runs(runs);
        });
    }

    /// What is known of a run beside what the launcher says.
    pub fn known(self, id: &str) -> Option<KnownRun> {
        self.runs
            .with(|runs| runs.iter().find(|run| run.link.id == id).cloned())
    }

    /// What opens the account that a run works on, without asking again.
    pub fn account_of(self, id: &str) -> Option<Account> {
        let known = self
            .runs
            .with_untracked(|runs| runs.iter().find(|run| run.link.id == id).cloned());
        let sandbox = known.and_then(|run| run.sandbox).map(Account::from);
        sandbox.or_else(|| self.typed_account())
    }

    /// Whether a run is pretence, as far as this tab knows.
    pub fn is_sandbox(self, id: &str) -> bool {
        self.known(id).is_some_and(|run| run.sandbox.is_some())
    }
}

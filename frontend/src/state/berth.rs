//! A cluster that stands, as it was read last, and what opens its account.

use leptos::prelude::*;
use shared::time::Timestamp;

use super::{AccountChoice, Memory, Stands, Tab};
use crate::api::{self, Account, ApiError, StandingCluster};
use crate::clock;
use crate::strings::clusters as t;

/// A cluster that stands.
#[derive(Clone, Copy)]
pub struct Berth {
    /// Whose tab it is.
    pub tab: Tab,
    /// Which cluster.
    pub stands: StoredValue<Stands>,
    /// What opened its account.
    pub account: RwSignal<Option<Account>>,
    /// How it was read last.
    pub cluster: RwSignal<Option<StandingCluster>>,
    /// Why it could not be read.
    pub trouble: RwSignal<Option<ApiError>>,
    /// Whether it is being read.
    pub reading: RwSignal<bool>,
    /// When it was read.
    pub read_at: RwSignal<Option<Timestamp>>,
}

impl Berth {
    /// One that nobody has read yet.
    pub fn new(tab: Tab, stands: Stands) -> Self {
        Self {
            tab,
            stands: StoredValue::new(stands),
            account: RwSignal::new(None),
            cluster: RwSignal::new(None),
            trouble: RwSignal::new(None),
            reading: RwSignal::new(false),
            read_at: RwSignal::new(None),
        }
    }

    /// What opens its account without asking, if this tab has it: that of the run that launched it, or that which was
    /// used last.
    pub fn known_account(self) -> Option<Account> {
        let stands = self.stands.get_value();
        let launched = self.tab.runs.with_untracked(|runs| {
            let of_it = |link: &str| {
                let id = stands.id.as_deref().unwrap_or_default();
                !id.is_empty() && link.starts_with(id)
            };
            let run = runs.iter().find(|run| of_it(&run.link.id))?;
            run.sandbox.clone()
        });
        launched
            .or_else(Memory::account)
            .map(Account::from)
            .filter(|_| self.tab.choice.get_untracked() == AccountChoice::Sandbox)
            .or_else(|| self.tab.typed_account())
    }

    /// Opens the account that was chosen, and reads the cluster.
    pub async fn open(self) {
        self.trouble.set(None);
        let account = match self.tab.choice.get_untracked() {
            AccountChoice::Sandbox => match self.known_account() {
                Some(account) => Ok(account),
                None => self.tab.sandbox_account().await.map(Account::from),
            },
            AccountChoice::Exoscale => self
                .tab
                .typed_account()
                .ok_or_else(|| ApiError::about_credentials(t::NO_CREDENTIALS.shown())),
        };
        match account {
            Ok(account) => {
                self.account.try_set(Some(account));
                self.read().await;
            }
            Err(error) => {
                self.trouble.try_set(Some(error));
            }
        }
    }

    /// Reads the cluster once more.
    pub async fn read(self) {
        let (Some(Some(account)), Some(stands)) = (
            self.account.try_get_untracked(),
            self.stands.try_get_value(),
        ) else {
            return;
        };
        if self
            .reading
            .try_update(|reading| std::mem::replace(reading, true))
            == Some(true)
        {
            return;
        }
        let Stands { name, id, zone } = &stands;
        let answer = api::standing(&account.credentials, zone, name, id.as_deref()).await;
        match answer {
            Ok(cluster) => {
                self.trouble.try_set(None);
                // What is the same is not shown anew: folds stay open, and what was typed stays typed.
                self.cluster.try_maybe_update(|old| {
                    let new = Some(cluster);
                    let differs = *old != new;
                    *old = new;
                    (differs, ())
                });
                self.read_at.try_set(Some(clock::now()));
            }
            Err(error) => {
                self.trouble.try_set(Some(error));
            }
        }
        self.reading.try_set(false);
    }
}

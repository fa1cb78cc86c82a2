//! A run that is being watched. The launcher's view is the truth; here it is only kept up to date.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::time::Timestamp;
use shared::view::{RunState, View};

use super::{Certificate, KnownRun, Memory, Tab};
use crate::api::{self, ApiError, Heard, Line, RunLink, RunUpdate};
use crate::{browser, clock};

/// A run that is being watched.
#[derive(Clone, Copy)]
pub struct Following {
    /// Whose tab it is.
    pub tab: Tab,
    /// Which run.
    pub link: StoredValue<RunLink>,
    /// How it stands.
    pub view: RwSignal<Option<View>>,
    /// What has happened.
    pub entries: RwSignal<Vec<Line>>,
    /// Why there is no news.
    pub trouble: RwSignal<Option<ApiError>>,
    /// The launcher's answer to what was asked last.
    pub refusal: RwSignal<Option<ApiError>>,
    /// Now, once a second while something is under way.
    pub now: RwSignal<Timestamp>,
    /// Whether this address may only look.
    pub watching: RwSignal<bool>,
    /// When the launcher was heard last.
    pub heard_at: RwSignal<Timestamp>,
    /// Whether the browser knows that it has no network.
    pub offline: RwSignal<bool>,
    /// Whether this tab has asked for a certificate by itself.
    pub(super) asked: StoredValue<bool>,
}

impl Following {
    /// Begins to watch, until the component that asks is gone.
    pub fn new(tab: Tab, link: RunLink) -> Self {
        let following = Self {
            tab,
            watching: RwSignal::new(link.watches),
            link: StoredValue::new(link),
            view: RwSignal::new(None),
            entries: RwSignal::default(),
            trouble: RwSignal::new(None),
            refusal: RwSignal::new(None),
            now: RwSignal::new(clock::now()),
            heard_at: RwSignal::new(clock::now()),
            offline: RwSignal::new(browser::is_offline()),
            asked: StoredValue::new(false),
        };
        spawn_local(following.listen());
        spawn_local(following.tick());
        for line in [
            window_event_listener(ev::offline, move |_| following.offline.set(true)),
            window_event_listener(ev::online, move |_| {
                following.offline.set(false);
                spawn_local(following.catch_up());
            }),
        ] {
            on_cleanup(move || line.remove());
        }
        following
    }

    /// Asks what has happened meanwhile: a socket may not notice that its line was cut.
    async fn catch_up(self) {
        let Some(link) = self.link.try_get_value() else {
            return;
        };
        let last = |entries: &Vec<Line>| entries.last().map_or(0, |entry| entry.seq);
        let after = self.entries.try_with_untracked(last).unwrap_or_default();
        if let Ok(update) = api::events(&link, after).await {
            self.hear(update);
        }
    }

    /// Takes everything back.
    pub async fn cancel(self) {
        let Some(link) = self.link.try_get_value() else {
            return;
        };
        self.answered(api::cancel(&link).await);
    }

    /// Tries again what is stuck.
    pub async fn retry(self) {
        let Some(link) = self.link.try_get_value() else {
            return;
        };
        let account = self.tab.account_of(&link.id);
        self.answered(
            api::retry(&link, account.as_ref().map(|account| &account.credentials)).await,
        );
    }

    fn answered<T>(self, answer: Result<T, ApiError>) {
        self.say(|| self.refusal.set(answer.err()));
    }

    /// Does something to the signals, unless the page has gone elsewhere meanwhile.
    pub(super) fn say(self, change: impl FnOnce()) {
        if self.is_wanted() {
            change();
        }
    }

    fn is_wanted(self) -> bool {
        !self.view.is_disposed()
    }

    fn is_over(self) -> bool {
        let state = self
            .view
            .try_get_untracked()
            .flatten()
            .map(|view| view.state);
        matches!(
            state,
            Some(RunState::Ready | RunState::Destroyed | RunState::Done | RunState::Undone)
        )
    }

    async fn tick(self) {
        while self.is_wanted() {
            if !self.is_over() {
                self.now.set(clock::now());
            }
            clock::pause(1_000).await;
        }
    }

    /// Asks, then listens; where nobody speaks, asks every few seconds.
    async fn listen(self) {
        let mut asks_before_listening = 0_u32;
        while self.is_wanted() {
            let Some(link) = self.link.try_get_value() else {
                return;
            };
            let after = self
                .entries
                .with_untracked(|entries| entries.last().map_or(0, |entry| entry.seq));
            match api::events(&link, after).await {
                Ok(update) => self.hear(update),
                Err(error) => {
                    let may_pass = error.may_pass();
                    self.say(|| self.trouble.set(Some(error)));
                    if !may_pass {
                        return;
                    }
                }
            }
            if self.is_over() {
                let waiting = self.is_wanted()
                    && matches!(untrack(|| self.certificate()), Certificate::Asked);
                clock::pause(if waiting {
                    ASK_EVERY_MS
                } else {
                    ASK_WHEN_OVER_EVERY_MS
                })
                .await;
            } else if asks_before_listening > 0 {
                asks_before_listening = asks_before_listening.saturating_sub(1);
                clock::pause(ASK_EVERY_MS).await;
            } else if self.is_wanted() {
                let heard = api::listen(
                    &link,
                    move || self.is_wanted(),
                    move |update| self.hear(update),
                )
                .await;
                asks_before_listening = if heard == Heard::Nothing {
                    ASKS_WHEN_NOBODY_SPEAKS
                } else {
                    0
                };
                clock::pause(LISTEN_AGAIN_AFTER_MS).await;
            }
        }
    }

    fn hear(self, update: RunUpdate) {
        if !self.is_wanted() {
            return;
        }
        self.trouble.set(None);
        self.heard_at.set(clock::now());
        self.entries.update(|entries| {
            let last = entries.last().map_or(0, |entry| entry.seq);
            entries.extend(update.entries.into_iter().filter(|entry| entry.seq > last));
        });
        let newer = self
            .view
            .with_untracked(|old| old.as_ref().is_none_or(|old| old.seq <= update.view.seq));
        if newer {
            self.take_certificate(&update.view);
            self.view.set(Some(update.view));
        }
        self.want_certificate();
        self.remember();
    }

    /// A run whose address was opened here is a run of this tab, too.
    fn remember(self) {
        let link = self.link.get_value();
        if untrack(|| self.tab.known(&link.id)).is_some() {
            return;
        }
        let about = self.view.with_untracked(|view| {
            view.as_ref()
                .map(|view| (view.cluster.name.clone(), view.kind, view.sandbox))
        });
        if let Some((name, kind, pretend)) = about {
            self.tab.remember(KnownRun {
                link,
                name,
                spec: None,
                sandbox: Memory::account().filter(|_| pretend),
                kind,
            });
        }
    }
}

/// While nobody speaks.
const ASK_EVERY_MS: u32 = 2_500;
/// After the end only a certificate can still change.
const ASK_WHEN_OVER_EVERY_MS: u32 = 20_000;
/// Questions before another try at a socket that said nothing.
const ASKS_WHEN_NOBODY_SPEAKS: u32 = 8;
/// A socket that closes at once must not become a storm.
const LISTEN_AGAIN_AFTER_MS: u32 = 1_000;

//! Inside the sandbox: what exists in the pretend account, what is under way, what was asked, what goes wrong.

mod asked_list;
mod clock_form;
mod faults_form;
mod things_list;
mod under_way;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::wasm_split;
use serde_json::{Value, json};

use crate::api::{self, ApiError, Inside};
use crate::clock;
use crate::parts::{Failure, Fold, Part};
use crate::state::Tab;
use crate::strings::inside as t;
use asked_list::AskedList;
use clock_form::ClockForm;
use faults_form::FaultsForm;
use things_list::ThingsList;
use under_way::UnderWay;

/// The place that shows the pretend account.
#[wasm_split(inside, wasm_split_path = leptos::wasm_split, fallible)]
pub fn place() -> Part {
    Ok(view! { <InsidePage /> }.into_any())
}

/// How often it is looked at again.
const LOOK_MS: u32 = 1_500;

/// What is seen, and the way to change it.
#[derive(Clone, Copy)]
struct Looking {
    tab: Tab,
    seen: RwSignal<Option<Inside>>,
    error: RwSignal<Option<ApiError>>,
}

impl Looking {
    /// Asks how it stands, after this change.
    async fn ask(self, change: Value) {
        let answer = match self.tab.sandbox_account().await {
            Ok(account) => api::look_inside(&account, change).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(inside) => {
                self.seen.try_set(Some(inside));
                self.error.try_set(None);
            }
            Err(error) => {
                self.error.try_set(Some(error));
            }
        }
    }

    fn change(self, change: Value) {
        spawn_local(self.ask(change));
    }

    /// A part of what is seen.
    fn part<T: Default>(self, of: impl Fn(&Inside) -> T) -> T {
        self.seen
            .with(|seen| seen.as_ref().map(of))
            .unwrap_or_default()
    }
}

/// Inside the sandbox.
#[component]
pub fn InsidePage() -> impl IntoView {
    let looking = Looking {
        tab: expect_context::<Tab>(),
        seen: RwSignal::new(None),
        error: RwSignal::new(None),
    };
    provide_context(looking);
    spawn_local(async move {
        // The signal is gone when the person goes elsewhere.
        while looking.seen.try_with_untracked(|_| ()).is_some() {
            looking.ask(json!({})).await;
            clock::pause(LOOK_MS).await;
        }
    });
    let guess = |(name, value): (String, Value)| {
        view! { <div><dt class="mono">{name}</dt><dd class="mono">{value.to_string()}</dd></div> }
    };
    let guesses = move || looking.part(|inside| inside.switches.clone());
    view! {
        <main id="main" tabindex="-1" class="place place--narrow">
            <div class="lead"><h1>{t::HEADING}</h1><p class="lead__text">{t::LEAD}</p></div>
            <Failure error=Signal::derive(move || looking.error.get()) />
            <Show when=move || looking.seen.with(Option::is_some)>
                <ClockForm />
                <UnderWay />
                <ThingsList />
                <FaultsForm />
                <AskedList />
                <section class="section section--fold">
                    <Fold title=t::GUESSES summary=t::GUESSES_NOTE>
                        <dl class="guesses">{move || guesses().into_iter().map(guess).collect_view()}</dl>
                    </Fold>
                </section>
            </Show>
        </main>
    }
}

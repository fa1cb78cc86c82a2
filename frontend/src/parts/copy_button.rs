//! Puts something on the clipboard and says so.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::strings::parts as t;
use crate::{browser, clock};

/// Puts something on the clipboard.
#[component]
pub fn CopyButton(
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
    /// What is copied.
    #[prop(into)]
    text: Callback<(), Option<String>>,
    /// Called after it worked.
    #[prop(optional, into)]
    copied: Option<Callback<()>>,
) -> impl IntoView {
    let said = RwSignal::new("");
    let copy = move |_| {
        let Some(text) = text.run(()) else { return };
        spawn_local(async move {
            let worked = browser::copy(&text).await;
            if let Some(copied) = copied.filter(|_| worked) {
                copied.run(());
            }
            if said.is_disposed() {
                return;
            }
            said.set(if worked {
                t::COPIED.shown()
            } else {
                t::NOT_COPIED.shown()
            });
            clock::pause(SAID_FOR_MS).await;
            said.try_set("");
        });
    };
    view! {
        <span class="copy">
            <button type="button" class="button button--quiet" on:click=copy>{move || label.get()}</button>
            <span class="copy__said" role="status">{move || said.get()}</span>
        </span>
    }
}

const SAID_FOR_MS: u32 = 4_000;

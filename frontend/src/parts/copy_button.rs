//! Puts something on the clipboard and says so.

use std::future::ready;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::strings::parts as t;
use crate::{browser, clock};

/// A text that is on its way.
pub type Coming = Pin<Box<dyn Future<Output = Option<String>> + Send>>;

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
    let text = move |()| Box::pin(ready(text.run(()))) as Coming;
    view! { <CopyComing label text copied /> }
}

/// Puts something on the clipboard that has yet to be made.
#[component]
pub fn CopyComing(
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
    /// What is copied.
    #[prop(into)]
    text: Callback<(), Coming>,
    /// Called after it worked.
    #[prop(optional_no_strip)]
    copied: Option<Callback<()>>,
) -> impl IntoView {
    let said = RwSignal::new("");
    let copy = move |_| {
        let coming = text.run(());
        spawn_local(async move {
            let Some(text) = coming.await else { return };
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

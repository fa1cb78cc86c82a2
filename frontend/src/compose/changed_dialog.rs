//! The plan that would run is not the plan that was shown: what is different, and the person decides.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::plan::Plan;

use crate::browser;
use crate::state::{Compose, Launching, Tab, launch_changed};
use crate::strings::launch as t;

/// What is different about the plan that would run.
#[component]
pub fn ChangedDialog() -> impl IntoView {
    let tab = expect_context::<Tab>();
    let compose = expect_context::<Compose>();
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    let changed = move || {
        compose.launching.with(|launching| match launching {
            Launching::Changed { new, changes } => Some((Plan::clone(new), changes.clone())),
            Launching::No | Launching::Asking | Launching::Failed(_) | Launching::NoKeys => None,
        })
    };
    Effect::new(move || {
        if let (Some(dialog), Some(_)) = (dialog.get(), changed()) {
            browser::open_dialog(&dialog);
        }
    });
    let differences = move || {
        let differences = changed().map(|(_, changes)| changes).unwrap_or_default();
        differences
            .into_iter()
            .map(|difference| view! { <li>{difference}</li> })
            .collect_view()
    };
    let close = move || {
        compose.launching.set(Launching::No);
        tab.ask_for_catalog();
        let _ = dialog.get_untracked().map(|dialog| dialog.close());
    };
    let go_on = move |_| {
        let changed = untrack(changed);
        close();
        if let Some((plan, _)) = changed {
            spawn_local(launch_changed(tab, compose, plan));
        }
    };
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="changed-heading" on:cancel=move |_: leptos::ev::Event| close()>
            <h2 id="changed-heading">{t::CHANGED}</h2>
            <ul>{differences}</ul>
            <div class="dialog__buttons">
                <button type="button" class="button button--main" on:click=go_on>{t::LAUNCH_CHANGED}</button>
                <button type="button" class="button" on:click=move |_| close()>{t::BACK}</button>
            </div>
        </dialog>
    }
}

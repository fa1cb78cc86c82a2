//! A part that is closed until somebody wants it, and whose program is not loaded before.

use leptos::prelude::*;

use super::later::{Loading, later};

/// A part that does not exist while it is closed.
#[component]
pub fn LateFold(
    /// What it is called.
    title: &'static str,
    /// What is in it, in a few words.
    #[prop(optional, into)]
    summary: Option<Signal<String>>,
    /// What is in it.
    part: fn() -> Loading,
) -> impl IntoView {
    let details = NodeRef::<leptos::html::Details>::new();
    let open = RwSignal::new(false);
    let look = move |_| {
        open.set(
            details
                .get_untracked()
                .is_some_and(|details| details.open()),
        );
    };
    let note = summary.map(|text| view! { <span class="fold__note">{move || text.get()}</span> });
    view! {
        <details class="fold" node_ref=details on:toggle=look>
            <summary class="fold__summary"><span class="fold__title">{title}</span>{note}</summary>
            <div class="fold__content">{move || open.get().then(|| later(part()))}</div>
        </details>
    }
}

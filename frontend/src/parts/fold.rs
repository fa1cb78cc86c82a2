//! A part that is closed until somebody wants it, or until something in it needs them.

use leptos::prelude::*;

/// A part that is closed at first.
#[component]
pub fn Fold(
    /// What it is called.
    #[prop(into)]
    title: Signal<String>,
    /// What is in it, in a few words.
    #[prop(optional, into)]
    summary: Signal<String>,
    /// Whether something in it needs the person.
    #[prop(optional, into)]
    needed: Signal<bool>,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let details = NodeRef::<leptos::html::Details>::new();
    Effect::new(move || {
        if let Some(details) = details.get().filter(|_| needed.get()) {
            details.set_open(true);
        }
    });
    view! {
        <details class="fold" node_ref=details>
            <summary class="fold__summary">
                <span class="fold__title">{move || title.get()}</span>
                <span class="fold__note">{move || summary.get()}</span>
            </summary>
            <div class="fold__content">{children()}</div>
        </details>
    }
}

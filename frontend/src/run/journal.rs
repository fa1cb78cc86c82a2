//! Everything that has happened, line by line, for those who want to know.

use leptos::prelude::*;

use crate::api::Line;
use crate::parts::{CopyButton, Fold};
use crate::state::Following;
use crate::strings::{journal as t, share};
use crate::{browser, format};

/// Everything that has happened.
#[component]
pub(super) fn Journal() -> impl IntoView {
    let following = expect_context::<Following>();
    let first = move || {
        following
            .entries
            .with(|entries| entries.first().map(|entry| entry.at))
            .unwrap_or_default()
    };
    let count = move || following.entries.with(Vec::len);
    let line = move |entry: Line| {
        view! {
            <li><span class="journal__time">"+"{format::duration(entry.at.since_ms(first()))}</span>" "{t::words(&entry)}</li>
        }
    };
    let text = move |()| {
        let line = |entry: &Line| {
            format!(
                "+{} {}",
                format::duration(entry.at.since_ms(untrack(first))),
                t::words(entry)
            )
        };
        let lines = following
            .entries
            .try_with_untracked(|entries| entries.iter().map(line).collect::<Vec<_>>())?;
        Some(lines.join("\n"))
    };
    let list = NodeRef::<leptos::html::Div>::new();
    let follows = RwSignal::new(true);
    Effect::new(move || {
        following.entries.track();
        if let Some(list) = list.get().filter(|_| follows.get()) {
            browser::scroll_to_end(&list);
        }
    });
    view! {
        <section class="journal" aria-labelledby="journal-heading">
            <h2 class="unseen" id="journal-heading">{t::HEADING}</h2>
            <Fold title=t::HEADING summary=Signal::derive(move || t::lines(count()))>
                <div class="buttons">
                    <label class="switch">
                        <input type="checkbox" prop:checked=follows on:change:target=move |change| follows.set(change.target().checked()) />
                        <span>{share::FOLLOW}</span>
                    </label>
                    <CopyButton label=t::COPY text=text />
                </div>
                <div node_ref=list class="journal__lines mono" role="log" aria-live="off" tabindex="0" aria-labelledby="journal-heading">
                    <ol class="plain">
                        <For each=move || following.entries.get() key=|entry| entry.seq let:entry>{line(entry)}</For>
                    </ol>
                </div>
            </Fold>
        </section>
    }
}

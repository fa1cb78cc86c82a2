//! The steps in their order, each with its state; when things are taken back, those steps before them.

use leptos::prelude::*;

use super::step_row::StepRow;
use crate::state::Following;
use crate::strings::run as t;

/// The steps.
#[component]
pub(super) fn StepList() -> impl IntoView {
    let following = expect_context::<Following>();
    let steps = move |undo: bool| {
        move || {
            let all = following.view.with(|view| {
                view.as_ref()
                    .map(|view| view.steps.clone())
                    .unwrap_or_default()
            });
            all.into_iter()
                .filter(|step| step.undo == undo)
                .map(|step| step.id.0)
                .collect::<Vec<String>>()
        }
    };
    let back = steps(true);
    let has_back = move || !back().is_empty();
    let step = move |id: String| {
        Memo::new(move |_| {
            following.view.with(|view| {
                view.as_ref()?
                    .steps
                    .iter()
                    .find(|step| step.id.0 == id)
                    .cloned()
            })
        })
    };
    let row = move |id: String| view! { <StepRow step=step(id) /> };
    view! {
        <div class="steps">
            <Show when=has_back>
                <h2 id="undo-heading">{t::WAY_BACK}</h2>
                <ol class="steps__list" aria-labelledby="undo-heading">
                    <For each=steps(true) key=String::clone let:id>{row(id)}</For>
                </ol>
            </Show>
            <h2 id="steps-heading">{t::STEPS}</h2>
            <ol class="steps__list" aria-labelledby="steps-heading">
                <For each=steps(false) key=String::clone let:id>{row(id)}</For>
            </ol>
        </div>
    }
}

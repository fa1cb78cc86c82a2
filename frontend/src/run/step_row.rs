//! One step: a shape, its title, a word, and how long.

use leptos::prelude::*;
use shared::view::{StepState, StepView};

use crate::api::Line;
use crate::format;
use crate::state::Following;
use crate::strings::journal::words;
use crate::strings::run as t;
use crate::tongue::said;

/// One step.
#[component]
pub(super) fn StepRow(
    /// The step, for as long as the run has it.
    step: Memo<Option<StepView>>,
) -> impl IntoView {
    let following = expect_context::<Following>();
    let state = move || step.get().map_or(StepState::Waiting, |step| step.state);
    let title = move || step.get().map(|step| said(&step.title));
    let time = move || step.get().and_then(|step| time(following, &step));
    let late = move || step.get().is_some_and(|step| is_late(following, &step));
    let detail = move || {
        step.get()
            .and_then(|step| step.detail)
            .filter(|detail| !detail.is_empty())
            .map(|detail| said(&detail))
    };
    let decides = move || {
        let decides = step.get().is_some_and(|step| step.critical);
        decides.then(|| view! { <span class="step-row__critical">{t::CRITICAL}</span> })
    };
    view! {
        <li class=move || format!("step-row step-row--{}", as_str(state()))
            aria-current=move || (state() == StepState::Working).then_some("step")>
            <svg class="step-row__shape" viewBox="0 0 20 20" aria-hidden="true"><path d=move || shape(state()) /></svg>
            <span class="step-row__title">{title}" "{decides}</span>
            <span class="step-row__time" class:step-row__time--late=late>{time}</span>
            <span class="step-row__state">{move || t::step_state(state())}</span>
            <span class="step-row__detail">{detail}</span>
            <Attempts step />
        </li>
    }
}

/// What was tried more than once, and why.
#[component]
fn Attempts(
    /// The step.
    step: Memo<Option<StepView>>,
) -> impl IntoView {
    let following = expect_context::<Following>();
    let count = Memo::new(move |_| step.get().map_or(0, |step| step.attempts));
    let again = move || count.get() > 0;
    let of_it = move |line: &Line| {
        let (kind, event) = line.event();
        let id = event
            .pointer("/target/step")
            .and_then(serde_json::Value::as_str);
        let repeats = matches!(kind, "refused" | "doubted" | "not-done");
        repeats
            && step.with(|step| {
                step.as_ref()
                    .is_some_and(|step| Some(step.id.0.as_str()) == id)
            })
    };
    let why = move || {
        following.entries.with(|entries| {
            let lines = entries.iter().filter(|line| of_it(line));
            lines
                .map(|line| view! { <li>{words(line)}</li> })
                .collect_view()
        })
    };
    view! {
        <Show when=again>
            <details class="step-row__again">
                <summary>{move || t::attempts(count.get())}</summary>
                <ul>{why}</ul>
            </details>
        </Show>
    }
}

fn time(following: Following, step: &StepView) -> Option<String> {
    let started = step.started_at?;
    match (step.state, step.ended_at) {
        (StepState::Working, _) => Some(t::under_way(
            following.now.get().since_ms(started),
            step.typical_ms,
        )),
        (StepState::Done | StepState::Failed, Some(ended)) => {
            Some(format::duration(ended.since_ms(started)))
        }
        (StepState::Waiting | StepState::Skipped | StepState::Done | StepState::Failed, _) => None,
    }
}

fn is_late(following: Following, step: &StepView) -> bool {
    let passed = step
        .started_at
        .map_or(0, |started| following.now.get().since_ms(started));
    step.state == StepState::Working && t::is_slow(passed, step.typical_ms)
}

/// A step's state as the style sheet knows it.
const fn as_str(state: StepState) -> &'static str {
    match state {
        StepState::Waiting => "waiting",
        StepState::Working => "working",
        StepState::Done => "done",
        StepState::Failed => "failed",
        StepState::Skipped => "skipped",
    }
}

/// A step's state as a shape: a ring, a half-filled ring, a tick, a cross, a dash.
const fn shape(state: StepState) -> &'static str {
    match state {
        StepState::Waiting => "M10 4a6 6 0 1 0 0 12a6 6 0 1 0 0-12",
        StepState::Working => "M10 3a7 7 0 0 1 7 7",
        StepState::Done => "M4 10.5l4 4 8-9",
        StepState::Failed => "M5 5l10 10M15 5L5 15",
        StepState::Skipped => "M5 10h10",
    }
}

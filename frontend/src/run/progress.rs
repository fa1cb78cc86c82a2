//! How far it is, how long it still takes, and the one thing that everything waits for.

use leptos::prelude::*;
use shared::view::{StepState, View};

use super::{is_over, part};
use crate::format;
use crate::state::Following;
use crate::strings::run as t;
use crate::tongue::said;

/// How far it is.
#[component]
pub(super) fn Progress() -> impl IntoView {
    let following = expect_context::<Following>();
    let running = part(following, |view| !is_over(view.state));
    let counts = Memo::new(move |_| part(following, counts)().unwrap_or((0, 1)));
    let late = move || {
        following.view.with(|view| {
            let waiting = view.as_ref().and_then(|view| view.waiting.as_ref());
            waiting.is_some_and(|waiting| {
                t::is_slow(
                    following.now.get().since_ms(waiting.since),
                    waiting.typical_ms,
                )
            })
        })
    };
    let forecast = move || {
        following
            .view
            .with(|view| view.as_ref().and_then(|view| view.eta_ms))
            .map(|ms| {
                if late() {
                    t::NO_ETA.shown().to_owned()
                } else {
                    t::eta(&format::roughly(ms))
                }
            })
    };
    let value_text = move || {
        let (done, all) = counts.get();
        format!(
            "{}, {}",
            t::steps_done(done, all),
            forecast().unwrap_or_default()
        )
    };
    let waiting = move || {
        following.view.with(|view| {
            let waiting = view.as_ref()?.waiting.clone()?;
            let passed = following.now.get().since_ms(waiting.since);
            Some(t::waiting(
                &said(&waiting.title),
                passed,
                waiting.typical_ms,
            ))
        })
    };
    view! {
        <section class="progress" aria-label=t::PROGRESS hidden=move || !running().unwrap_or(false)>
            <p class="progress__waiting" class:progress__waiting--late=late>{waiting}</p>
            <progress class="progress__bar" max=move || counts.get().1 value=move || counts.get().0
                aria-label=t::PROGRESS aria-valuetext=value_text></progress>
            <p class="progress__forecast">
                <span>{move || { let (done, all) = counts.get(); t::steps_done(done, all) }}</span>
                <span>{forecast}</span>
            </p>
            <p class="quiet">{t::CLOSE_THE_TAB}</p>
        </section>
    }
}

/// Steps that are done, of those that matter now.
pub(super) fn counts(view: &View) -> (usize, usize) {
    let back = view.steps.iter().any(|step| step.undo);
    let matter = || view.steps.iter().filter(|step| step.undo == back);
    (
        matter()
            .filter(|step| step.state == StepState::Done)
            .count(),
        matter().count().max(1),
    )
}

//! How long each step took and what happened at once, once the run is over: bars, and the same in words.

use leptos::prelude::*;
use shared::view::{StepView, View};

use super::{is_over, part};
use crate::parts::Fold;
use crate::state::Following;
use crate::strings::timeline as t;
use crate::tongue::said;

/// One step that was done, in milliseconds since the run began.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bar {
    id: String,
    title: String,
    from_ms: u64,
    to_ms: u64,
    decided: bool,
}

/// How long what took.
#[component]
pub(super) fn Timeline() -> impl IntoView {
    let following = expect_context::<Following>();
    let bars = Memo::new(move |_| {
        part(following, |view| {
            if is_over(view.state) {
                bars(view)
            } else {
                Vec::new()
            }
        })()
        .unwrap_or_default()
    });
    let total = move || bars.with(|bars| bars.iter().map(|bar| bar.to_ms).max().unwrap_or(1));
    let summary = move || {
        bars.with(|bars| {
            let took = |bar: &Bar| bar.to_ms.saturating_sub(bar.from_ms);
            let longest = bars.iter().max_by_key(|bar| took(bar))?;
            let sum = bars.iter().map(took).sum();
            Some(t::summary(total(), sum, &longest.title, took(longest)))
        })
    };
    let one = move |bar: Bar| {
        let total = total().max(1);
        let percent = |ms: u64| (ms.saturating_mul(1_000) / total).to_string();
        let took = bar.to_ms.saturating_sub(bar.from_ms);
        let decided = bar
            .decided
            .then(|| view! { <strong class="timeline__decided">{t::DECIDED}</strong> });
        let width = (took.saturating_mul(1_000) / total).max(4).to_string();
        view! {
            <li class="timeline__row" class:timeline__row--decided=bar.decided>
                <span class="timeline__title">{bar.title}</span>
                <span class="timeline__time">{t::row(bar.from_ms, took)}" "{decided}</span>
                <svg class="timeline__bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
                    <rect x=percent(bar.from_ms) width=width height="8" />
                </svg>
            </li>
        }
    };
    view! {
        <section class="timeline" aria-labelledby="timeline-heading" hidden=move || bars.with(Vec::is_empty)>
            <h2 class="unseen" id="timeline-heading">{t::HEADING}</h2>
            <Fold title=t::HEADING summary=Signal::derive(move || summary().unwrap_or_default())>
                <ol class="timeline__rows">{move || bars.get().into_iter().map(one).collect_view()}</ol>
            </Fold>
        </section>
    }
}

/// The steps that were done, in the order in which they began; those that the end had to wait for are marked.
fn bars(view: &View) -> Vec<Bar> {
    let Some(began) = view.started_at else {
        return Vec::new();
    };
    let mut bars: Vec<Bar> = view
        .steps
        .iter()
        .filter_map(|step| {
            let (from, to) = (step.started_at?, step.ended_at?);
            Some(Bar {
                id: step.id.0.clone(),
                title: said(&step.title),
                from_ms: from.since_ms(began),
                to_ms: to.since_ms(began),
                decided: false,
            })
        })
        .collect();
    let decided = decided(&view.steps, &bars);
    for bar in &mut bars {
        bar.decided = decided.contains(&bar.id);
    }
    bars.sort_by_key(|bar| (bar.from_ms, bar.to_ms));
    bars
}

/// From the step that ended last back to the first: each time the need that ended last.
fn decided(steps: &[StepView], bars: &[Bar]) -> Vec<String> {
    let end = |id: &str| bars.iter().find(|bar| bar.id == id).map(|bar| bar.to_ms);
    let mut chain: Vec<String> = Vec::new();
    let mut next = bars
        .iter()
        .max_by_key(|bar| bar.to_ms)
        .map(|bar| bar.id.clone());
    while let Some(id) = next {
        let step = steps.iter().find(|step| step.id.0 == id);
        let needs = step.map(|step| step.needs.as_slice()).unwrap_or_default();
        let before = needs.iter().filter(|need| !chain.contains(&need.0));
        next = before
            .filter_map(|need| Some((end(&need.0)?, need.0.clone())))
            .max()
            .map(|(_, need)| need);
        chain.push(id);
    }
    chain
}

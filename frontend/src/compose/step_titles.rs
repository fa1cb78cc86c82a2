//! The plan's steps by their titles, before anything has happened.

use leptos::prelude::*;

use crate::format;
use crate::state::Compose;

/// The plan's steps by their titles.
#[component]
pub fn StepTitles() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let steps = move || {
        let plan = compose.preview.get().map(|preview| preview.plan);
        let steps = plan.map(|plan| plan.steps).unwrap_or_default();
        let one = |step: shared::plan::Step| {
            let usual = format::roughly(step.typical_ms());
            view! { <li>{step.title}" "<span class="quiet">{usual}</span></li> }
        };
        steps.into_iter().map(one).collect_view()
    };
    view! { <ol class="titles">{steps}</ol> }
}

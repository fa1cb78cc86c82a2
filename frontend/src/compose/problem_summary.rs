//! Everything that is wrong with the spec, once a launch was tried.

use leptos::prelude::*;
use shared::spec::Problem;

use crate::browser;
use crate::parts::{Prose, field_id};
use crate::state::Compose;
use crate::strings::{compose as t, fields};

/// The id of the summary, for the focus.
pub const SUMMARY: &str = "problems";

/// Everything that is wrong with the spec.
#[component]
pub fn ProblemSummary() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let problems = move || {
        if compose.submitted.get() {
            compose.shown_problems()
        } else {
            Vec::new()
        }
    };
    let one = |problem: Problem| {
        let target = field_id(list_of(&problem.field));
        let href = format!("#{target}");
        let follow = move |click: leptos::ev::MouseEvent| {
            click.prevent_default();
            browser::focus(&target);
        };
        view! { <li><a href=href on:click=follow>{fields::name(&problem.field)}": "<Prose text=problem.rule /></a>" "<Prose text=problem.hint /></li> }
    };
    view! {
        <div id=SUMMARY tabindex="-1" role="alert" class="notice notice--failed" hidden=move || problems().is_empty()>
            <h2 class="notice__title">{t::PROBLEMS}</h2>
            <ul>{move || problems().into_iter().map(one).collect_view()}</ul>
        </div>
    }
}

/// `access.api[0]` is mended in `access.api`.
fn list_of(field: &str) -> &str {
    field
        .strip_suffix(']')
        .and_then(|field| field.rsplit_once('['))
        .map_or(field, |(list, _)| list)
}

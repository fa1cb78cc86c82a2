//! Operations that have not ended, and machines that are on their way.

use leptos::prelude::*;

use super::Looking;
use crate::api::{Booting, Underway};
use crate::format;
use crate::strings::inside as t;

/// What is under way.
#[component]
pub(super) fn UnderWay() -> impl IntoView {
    let looking = expect_context::<Looking>();
    let operation = |one: Underway| {
        let ends = one.ends_in_ms.map(|ms| t::ends_in(&format::roughly(ms)));
        view! {
            <li class="resource">
                <span class="resource__kind">{one.kind.unwrap_or_else(|| t::OPERATION.shown().to_owned())}</span>
                <span class="resource__id mono">{one.about.unwrap_or(one.id)}</span>
                <span class="resource__price">{ends}</span>
            </li>
        }
    };
    let machine = |one: Booting| {
        view! {
            <li class="resource">
                <span class="resource__name">{one.name}</span>
                <span class="resource__price">{t::step(&one.step)}</span>
            </li>
        }
    };
    let operations = move || looking.part(|inside| inside.operations.clone());
    let machines = move || looking.part(|inside| inside.machines.clone());
    let quiet = move || operations().is_empty() && machines().is_empty();
    view! {
        <section class="section" aria-labelledby="under-way-heading">
            <h2 id="under-way-heading">{t::UNDER_WAY}</h2>
            <p class="section__text" hidden=move || !quiet()>{t::QUIET}</p>
            <ul class="plain" aria-labelledby="under-way-heading">
                {move || operations().into_iter().map(operation).collect_view()}
                {move || machines().into_iter().map(machine).collect_view()}
            </ul>
        </section>
    }
}

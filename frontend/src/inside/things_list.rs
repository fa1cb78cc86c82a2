//! Everything that exists in the account.

use leptos::prelude::*;

use super::Looking;
use crate::api::Thing;
use crate::strings::inside as t;

/// Everything that exists.
#[component]
pub(super) fn ThingsList() -> impl IntoView {
    let looking = expect_context::<Looking>();
    let things = Memo::new(move |_| looking.part(|inside| inside.things.clone()));
    let one = |thing: Thing| {
        let state = thing
            .state
            .or(thing.zone)
            .unwrap_or_else(|| t::EVERYWHERE.shown().to_owned());
        view! {
            <li class="resource">
                <span class="resource__kind">{thing.kind}</span>
                <span class="resource__name">{thing.name}</span>
                <span class="resource__id mono">{thing.id}</span>
                <span class="resource__price">{state}</span>
            </li>
        }
    };
    view! {
        <section class="section" aria-labelledby="things-heading">
            <h2 id="things-heading">{move || t::exists(things.with(Vec::len))}</h2>
            <ul class="plain" aria-labelledby="things-heading">{move || things.get().into_iter().map(one).collect_view()}</ul>
        </section>
    }
}

//! The runs of this tab.

use leptos::prelude::*;

use crate::parts::PlaceLink;
use crate::state::{KnownRun, Tab};
use crate::strings::clusters as t;

/// The runs of this tab.
#[component]
pub fn KnownRuns() -> impl IntoView {
    let tab = expect_context::<Tab>();
    let one = |run: KnownRun| {
        view! {
            <li><PlaceLink href=run.link.address()>{t::run(&run.name, run.kind)}</PlaceLink>" "
                <span class="quiet mono">{run.link.id.get(..5).unwrap_or_default().to_owned()}</span></li>
        }
    };
    view! {
        <section class="section" aria-labelledby="runs-heading" hidden=move || tab.runs.with(Vec::is_empty)>
            <h2 id="runs-heading">{t::RUNS}</h2>
            <ul class="plain">{move || tab.runs.get().into_iter().map(one).collect_view()}</ul>
        </section>
    }
}

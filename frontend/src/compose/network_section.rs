//! Addresses and ranges, for those who must fit them to something.

use leptos::prelude::*;

use crate::parts::{Field, Fold, TextField};
use crate::state::Compose;
use crate::strings::{fields::folded, network as t};

const FIELDS: [&str; 8] = [
    "network.private",
    "network.dhcpStart",
    "network.dhcpEnd",
    "network.controlPlane",
    "network.pods",
    "network.services",
    "network.domain",
    "network.nodePorts",
];

/// Addresses and ranges.
#[component]
pub fn NetworkSection() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let summary = move || {
        folded(
            &t::summary(&compose.text("network.private")),
            &compose.changed(&FIELDS.map(str::to_owned)),
        )
    };
    let needed = move || FIELDS.iter().any(|field| compose.problem(field).is_some());
    let field = |path: &'static str| view! { <TextField field=Field::at(path) label=t::label(path) hint=t::hint(path) exact=true /> };
    view! {
        <section class="section section--fold" aria-labelledby="network-heading">
            <h2 class="unseen" id="network-heading">{t::HEADING}</h2>
            <Fold title=t::HEADING summary=Signal::derive(summary) needed=Signal::derive(needed)>
                <p class="section__text">{t::TEXT}</p>
                <div class="fields">{FIELDS.map(field).collect_view()}</div>
            </Fold>
        </section>
    }
}

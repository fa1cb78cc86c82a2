//! What was checked before anything was made.

use leptos::prelude::*;
use shared::run::{Check, Verdict};

use super::part;
use crate::parts::Fold;
use crate::state::Following;
use crate::strings::checks as t;
use crate::strings::key_check::name;
use crate::tongue::said;

/// What was checked before anything was made.
#[component]
pub fn ChecksSection() -> impl IntoView {
    let following = expect_context::<Following>();
    let checks =
        Memo::new(move |_| part(following, |view| view.checks.clone())().unwrap_or_default());
    let doubtful = move || {
        checks.with(|checks| {
            checks
                .iter()
                .filter(|check| check.verdict != Verdict::Ok)
                .count()
        })
    };
    let one = |check: Check| {
        view! {
            <li>
                <span class="quiet">{t::verdict(check.verdict)}</span>" "<span>{name(&check.name)}": "{said(&check.detail)}</span>
                " "<span class="quiet">{said(&check.hint)}</span>
            </li>
        }
    };
    view! {
        <section class="aside" aria-labelledby="checks-heading" hidden=move || checks.with(Vec::is_empty)>
            <h2 id="checks-heading">{t::HEADING}</h2>
            <Fold title=Signal::derive(move || t::summary(checks.with(Vec::len), doubtful()))>
                <ul class="checks">{move || checks.get().into_iter().map(one).collect_view()}</ul>
            </Fold>
        </section>
    }
}

//! What was asked of the account lately: the audit trail, the newest first.

use leptos::prelude::*;
use shared::time::Timestamp;

use super::Looking;
use crate::api::Asked;
use crate::clock;
use crate::strings::inside as t;

/// What was asked lately.
#[component]
pub(super) fn AskedList() -> impl IntoView {
    let looking = expect_context::<Looking>();
    let asked = Memo::new(move |_| looking.part(|inside| inside.events.clone()));
    let one = |event: Asked| {
        let at = clock::time_of_day(Timestamp::from_millis(event.at));
        view! {
            <li>
                <span class="journal__time">{at}</span>" "{event.status}" "{event.operation}" "
                <span class="journal__time">{event.key}</span>" "{event.message}
            </li>
        }
    };
    view! {
        <section class="section" aria-labelledby="asked-heading">
            <h2 id="asked-heading">{t::ASKED}</h2>
            <ol class="journal__lines mono" tabindex="0" aria-labelledby="asked-heading">
                {move || asked.get().into_iter().map(one).collect_view()}
            </ol>
        </section>
    }
}

//! The address names no run.

use leptos::prelude::*;

use crate::clusters::KnownRuns;
use crate::parts::PlaceLink;
use crate::strings::run as t;

/// The address names no run.
#[component]
pub(super) fn UnknownRun() -> impl IntoView {
    view! {
        <main id="main" tabindex="-1" class="place place--narrow">
            <div class="lead"><h1>{t::NO_RUN}</h1><p class="lead__text">{t::NO_RUN_HINT}</p></div>
            <p><PlaceLink href="/">{t::GO_COMPOSE}</PlaceLink></p>
            <KnownRuns />
        </main>
    }
}

//! Says that it is pretence, wherever it is.

use leptos::prelude::*;

use super::PlaceLink;
use crate::strings::parts as t;

/// Says that it is pretence.
#[component]
pub fn SandboxBanner(
    /// Whether it is.
    #[prop(into)]
    shown: Signal<bool>,
) -> impl IntoView {
    view! {
        <Show when=move || shown.get()>
            <p class="sandbox"><strong>{t::SANDBOX}</strong>" "{t::SANDBOX_NOTE}" "<PlaceLink href="/inside">{t::LOOK_INSIDE}</PlaceLink></p>
        </Show>
    }
}

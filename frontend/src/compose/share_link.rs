//! The spec as a link.

use leptos::prelude::*;

use crate::parts::CopyButton;
use crate::state::Compose;
use crate::strings::compose as t;

/// The spec as a link.
#[component]
pub fn ShareLink() -> impl IntoView {
    let compose = expect_context::<Compose>();
    view! {
        <CopyButton label=t::COPY_LINK text=move |()| compose.link() />
        <p class="printed mono">{move || compose.current_link()}</p>
    }
}

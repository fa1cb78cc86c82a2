//! The spec as a link.

use leptos::prelude::*;

use crate::parts::{Coming, CopyComing};
use crate::state::Compose;
use crate::strings::compose as t;

/// The spec as a link.
#[component]
pub fn ShareLink() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let link = move |()| Box::pin(compose.link()) as Coming;
    view! {
        <CopyComing label=t::COPY_LINK text=link />
        <p class="printed mono">{move || compose.printed_link()}</p>
    }
}

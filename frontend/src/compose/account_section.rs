//! Whose account the cluster is launched on.

use leptos::prelude::*;

use crate::parts::AccountFields;
use crate::state::{Compose, Launching};
use crate::strings::account as t;

/// Whose account the cluster is launched on.
#[component]
pub fn AccountSection() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let refused = move || {
        compose.launching.with(|launching| matches!(launching, Launching::Failed(error) if error.is_about_credentials()))
    };
    view! {
        <section class="section" aria-labelledby="account-heading" id="account">
            <h2 id="account-heading">{t::HEADING}</h2>
            <AccountFields with_speed=true refused=Signal::derive(refused) />
        </section>
    }
}

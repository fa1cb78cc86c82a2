//! Whose account the cluster is launched on, and whether its key can do that.

use leptos::prelude::*;

use super::key_check::KeyCheck;
use super::key_roles::KeyRoles;
use crate::api::ApiError;
use crate::parts::AccountFields;
use crate::state::{AccountChoice, Checking, Compose, Launching, Tab};
use crate::strings::account as t;

/// Whose account the cluster is launched on.
#[component]
pub fn AccountSection() -> impl IntoView {
    let (tab, compose) = (expect_context::<Tab>(), expect_context::<Compose>());
    let checking = RwSignal::new(Checking::No);
    let about = |error: &ApiError| error.is_about_credentials();
    let refused = move || {
        let launch = compose
            .launching
            .with(|launching| matches!(launching, Launching::Failed(error) if about(error)));
        launch
            || checking.with(|checking| matches!(checking, Checking::Failed(error) if about(error)))
    };
    let real = move || tab.choice.get() == AccountChoice::Exoscale;
    view! {
        <section class="section" aria-labelledby="account-heading" id="account">
            <h2 id="account-heading">{t::HEADING}</h2>
            <AccountFields with_speed=true refused=Signal::derive(refused) />
            <Show when=real><KeyCheck checking /><KeyRoles /></Show>
        </section>
    }
}

//! Whose account the cluster is launched on, and whether its key can do that.

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;

use super::key_check::KeyCheck;
use super::key_roles::KeyRoles;
use crate::api::ApiError;
use crate::parts::{AccountFields, Part, later};
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
    let real = Memo::new(move |_| tab.choice.get() == AccountChoice::Exoscale);
    view! {
        <section class="section" aria-labelledby="account-heading" id="account">
            <h2 id="account-heading">{t::HEADING}</h2>
            <AccountFields with_speed=true refused=Signal::derive(refused) />
            {move || real.get().then(|| later(Box::pin(key_tools(checking))))}
        </section>
    }
}

/// Whether the person's key can do that, and what it must be allowed.
#[wasm_split(asides, wasm_split_path = leptos::wasm_split, fallible)]
fn key_tools(checking: RwSignal<Checking>) -> Part {
    Ok(view! { <KeyCheck checking /><KeyRoles /> }.into_any())
}

//! The button that launches, and what the launcher said to it.

use leptos::prelude::*;

use crate::api::ApiError;
use crate::format;
use crate::parts::Failure;
use crate::state::{AccountChoice, Compose, Launching, Tab};
use crate::strings::launch as t;

/// The button that launches.
#[component]
pub fn LaunchButton() -> impl IntoView {
    let tab = expect_context::<Tab>();
    let compose = expect_context::<Compose>();
    let asking = move || {
        compose
            .launching
            .with(|launching| matches!(launching, Launching::Asking))
    };
    let price = move || {
        let price = compose.preview.with(|preview| {
            let band = &preview.as_ref()?.band;
            Some(format::amounts(
                band.hourly_min,
                band.hourly_max,
                tab.prices().currency,
            ))
        });
        price.map(|price| t::price(&price))
    };
    let note = move || match tab.choice.get() {
        AccountChoice::Sandbox => t::ON_SANDBOX.shown().to_owned(),
        AccountChoice::Exoscale => t::on_account(tab.key.get().trim()),
    };
    let failed = move || {
        compose.launching.with(|launching| match launching {
            Launching::Failed(error) => Some(error.clone()),
            Launching::NoKeys => Some(ApiError::about_credentials(t::NO_KEYS.shown())),
            Launching::No | Launching::Asking | Launching::Changed { .. } => None,
        })
    };
    let offline = move || {
        tab.catalog
            .get()
            .and_then(Result::err)
            .filter(|_| failed().is_none())
    };
    view! {
        <div class="launch">
            <button type="submit" class="button button--main" aria-disabled=move || asking().to_string()>
                <span class="launch__name">{move || if asking() { t::ASKING.shown().to_owned() } else { t::button(&compose.text("name")) }}</span>" "
                <span class="launch__price">{price}</span>
            </button>
            <p class="launch__note">{note}</p>
            <Failure error=Signal::derive(failed) />
            <Failure error=Signal::derive(offline) />
        </div>
    }
}

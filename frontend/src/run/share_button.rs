//! A link for those who only look.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{self, ApiError};
use crate::browser;
use crate::parts::Failure;
use crate::state::Following;
use crate::strings::share as t;

/// Makes a link for watchers, shows it and copies it.
#[component]
pub(super) fn ShareButton() -> impl IntoView {
    let following = expect_context::<Following>();
    let made = RwSignal::new(None::<String>);
    let copied = RwSignal::new(false);
    let failed = RwSignal::new(None::<ApiError>);
    let ask = move |_| {
        let link = following.link.get_value();
        spawn_local(async move {
            match api::share(&link).await {
                Ok(watchers) => {
                    let address = format!("{}{}", browser::origin(), watchers.address());
                    made.try_set(Some(address.clone()));
                    copied.try_set(browser::copy(&address).await);
                    failed.try_set(None);
                }
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    };
    let field = move || {
        made.get().map(|address| {
            view! {
                <input class="input mono" type="text" readonly aria-label=t::FIELD value=address />
                <span class="copy__said" role="status">{move || copied.get().then(|| t::COPIED.shown())}</span>
            }
        })
    };
    view! {
        <div class="share" hidden=move || following.watching.get()>
            <button type="button" class="button button--quiet" aria-describedby="share-hint" on:click=ask>{t::BUTTON}</button>
            <p class="field__hint" id="share-hint">{t::HINT}</p>
            {field}
            <Failure error=failed />
        </div>
    }
}

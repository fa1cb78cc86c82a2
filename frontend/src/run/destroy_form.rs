//! Destroys a cluster, once its name has been typed.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{Account, ApiError, RunLink};
use crate::parts::{CredentialFields, Failure};
use crate::state::{Stands, Tab, destroy};
use crate::strings::destroy as t;

/// Destroys a cluster.
#[component]
pub fn DestroyForm(
    /// Which.
    cluster: Stands,
    /// What opens its account; without one it is asked for.
    account: Option<Account>,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    let run = StoredValue::new(RunLink::random().ok());
    let typed = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<ApiError>);
    let (button, name) = (t::button(&cluster.name), cluster.name.clone());
    let field = format!(
        "confirm-{}-{}",
        name,
        cluster.id.clone().unwrap_or_default()
    );
    let matches = move || typed.with(|typed| typed.trim() == name);
    let ask = account.is_none();
    let refused = Signal::derive(move || {
        failed.with(|failed| failed.as_ref().is_some_and(ApiError::is_about_credentials))
    });
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (cluster, account) = (
            cluster.clone(),
            account.clone().or_else(|| tab.typed_account()),
        );
        let (Some(run), Some(account)) = (run.get_value(), account) else {
            return failed.set(Some(ApiError::about_credentials(t::NO_CREDENTIALS)));
        };
        busy.set(true);
        spawn_local(async move {
            let answer = destroy(tab, run, &cluster, &account).await;
            failed.try_set(answer.err());
            busy.try_set(false);
        });
    };
    let closed = Signal::derive(move || busy.get() || !matches());
    view! {
        <form class="destroy__form" novalidate on:submit=go>
            {ask.then(|| view! { <CredentialFields refused /> })}
            <div class="field">
                <label class="field__label" for=field.clone()>{t::TYPE_THE_NAME}</label>
                <input class="input" id=field type="text" autocomplete="off" autocapitalize="none" spellcheck="false"
                    prop:value=move || typed.get() on:input:target=move |input| typed.set(input.target().value()) />
            </div>
            <button type="submit" class="button button--danger" disabled=closed>{button}</button>
            <Failure error=failed />
        </form>
    }
}

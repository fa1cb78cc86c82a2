//! Destroys a cluster, once its name has been typed.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::run::{Item, Removal};

use crate::api::{self, Account, ApiError, RunLink};
use crate::format;
use crate::parts::{CredentialFields, Failure, Prose};
use crate::state::{Stands, Tab, destroy};
use crate::strings::destroy as t;
use crate::tongue::said;

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
    let (looked_at, known) = (cluster.clone(), account.clone());
    let (button, name) = (t::button(&cluster.name), cluster.name.clone());
    let id = cluster.id.as_deref().unwrap_or_default();
    let field = format!("confirm-{name}-{id}");
    let matches = move || typed.with(|typed| typed.trim() == name);
    let closed = Signal::derive(move || busy.get() || !matches());
    let ask = account.is_none();
    let refused = Signal::derive(move || {
        failed.with(|failed| failed.as_ref().is_some_and(ApiError::is_about_credentials))
    });
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if closed.get_untracked() {
            return;
        }
        let (cluster, account) = (
            cluster.clone(),
            account.clone().or_else(|| tab.typed_account()),
        );
        let (Some(run), Some(account)) = (run.get_value(), account) else {
            return failed.set(Some(ApiError::about_credentials(t::NO_CREDENTIALS.shown())));
        };
        busy.set(true);
        spawn_local(async move {
            let answer = destroy(tab, run, &cluster, &account).await;
            failed.try_set(answer.err());
            busy.try_set(false);
        });
    };
    let found = RwSignal::new(None::<Removal>);
    let look = move |_| {
        if busy.get_untracked() {
            return;
        }
        let Some(account) = known.clone().or_else(|| tab.typed_account()) else {
            return failed.set(Some(ApiError::about_credentials(t::NO_CREDENTIALS.shown())));
        };
        let cluster = looked_at.clone();
        busy.set(true);
        spawn_local(async move {
            let (id, keys) = (cluster.id.as_deref(), &account.credentials);
            match api::removal(keys, &cluster.name, id, &cluster.zone).await {
                Ok(removal) => {
                    found.try_set(Some(removal));
                    failed.try_set(None);
                }
                Err(error) => drop(failed.try_set(Some(error))),
            }
            busy.try_set(false);
        });
    };
    view! {
        <form class="destroy__form" novalidate on:submit=go>
            {ask.then(|| view! { <CredentialFields refused /> })}
            <button type="button" class="button" aria-disabled=move || busy.get().to_string() on:click=look>{t::LOOK}</button>
            <div role="status">{move || found.get().map(would_go)}</div>
            <div class="field">
                <label class="field__label" for=field.clone()>{t::TYPE_THE_NAME}</label>
                <input class="input" id=field type="text" autocomplete="off" autocapitalize="none" spellcheck="false"
                    prop:value=move || typed.get() on:input:target=move |input| typed.set(input.target().value()) />
            </div>
            <button type="submit" class="button button--danger" aria-disabled=move || closed.get().to_string()>{button}</button>
            <Failure error=failed />
        </form>
    }
}

/// What goes, thing by thing, what stays, and what nobody may look at.
fn would_go(removal: Removal) -> impl IntoView {
    let sum = t::would_go(&removal);
    let line = |item: Item| {
        let cost = format::cost(item.hourly);
        view! { <li>{said(item.kind.noun())}" "{item.name}" ("{cost}")"</li> }
    };
    let stays = removal.kept.into_iter().map(|kept| {
        let cost = format::cost(kept.item.hourly);
        view! { <li>{said(kept.item.kind.noun())}" "{kept.item.name}" ("{cost}"): "<Prose text=kept.why /></li> }
    });
    let stays: Vec<_> = stays.collect();
    let unknown = removal.unknown.into_iter();
    let unknown: Vec<_> = unknown
        .map(|one| view! { <li>{said(one.kind.noun())}" "{said(&one.why)}</li> })
        .collect();
    view! {
        <p>{sum}</p>
        <ul>{removal.items.into_iter().map(line).collect_view()}</ul>
        {(!stays.is_empty()).then(|| view! { <p>{t::STAYS}</p><ul>{stays}</ul> })}
        {(!unknown.is_empty()).then(|| view! { <p>{t::UNKNOWN}</p><ul>{unknown}</ul> })}
    }
}

//! A new kubeconfig for a cluster that stands.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{Account, ApiError, RunLink};
use crate::parts::Failure;
use crate::state::{Stands, Tab, renew};
use crate::strings::clusters as t;

/// Starts a renewal and goes to where it can be watched.
#[component]
pub fn RenewButton(
    /// Of which cluster.
    cluster: Stands,
    /// What opens its account.
    account: Account,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<ApiError>);
    let go = move |_| {
        let (cluster, account) = (cluster.clone(), account.clone());
        let Ok(run) = RunLink::random() else { return };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = renew(tab, run, &cluster, &account).await;
            failed.try_set(answer.err());
            busy.try_set(false);
        });
    };
    view! {
        <button type="button" class="button" aria-disabled=move || busy.get().to_string() on:click=go>{t::RENEW}</button>
        <p class="field__hint">{t::RENEW_HINT}</p>
        <Failure error=failed />
    }
}

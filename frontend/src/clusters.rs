//! The clusters of an account, found by their markers, each with a way to destroy it.

mod change_section;
mod cluster_page;
mod drift_section;
mod found_list;
mod image_section;
mod known_runs;
mod machines_list;
mod overview_section;
mod renew_button;
mod steps_of_cluster;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::wasm_split;
use shared::catalog::Zone;

use crate::api::{self, Account, ApiError, FoundCluster};
use crate::parts::{AccountFields, Failure, Part, SandboxBanner};
use crate::state::{AccountChoice, Stands, Tab};
use crate::strings::{cluster, clusters as t};
pub use cluster_page::ClusterPage;
use found_list::FoundList;
pub use known_runs::KnownRuns;

/// The place of clusters: all, or the one that the address names.
#[wasm_split(clusters, wasm_split_path = leptos::wasm_split, fallible)]
pub fn place(stands: Option<Stands>) -> Part {
    Ok(match stands {
        None => view! { <ClustersPage /> }.into_any(),
        Some(stands) => view! { <ClusterPage stands /> }.into_any(),
    })
}

/// What was found, and with what.
#[derive(Clone)]
pub struct Found {
    /// What opened the account.
    pub account: Account,
    /// The clusters.
    pub clusters: Vec<FoundCluster>,
}

/// The clusters of an account.
#[component]
pub fn ClustersPage() -> impl IntoView {
    let tab = expect_context::<Tab>();
    let zone = RwSignal::new(Zone::ChDk2);
    let found = RwSignal::new(None::<Result<Found, ApiError>>);
    let looking = RwSignal::new(false);
    let look = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if looking.get_untracked() {
            return;
        }
        looking.set(true);
        spawn_local(async move {
            let answer = look(tab, zone.get_untracked()).await;
            found.try_set(Some(answer));
            looking.try_set(false);
        });
    };
    let error = Signal::derive(move || {
        found.with(|found| {
            found
                .as_ref()
                .and_then(|found| found.as_ref().err().cloned())
        })
    });
    let option = move |one: &Zone| {
        let one = *one;
        view! { <option value=one.as_str() prop:selected=move || zone.get() == one>{cluster::zone(one)}</option> }
    };
    view! {
        <main id="main" tabindex="-1" class="place place--narrow">
            <div class="lead"><h1>{t::HEADING}</h1><p class="lead__text">{t::LEAD}</p></div>
            <SandboxBanner shown=Signal::derive(move || tab.choice.get() == AccountChoice::Sandbox) />
            <form class="section" novalidate on:submit=look>
                <AccountFields refused=Signal::derive(move || error.with(|error| error.as_ref().is_some_and(ApiError::is_about_credentials))) />
                <div class="field">
                    <label class="field__label" for="clusters-zone">{cluster::ZONE}</label>
                    <select class="input" id="clusters-zone"
                        on:change:target=move |change| zone.set(change.target().value().parse().unwrap_or(Zone::ChDk2))>
                        {Zone::ALL.iter().map(option).collect_view()}
                    </select>
                </div>
                <button type="submit" class="button button--main" aria-disabled=move || looking.get().to_string()>
                    {move || if looking.get() { t::LOOKING.shown() } else { t::LOOK.shown() }}
                </button>
            </form>
            <Failure error />
            <p role="status">{move || found.get().and_then(Result::ok).map(|found| t::found(found.clusters.len()))}</p>
            {move || found.get().and_then(Result::ok).map(|found| view! { <FoundList found /> })}
            <KnownRuns />
        </main>
    }
}

async fn look(tab: Tab, zone: Zone) -> Result<Found, ApiError> {
    let account = match tab.choice.get_untracked() {
        AccountChoice::Sandbox => tab.sandbox_account().await?.into(),
        AccountChoice::Exoscale => tab
            .typed_account()
            .ok_or_else(|| ApiError::about_credentials(t::NO_CREDENTIALS.shown()))?,
    };
    let clusters = api::clusters(&account.credentials, zone.as_str()).await?;
    Ok(Found { account, clusters })
}

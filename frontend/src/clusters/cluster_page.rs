//! One cluster: what stands, whether it is as it was left, and everything that can be done to it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::catalog::Money;
use shared::plan::PlanKind;
use shared::spec::InstanceTypeName;

use super::change_section::ChangeSection;
use super::drift_section::DriftSection;
use super::image_section::ImageSection;
use super::machines_list::MachinesList;
use super::overview_section::OverviewSection;
use super::renew_button::RenewButton;
use super::steps_of_cluster::StepsOfCluster;
use crate::api::{ApiError, StandingCluster};
use crate::parts::{AccountFields, Failure, PlaceLink, SandboxBanner};
use crate::run::DestroyForm;
use crate::state::{Berth, Stands, Tab};
use crate::strings::{berth as t, clusters};
use crate::tongue::said;
use crate::{browser, clock};

/// One cluster.
#[component]
pub fn ClusterPage(
    /// Which.
    stands: Stands,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    browser::set_title(&t::title(&stands.name));
    let (name, id, zone) = (stands.name.clone(), stands.id.clone(), stands.zone.clone());
    let berth = Berth::new(tab, stands);
    provide_context(berth);
    if berth.known_account().is_some() {
        spawn_local(berth.open());
    }
    let sandbox = move || {
        let account = berth.account.get();
        account.is_some_and(|account| account.sandbox)
    };
    let read_at = move || {
        let at = berth.read_at.get()?;
        Some(t::read_at(&clock::time_of_day(at)))
    };
    let opened = Memo::new(move |_| berth.account.with(Option::is_some));
    view! {
        <main id="main" tabindex="-1" class="place place--tall">
            <p><PlaceLink href="/clusters">{t::ALL}</PlaceLink></p>
            <div class="lead">
                <h1>{name}" "<span class="quiet mono">{id}</span></h1>
                <p class="lead__text">{t::about(&zone, None)}" "<span role="status">{read_at}</span></p>
            </div>
            <SandboxBanner shown=Signal::derive(sandbox) />
            <Show when=move || !opened.get()><OpenForm /></Show>
            <Unreadable />
            <Show when=move || opened.get()>
                <button type="button" class="button" aria-disabled=move || berth.reading.get().to_string()
                    on:click=move |_| spawn_local(berth.read())>
                    {move || if berth.reading.get() { t::READING.shown() } else { t::READ.shown() }}
                </button>
            </Show>
            {move || berth.cluster.get().map(|cluster| view! { <Standing cluster /> })}
            <Show when=move || opened.get()><RemoveSection /></Show>
        </main>
    }
}

/// Whose account, where this tab does not know it.
#[component]
fn OpenForm() -> impl IntoView {
    let berth = expect_context::<Berth>();
    let refused = move || {
        let error = berth.trouble.get();
        error.is_some_and(|error| error.is_about_credentials())
    };
    let open = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        spawn_local(berth.open());
    };
    view! {
        <form class="section" novalidate on:submit=open>
            <AccountFields refused=Signal::derive(refused) />
            <button type="submit" class="button button--main">{t::OPEN}</button>
        </form>
    }
}

/// A cluster that this page cannot read is shown as far as it is known, and can be removed.
#[component]
fn Unreadable() -> impl IntoView {
    let berth = expect_context::<Berth>();
    let unreadable = move || {
        let error = berth.trouble.get()?;
        let strange = matches!(error, ApiError::Unreadable) || error.is("cluster_unreadable");
        strange.then(|| {
            view! {
                <div class="notice notice--attention">
                    <p class="notice__title">{t::UNREADABLE}</p>
                    <p>{t::UNREADABLE_HINT}</p>
                    <p class="quiet">{said(&error.message())}</p>
                </div>
            }
        })
    };
    let other = move || {
        let strange = |error: &ApiError| {
            matches!(error, ApiError::Unreadable) || error.is("cluster_unreadable")
        };
        berth.trouble.get().filter(|error| !strange(error))
    };
    view! {
        <div role="status">{unreadable}</div>
        <Failure error=Signal::derive(other) />
    }
}

/// What was read of it.
#[component]
fn Standing(
    /// What was read.
    cluster: StandingCluster,
) -> impl IntoView {
    let berth = expect_context::<Berth>();
    let stands = berth.stands.get_value();
    let account = berth.account.get_untracked();
    let renew = account.map(|account| view! { <RenewButton cluster=stands account /> });
    view! {
        <div class="berth">
            <div class="berth__main">
                <OverviewSection cluster=cluster.clone() />
                <DriftSection cluster=cluster.clone() />
                <MachinesList cluster=cluster.clone() />
                <ChangeSection cluster=cluster.clone() kind=PlanKind::Resize />
                <ChangeSection cluster=cluster.clone() kind=PlanKind::Access />
                <ImageSection cluster=cluster.clone() />
            </div>
            <div class="berth__side">
                <section class="aside" aria-labelledby="renew-heading">
                    <h2 id="renew-heading">{t::KUBECONFIG}</h2>
                    {renew}
                </section>
                <StepsOfCluster cluster />
            </div>
        </div>
    }
}

/// Removes it, whether it can be read or not.
#[component]
fn RemoveSection() -> impl IntoView {
    let berth = expect_context::<Berth>();
    let stands = berth.stands.get_value();
    let title = clusters::destroy(&stands.name);
    view! {
        <section class="section destroy" aria-labelledby="remove-heading">
            <h2 id="remove-heading">{title}</h2>
            <DestroyForm cluster=stands account=berth.account.get_untracked() />
        </section>
    }
}

/// What one machine costs per hour: itself and its disk.
pub(super) fn each(tab: Tab, name: InstanceTypeName, disk_gib: u32) -> Option<Money> {
    let prices = tab.prices();
    let machine = prices.rate(&name.details().price_key())?;
    let disk = prices.disk_gib()?.times(disk_gib.into());
    Some([machine, disk].into_iter().sum())
}

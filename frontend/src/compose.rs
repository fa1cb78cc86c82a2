//! The spec and its plan: what a person wants on the left, what they get for it on the right.

mod access_section;
mod account_section;
mod advanced_section;
mod bill_list;
mod changed_dialog;
mod cluster_section;
mod compare;
mod control_plane_section;
mod differences;
mod eject_button;
mod firewall_words;
mod forecast_table;
mod key_check;
mod key_roles;
mod launch_button;
mod link_notice;
mod link_tools;
mod network_section;
mod panel;
mod pool_fields;
mod pools_section;
mod price_difference;
mod price_section;
mod problem_summary;
mod share_link;
mod sources_field;
mod step_titles;
mod type_field;
mod type_table;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::wasm_split;

use crate::browser;
use crate::parts::{Part, SandboxBanner, later};
use crate::state::{AccountChoice, Compose, Launching, Tab, launch};
use crate::strings::compose as t;
pub use access_section::AccessSection;
use account_section::AccountSection;
use advanced_section::AdvancedSection;
use changed_dialog::ChangedDialog;
use cluster_section::ClusterSection;
use control_plane_section::ControlPlaneSection;
use eject_button::EjectButton;
use link_notice::LinkNotice;
use link_tools::LinkTools;
use network_section::NetworkSection;
use panel::Panel;
pub use pools_section::PoolsSection;
pub use price_difference::Period;
use problem_summary::{ProblemSummary, SUMMARY};
use share_link::ShareLink;

/// The place where a cluster is composed.
#[component]
pub fn ComposePage() -> impl IntoView {
    let tab = expect_context::<Tab>();
    let compose = expect_context::<Compose>();
    let pretend = move || tab.choice.get() == AccountChoice::Sandbox;
    let changed = Memo::new(move |_| {
        let launching = compose.launching.read();
        matches!(*launching, Launching::Changed { .. })
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        try_to_launch(tab, compose);
    };
    view! {
        <main id="main" tabindex="-1" class="place">
            <form class="compose" novalidate on:submit=submit>
                <div class="compose__form">
                    <div class="lead">
                        <h1>{t::HEADING}</h1>
                        <p class="lead__text">{t::LEAD}</p>
                        <div class="buttons"><ShareLink /><EjectButton /></div>
                        <LinkTools />
                    </div>
                    <SandboxBanner shown=Signal::derive(pretend) />
                    <LinkNotice />
                    <ProblemSummary />
                    <ClusterSection />
                    <ControlPlaneSection />
                    <PoolsSection />
                    <AccessSection />
                    <NetworkSection />
                    <AdvancedSection />
                    <AccountSection />
                </div>
                <Panel />
            </form>
            {move || changed.get().then(|| later(Box::pin(changed_dialog())))}
        </main>
    }
}

#[wasm_split(asides, wasm_split_path = leptos::wasm_split, fallible)]
fn changed_dialog() -> Part {
    Ok(view! { <ChangedDialog /> }.into_any())
}

fn try_to_launch(tab: Tab, compose: Compose) {
    if matches!(compose.launching.get_untracked(), Launching::Asking) {
        return;
    }
    compose.submit();
    if compose.parsed.get_untracked().is_err() {
        browser::focus_soon(SUMMARY);
    } else {
        spawn_local(launch(tab, compose));
    }
}

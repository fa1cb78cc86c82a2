//! A run: what it does now, what it waits for, and what it leaves behind.

mod cancel_button;
mod checks_section;
mod cluster_section;
mod connection_notice;
mod destroy_form;
mod destroy_section;
mod evidence_section;
mod journal;
mod kubeconfig_section;
mod machines_section;
mod problem_section;
mod progress;
mod receipt_section;
mod resources_section;
mod run_status;
mod share_button;
mod ssh_section;
mod step_list;
mod step_row;
mod tab_sign;
mod timeline;
mod unknown_run;

pub use destroy_form::DestroyForm;

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use shared::link as spec_link;
use shared::view::{RunState, View};

use crate::api::RunLink;
use crate::browser;
use crate::parts::{CopyButton, Part, SandboxBanner};
use crate::picture::{Picture, Scene};
use crate::state::{Following, Tab};
use crate::strings::{run as t, share};
use cancel_button::CancelButton;
use checks_section::ChecksSection;
use cluster_section::ClusterSection;
use connection_notice::ConnectionNotice;
use destroy_section::DestroySection;
use evidence_section::EvidenceSection;
use journal::Journal;
use machines_section::{MachinesSection, MissingSection};
use problem_section::ProblemSection;
use progress::Progress;
use receipt_section::ReceiptSection;
use resources_section::ResourcesSection;
use run_status::RunStatus;
use share_button::ShareButton;
use step_list::StepList;
use tab_sign::keep_tab_sign;
use timeline::Timeline;
use unknown_run::UnknownRun;

/// The place where a run is watched.
#[wasm_split(run, wasm_split_path = leptos::wasm_split, fallible)]
pub fn place(link: Option<RunLink>) -> Part {
    Ok(view! { <RunPage link /> }.into_any())
}

/// The place where a run is watched.
#[component]
pub fn RunPage(
    /// Which, if the address names one.
    link: Option<RunLink>,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    let Some(link) = link else {
        return view! { <UnknownRun /> }.into_any();
    };
    let following = Following::new(tab, link.clone());
    provide_context(following);
    let id = StoredValue::new(link.id.clone());
    let pretend = move || {
        let told = following
            .view
            .with(|view| view.as_ref().map(|view| view.sandbox));
        told.unwrap_or_else(|| id.with_value(|id| tab.is_sandbox(id)))
    };
    let address = StoredValue::new(format!("{}{}", browser::origin(), link.address()));
    let looks = move || following.watching.get();
    let nothing = move || following.view.with(Option::is_none);
    view! {
        <main id="main" tabindex="-1" class="place place--tall">
            <SandboxBanner shown=Signal::derive(pretend) />
            <Heading />
            <p class="notice" hidden=move || !looks()>{share::WATCHING}</p>
            <ConnectionNotice />
            <Progress />
            <ProblemSection />
            <ReceiptSection />
            <ClusterSection />
            <Timeline />
            <div class="run" hidden=nothing>
                <StepList />
                <div class="run__side">
                    <RunPicture link />
                    <EvidenceSection />
                    <MachinesSection />
                    <ChecksSection />
                    <ResourcesSection />
                    <MissingSection />
                </div>
            </div>
            <div hidden=nothing><Journal /></div>
            <DestroySection />
            <div class="run__foot" hidden=nothing>
                <CancelButton />
                <CopyButton label=t::COPY_LINK text=move |()| address.try_get_value() />
                <ShareButton />
            </div>
        </main>
    }
    .into_any()
}

/// What the run is and how it stands, in a heading, in the tab's title, and for those who listen.
#[component]
fn Heading() -> impl IntoView {
    let following = expect_context::<Following>();
    let none = move || {
        if following.trouble.with(Option::is_some) {
            t::NOT_FOUND
        } else {
            t::LOOKING
        }
    };
    let heading = move || {
        following.view.with(|view| {
            view.as_ref()
                .map_or_else(|| none().shown().to_owned(), t::heading)
        })
    };
    let about = move || following.view.with(|view| view.as_ref().map(t::about));
    let state = move || {
        following
            .view
            .with(|view| view.as_ref().map_or("", |view| state_class(view.state)))
    };
    keep_tab_sign(following, heading);
    view! {
        <div class="lead">
            <h1 class=move || format!("run__heading run__heading--{}", state())>{heading}</h1>
            <p class="lead__text">{about}</p>
        </div>
        <RunStatus />
    }
}

/// The picture, each part in the state of its step.
#[component]
fn RunPicture(
    /// Which run.
    link: RunLink,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    let following = expect_context::<Following>();
    let spec = tab
        .known(&link.id)
        .and_then(|run| spec_link::decode(&run.spec?).ok());
    let scene = Memo::new(move |_| {
        let view = following.view.get()?;
        let drawable = view
            .steps
            .iter()
            .any(|step| step.id.0.starts_with("control-plane-"));
        drawable.then(|| {
            spec.as_ref()
                .map_or_else(|| Scene::of_run(&view), |spec| Scene::of(spec, Some(&view)))
        })
    });
    view! { <Picture scene /> }
}

/// Whether nothing more will happen by itself.
pub const fn is_over(state: RunState) -> bool {
    match state {
        RunState::Running | RunState::Undoing => false,
        RunState::Ready
        | RunState::Destroyed
        | RunState::Done
        | RunState::Undone
        | RunState::Stuck => true,
    }
}

/// A run's state as the style sheet knows it.
const fn state_class(state: RunState) -> &'static str {
    match state {
        RunState::Running | RunState::Undoing => "working",
        RunState::Ready | RunState::Destroyed | RunState::Done | RunState::Undone => "done",
        RunState::Stuck => "stuck",
    }
}

/// A part of the view, for those that only need that.
fn part<T>(
    following: Following,
    read: impl Fn(&View) -> T + Send + Sync + 'static,
) -> impl Fn() -> Option<T> {
    move || following.view.with(|view| view.as_ref().map(&read))
}

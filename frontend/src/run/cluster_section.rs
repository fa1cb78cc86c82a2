//! The cluster once it is ready: the kubeconfig, what people type next, and the SSH key.

use leptos::prelude::*;
use shared::plan::PlanKind;
use shared::view::RunState;

use super::kubeconfig_section::KubeconfigSection;
use super::part;
use super::ssh_section::SshSection;
use crate::parts::CopyButton;
use crate::state::Following;
use crate::strings::cluster_ready as t;

/// The cluster once it is ready.
#[component]
pub(super) fn ClusterSection() -> impl IntoView {
    let following = expect_context::<Following>();
    let ready = part(following, |view| {
        matches!(
            (view.kind, view.state),
            (PlanKind::Launch, RunState::Ready) | (PlanKind::Renew, RunState::Done)
        )
    });
    let ready = Memo::new(move |_| ready().unwrap_or(false));
    view! {
        <Show when=move || ready.get()>
            <div class="ready">
                <KubeconfigSection />
                <NextCommands />
                <SshSection />
            </div>
        </Show>
    }
}

/// What people type next.
#[component]
fn NextCommands() -> impl IntoView {
    let following = expect_context::<Following>();
    let name = part(following, |view| view.cluster.name.clone());
    let commands = Memo::new(move |_| name().map(|name| t::commands(&name)).unwrap_or_default());
    let one = |(command, why): (String, &'static str)| view! { <li><code class="command">{command}</code><span class="quiet">{why}</span></li> };
    let all = move |()| {
        commands.try_with_untracked(|all| {
            all.iter()
                .map(|(command, _)| command.clone())
                .collect::<Vec<_>>()
                .join("\n")
        })
    };
    view! {
        <section class="aside" aria-labelledby="next-heading">
            <h2 id="next-heading">{t::NEXT}</h2>
            <ol class="commands">{move || commands.get().into_iter().map(one).collect_view()}</ol>
            <CopyButton label=t::COPY text=all />
        </section>
    }
}

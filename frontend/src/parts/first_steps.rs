//! A check list of commands that people type first, each to copy, with what it should show.

use leptos::prelude::*;
use shared::spec::Spec;

use super::CopyButton;
use crate::strings::first_steps as t;

/// A check list of commands.
#[component]
pub fn FirstSteps(
    /// The cluster's name.
    name: Signal<String>,
    /// Pods that need more than the smallest cluster.
    pods: Signal<u64>,
    /// How to reach a control plane, if anybody may.
    ssh: Signal<Option<String>>,
) -> impl IntoView {
    let steps = move || t::commands(&name.get(), pods.get());
    let ssh = move || ssh.get().map(|command| one(command, t::SSH.shown()));
    view! {
        <section class="aside" aria-labelledby="next-heading">
            <h2 id="next-heading">{t::HEADING}</h2>
            <ol class="commands">
                {move || steps().into_iter().map(|(command, what)| one(command, what)).collect_view()}
                {ssh}
            </ol>
        </section>
    }
}

fn one(command: String, what: &'static str) -> impl IntoView {
    let copied = command.clone();
    view! {
        <li>
            <label class="switch commands__what"><input type="checkbox" /><span>{what}</span></label>
            <code class="command">{command}</code>
            <CopyButton label=t::COPY text=move |()| Some(copied.clone()) />
        </li>
    }
}

/// Pods of half a core each that the smallest cluster has no room for.
pub fn scale_test_pods(spec: &Spec) -> u64 {
    let cores = spec.pools().iter().map(|pool| {
        let cores = u64::from(pool.instance_type.details().cpus);
        cores.saturating_mul(pool.min.into())
    });
    cores.sum::<u64>().saturating_mul(2).saturating_add(1)
}

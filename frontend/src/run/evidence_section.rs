//! The evidence that the cluster works, from the first control plane's last report.

use leptos::prelude::*;
use serde::Deserialize as _;
use shared::bootstrap::Evidence;
use shared::view::RunState;

use super::part;
use crate::state::Following;
use crate::strings::evidence as t;

/// The evidence that the cluster works.
#[component]
pub(super) fn EvidenceSection() -> impl IntoView {
    let following = expect_context::<Following>();
    let ready = move || part(following, |view| view.state == RunState::Ready)().unwrap_or(false);
    let evidence = Memo::new(move |_| {
        if !ready() {
            return None;
        }
        following.entries.with(|entries| {
            entries.iter().rev().find_map(|entry| {
                let (_, reported) = entry.event();
                let evidence = reported
                    .get("report")?
                    .get("evidence")
                    .filter(|evidence| !evidence.is_null())?;
                Evidence::deserialize(evidence).ok()
            })
        })
    });
    let facts = move || {
        evidence.get().map(|evidence| {
            t::facts(&evidence)
                .into_iter()
                .map(|fact| view! { <li>{fact}</li> })
                .collect_view()
        })
    };
    let nodes = move || {
        evidence.get().map(|evidence: Evidence| {
        let row = |node: shared::bootstrap::report::NodeEvidence| view! {
            <li><span class="mono">{node.name}</span>" "<span class="quiet mono">{node.version}</span></li>
        };
        evidence.nodes.into_iter().map(row).collect_view()
    })
    };
    view! {
        <section class="aside" aria-labelledby="evidence-heading" hidden=move || evidence.with(Option::is_none)>
            <h2 id="evidence-heading">{t::HEADING}</h2>
            <ul class="ticks">{facts}</ul>
            <h3>{t::NODES}</h3>
            <ul class="plain">{nodes}</ul>
        </section>
    }
}

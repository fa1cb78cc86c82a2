//! The receipt: everything that was removed, what was left alone and why, and that nothing is left.

use leptos::prelude::*;
use serde_json::json;
use shared::exoscale::Kind;
use shared::run::Kept;
use shared::view::{RemovedView, RunState, View};

use super::part;
use crate::browser;
use crate::format;
use crate::parts::Prose;
use crate::state::Following;
use crate::strings::receipt as t;
use crate::tongue::said;

/// The receipt.
#[component]
pub(super) fn ReceiptSection() -> impl IntoView {
    let following = expect_context::<Following>();
    let receipt = Memo::new(move |_| part(following, receipt)().flatten());
    let removed = |gone: RemovedView| {
        let (proof, item) = (t::proof(&gone), gone.item);
        view! {
            <tr>
                <td data-label=t::KIND>{said(item.kind.noun())}</td>
                <td data-label=t::NAME>{item.name}</td>
                <td data-label=t::ID class="mono">{item.id.0}</td>
                <td data-label=t::COST>{format::cost(item.hourly)}</td>
                <td data-label=t::STATE class="receipt__gone">{proof}</td>
            </tr>
        }
    };
    let kept = |kept: Kept| view! { <li><strong>{said(kept.item.kind.noun())}" "{kept.item.name}</strong>" ("{format::cost(kept.item.hourly)}"): "<Prose text=kept.why /></li> };
    let save = move |_| {
        let view = following.view.get_untracked();
        if let Some(view) = view {
            // The person sees the browser's own download.
            let _ = browser::download(&t::file(&view.cluster.name), &as_json(&view));
        }
    };
    let body = move |(items, left, saved): Told| {
        view! {
            <section class="receipt" aria-labelledby="receipt-heading">
                <h2 id="receipt-heading">{t::heading(left.len())}</h2>
                <p>{t::agrees(Kind::ALL.len())}" "{saved}</p>
                <table class="receipt__table">
                    <caption>{t::removed(items.len())}</caption>
                    <thead><tr><th scope="col">{t::KIND}</th><th scope="col">{t::NAME}</th><th scope="col">{t::ID}</th><th scope="col">{t::COST}</th><th scope="col">{t::STATE}</th></tr></thead>
                    <tbody>{items.into_iter().map(removed).collect_view()}</tbody>
                </table>
                {(!left.is_empty()).then(|| view! { <h3>{t::KEPT}</h3><ul>{left.into_iter().map(kept).collect_view()}</ul> })}
                <button type="button" class="button" on:click=save>{t::SAVE}</button>
            </section>
        }
    };
    move || receipt.get().map(body)
}

/// What was removed and what was kept, once everything has been listed again.
fn receipt(view: &View) -> Option<Told> {
    let over = matches!(view.state, RunState::Destroyed | RunState::Undone);
    let saved = view
        .hourly_before
        .map(|before| t::saved(before, view.hourly));
    over.then(|| {
        (
            view.removed.clone(),
            view.kept.clone(),
            saved.unwrap_or_default(),
        )
    })
}

/// What was removed, what was kept, and what that saves.
type Told = (Vec<RemovedView>, Vec<Kept>, String);

fn as_json(view: &View) -> String {
    let receipt = json!({
        "cluster": { "name": view.cluster.name, "id": view.cluster.id, "zone": view.cluster.zone },
        "run": view.id, "endedAt": view.ended_at.map(|at| at.to_string()), "outcome": view.state,
        "removed": view.removed, "kept": view.kept, "left": [],
        "hourlyBefore": view.hourly_before, "hourlyAfter": view.hourly,
        "kindsListed": Kind::ALL.map(Kind::plural),
    });
    serde_json::to_string_pretty(&receipt).unwrap_or_default()
}

//! Whether the cluster is as it was left.

use leptos::prelude::*;
use shared::plan::Drift;
use shared::spec::Difference;

use crate::api::StandingCluster;
use crate::parts::{Fold, Prose};
use crate::strings::{drift as t, fields};

/// Whether the cluster is as it was left.
#[component]
pub(super) fn DriftSection(
    /// The cluster.
    cluster: StandingCluster,
) -> impl IntoView {
    let StandingCluster { drift, changed, .. } = cluster;
    let count = drift.len();
    let one = |drift: Drift| {
        let (what, hint) = t::words(&drift);
        view! { <li><p><strong>{what}</strong></p><p class="quiet"><Prose text=hint /></p></li> }
    };
    let body = if drift.is_empty() {
        view! { <p class="ticks"><span class="ticks__one">{t::NONE}</span></p> }.into_any()
    } else {
        view! {
            <div class="notice notice--attention">
                <p class="notice__title">{t::found(count)}</p>
                <ul class="drift">{drift.into_iter().map(one).collect_view()}</ul>
            </div>
        }
        .into_any()
    };
    let later = (!changed.is_empty()).then(|| {
        let note = changed.len().to_string();
        view! {
            <Fold title=t::CHANGED summary=note>
                <Differences differences=changed />
            </Fold>
        }
    });
    view! {
        <section class="section" aria-labelledby="drift-heading">
            <h2 id="drift-heading">{t::HEADING}</h2>
            <p class="section__text">{t::TEXT}</p>
            {body}
            {later}
        </section>
    }
}

/// What two specs say differently.
#[component]
pub(super) fn Differences(
    /// Field by field.
    differences: Vec<Difference>,
) -> impl IntoView {
    let one = |difference: Difference| {
        view! {
            <dt>{fields::name(&difference.field)}</dt>
            <dd><span class="was">{fields::value(&difference.from)}</span>" → "<strong>{fields::value(&difference.to)}</strong></dd>
        }
    };
    view! { <dl class="facts facts--start">{differences.into_iter().map(one).collect_view()}</dl> }
}

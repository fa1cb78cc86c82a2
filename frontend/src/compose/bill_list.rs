//! The bill of materials: every piece of software and its version.

use leptos::prelude::*;
use shared::catalog::{Bill, bill};

use crate::state::Compose;
use crate::strings::bill as t;
use crate::tongue::said;

/// The bill of materials.
#[component]
pub fn BillList() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let preview = move || compose.preview.get();
    let rows = move || {
        preview().map(|preview| {
        let row = |(what, version): (&'static str, String)| view! { <dt>{what}</dt><dd class="mono">{version}</dd> };
        let (bill, addons) = (bill(preview.spec.kubernetes()), preview.spec.addons());
        let mut rows = always(&bill, &preview.plan.facts.kubernetes);
        rows.extend(addons.metrics_server.then(|| (t::METRICS.shown(), bill.metrics_server.version.to_owned())));
        rows.extend(addons.csi.then(|| (t::CSI.shown(), bill.csi.version.to_owned())));
        rows.into_iter().map(row).collect_view()
    })
    };
    let notes = move || {
        preview().map(|preview| {
            bill(preview.spec.kubernetes())
                .notes
                .iter()
                .map(|note| view! { <li>{said(note)}</li> })
                .collect_view()
        })
    };
    view! {
        <dl class="facts">{rows}</dl>
        <ul class="field__hint">{notes}</ul>
    }
}

fn always(bill: &Bill, kubernetes: &str) -> Vec<(&'static str, String)> {
    vec![
        (t::KUBERNETES.shown(), format!("v{kubernetes}")),
        (t::CRIO.shown(), bill.crio_stream.to_owned()),
        (t::CALICO.shown(), bill.calico.to_owned()),
        (
            t::CALICO_OPERATOR.shown(),
            bill.calico_operator.version.to_owned(),
        ),
        (t::AUTOSCALER.shown(), bill.autoscaler.version.to_owned()),
        (
            t::CLOUD_CONTROLLER.shown(),
            bill.cloud_controller.version.to_owned(),
        ),
        (t::TEMPLATE.shown(), bill.template.to_owned()),
    ]
}

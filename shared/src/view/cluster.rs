//! The cluster itself: what exists of it, how it is reached, and what its machines said.

use super::{ClusterView, MachineView, ResourceView};
use crate::catalog::Money;
use crate::pace::Pace;
use crate::plan::{ClusterRef, StepId};
use crate::run::Run;

/// A launch knows what its steps made; a removal knows what it found.
pub(super) fn resources(run: &Run) -> Vec<ResourceView> {
    let exists = run.existing().into_iter();
    let shown = exists.map(|item| ResourceView {
        kind: item.kind,
        id: item.id.0,
        name: item.name,
        hourly: item.hourly.unwrap_or(Money::ZERO),
        unpriced: item.hourly.is_none(),
    });
    shown.collect()
}

pub(super) fn cluster(run: &Run) -> ClusterView {
    let (state, plan) = (run.state(), run.plan());
    let ClusterRef { name, id, zone } = &plan.cluster;
    let public = |key: &str| state.public.get(key).cloned();
    let address = [StepId::from("address"), StepId::from("control-plane-1")]
        .iter()
        .find_map(|step| state.addresses.get(step).copied())
        .or_else(|| plan.facts.standing.as_ref()?.address);
    let found = state.cluster.as_ref().map(|tag| tag.id.clone());
    ClusterView {
        name: name.clone(),
        id: id.clone().or(found),
        zone: zone.as_str().to_owned(),
        endpoint: address.map(|address| format!("https://{address}:6443")),
        ca_certificate: public("ca.crt"),
        client_certificate: public("admin.crt").filter(|certificate| !certificate.is_empty()),
        admin_public_key: public("admin-key"),
    }
}

pub(super) fn machines(run: &Run, pace: &Pace) -> Vec<MachineView> {
    let last = run
        .state()
        .reports
        .iter()
        .filter_map(|(name, reports)| Some((name, reports.last()?)));
    last.map(|(name, (at, report))| MachineView {
        name: name.clone(),
        stage: report.stage,
        state: report.state,
        at: pace.wall_at(*at),
        detail: report.detail.clone(),
    })
    .collect()
}

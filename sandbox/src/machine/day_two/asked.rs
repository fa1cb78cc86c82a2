//! A run asks: while its id stands on the control plane, it hears how the cluster is, every ten seconds.

use serde_json::json;

use super::{DayTwo, labels};
use crate::durations::EVIDENCE_PERIOD;
use crate::machine::cluster::Cluster;
use crate::machine::{evidence, outbox};
use crate::store::State;

/// How long until the next report.
pub(super) fn next(found: &DayTwo, now: u64) -> Option<u64> {
    found.asked.as_ref()?;
    let due = found.reported_at.map_or(now, |at| at + EVIDENCE_PERIOD);
    Some(due.saturating_sub(now).max(1))
}

/// One report, if somebody asks and the last one is old enough.
pub(crate) fn report(state: &mut State, id: &str) {
    let now = state.meta.now;
    let Some(cluster) = state.clusters.get(id) else {
        return;
    };
    let found = &cluster.day_two;
    let young = |at: u64| now < at + EVIDENCE_PERIOD;
    let asked = found
        .asked
        .clone()
        .filter(|_| !found.reported_at.is_some_and(young));
    let holder = cluster.holder(state).map(str::to_owned);
    let Some((run, holder)) = asked.zip(holder) else {
        return;
    };
    if outbox::can_call(state, &holder) {
        let evidence = evidence::measure(state, &holder).body;
        let body = json!({
            "stage": "ready", "state": "started", "seconds": 0, "detail": "", "evidence": evidence,
        });
        outbox::answer(state, &holder, &run, body.to_string());
    }
    if let Some(cluster) = state.clusters.get_mut(id) {
        cluster.day_two.reported_at = Some(now);
    }
}

/// Nobody holds the lease.
pub(crate) fn fall_silent(state: &mut State, id: &str) {
    let asked = |cluster: &Cluster| cluster.day_two.asked.is_some();
    if state.clusters.get(id).is_some_and(asked)
        && let Some(cluster) = state.clusters.get_mut(id)
    {
        cluster.day_two.asked = None;
    }
}

/// The run has ended, or does not know this machine: it is told no more.
pub(crate) fn refused(state: &mut State, instance: &str, run: &str) {
    for cluster in state
        .clusters
        .ids(|cluster| cluster.etcd.contains(instance))
    {
        if let Some(cluster) = state.clusters.get_mut(&cluster) {
            let found = &mut cluster.day_two;
            found.refused = Some(run.to_owned());
            found.asked = found.asked.take().filter(|asked| asked != run);
        }
    }
}

/// May the tick of that moment make a control plane call home?
pub(crate) fn may_call(state: &State, id: &str, due: u64) -> bool {
    let Some(cluster) = state.clusters.get(id) else {
        return false;
    };
    let found = &cluster.day_two;
    let will_see = found.noticed && stands(state, cluster);
    cluster.is_due_at(due) && cluster.api_is_up(state) && (found.asked.is_some() || will_see)
}

/// May the end of that operation?
pub(crate) fn may_begin(state: &State, operation: &str) -> bool {
    let operation = state.operations.get(operation);
    operation.is_some_and(|operation| operation.labels_a_machine(labels::ASK))
}

/// Is there a question on a control plane that has not been answered for good?
fn stands(state: &State, cluster: &Cluster) -> bool {
    let planes = cluster.etcd.iter();
    let mut planes = planes.filter_map(|plane| state.instances.get(plane));
    planes.any(|plane| {
        let run = labels::ask(&plane.settings.labels);
        run.is_some() && run != cluster.day_two.refused.as_ref()
    })
}

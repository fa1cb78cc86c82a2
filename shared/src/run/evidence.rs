//! Judges what the first control plane measured: the machine measures, the run decides.

use super::schedule::EVIDENCE_PATIENCE_MS;
use super::{Run, Target, TaskState};
use crate::bootstrap::machine::KeyName;
use crate::bootstrap::{Evidence, Report, StageState};
use crate::plan::{Action, Plan, PoolPlan, Resource};
use crate::time::Timestamp;

impl Run {
    pub(super) fn weigh_evidence(&mut self, now: Timestamp, target: &Target, state: &TaskState) {
        if let Some((machine, report)) = self.failed_machine(now) {
            let what = format!(
                "{machine} failed in the stage {:?}: {}",
                report.stage, report.detail
            );
            return self.fail_with(
                now,
                target,
                &what,
                "The machine's own words are above; the launch is taken back.",
            );
        }
        let evidence = self.last_evidence().cloned();
        let short = evidence
            .as_ref()
            .map(|evidence| shortfall(&self.plan, evidence));
        if short.as_ref().is_some_and(Vec::is_empty) {
            let nodes = evidence.map_or(0, |evidence| evidence.nodes.len());
            let detail = Some(format!("{nodes} nodes ready"));
            return self.done(now, target, detail);
        }
        self.due(state.patient_since.plus_ms(EVIDENCE_PATIENCE_MS));
        if let Some(at) = self.failure_due() {
            self.due(at);
        }
    }

    /// The newest evidence.
    pub(crate) fn last_evidence(&self) -> Option<&Evidence> {
        let reports = self.state.reports.get(WITNESS)?;
        let mut newest_first = reports.iter().rev();
        newest_first.find_map(|(_, report)| report.evidence.as_ref())
    }

    /// A machine whose last word is a failure, and that has not tried again since.
    fn failed_machine(&self, now: Timestamp) -> Option<(String, Report)> {
        self.last_failures()
            .find(|(_, at, _)| at.plus_ms(FAILURE_GRACE_MS) <= now)
            .map(|(machine, _, report)| (machine.clone(), report.clone()))
    }

    fn failure_due(&self) -> Option<Timestamp> {
        self.last_failures()
            .map(|(_, at, _)| at.plus_ms(FAILURE_GRACE_MS))
            .min()
    }

    fn last_failures(&self) -> impl Iterator<Item = (&String, Timestamp, &Report)> {
        self.state.reports.iter().filter_map(|(machine, reports)| {
            let (at, report) = reports.last()?;
            (report.state == StageState::Failed).then_some((machine, *at, report))
        })
    }
}

/// What the evidence does not show yet; empty when the cluster is ready.
pub fn shortfall(plan: &Plan, evidence: &Evidence) -> Vec<String> {
    let mut short = Vec::new();
    let ready = evidence
        .nodes
        .iter()
        .filter(|node| node.ready && node.initialised)
        .count();
    let wanted = machines(plan);
    if ready < wanted {
        short.push(format!("{ready} of {wanted} nodes are ready"));
    }
    if !evidence.dns {
        short.push("cluster DNS does not answer".to_owned());
    }
    for pool in pools(plan) {
        let bounds = evidence
            .autoscaler
            .iter()
            .find(|bounds| bounds.pool == pool.name);
        match bounds {
            Some(bounds) if bounds.min == pool.min && bounds.max == pool.max => {}
            Some(bounds) => {
                short.push(format!(
                    "the autoscaler holds {} to {}–{}",
                    pool.name, bounds.min, bounds.max
                ));
            }
            None => short.push(format!("the autoscaler does not list {}", pool.name)),
        }
        if !evidence
            .rotation
            .iter()
            .any(|rotation| rotation.pool == pool.name && rotation.read_back)
        {
            short.push(format!("no join token was rotated into {}", pool.name));
        }
    }
    if evidence.pending_certificates > 0 {
        short.push(format!(
            "{} certificate requests are pending",
            evidence.pending_certificates
        ));
    }
    for key in [
        KeyName::Autoscaler,
        KeyName::CloudController,
        KeyName::TokenRotation,
    ] {
        if evidence.keys.get(&key) != Some(&true) {
            short.push(format!("the key {key:?} has not been used"));
        }
    }
    short
}

fn machines(plan: &Plan) -> usize {
    let in_pools: u32 = pools(plan).map(|pool| pool.size).sum();
    let control_planes = resources(plan)
        .filter(|resource| matches!(resource, Resource::Instance(_)))
        .count();
    control_planes.saturating_add(usize::try_from(in_pools).unwrap_or(usize::MAX))
}

fn pools(plan: &Plan) -> impl Iterator<Item = &PoolPlan> {
    resources(plan).filter_map(|resource| {
        let Resource::InstancePool(pool) = resource else {
            return None;
        };
        Some(pool.as_ref())
    })
}

fn resources(plan: &Plan) -> impl Iterator<Item = &Resource> {
    plan.steps
        .iter()
        .flat_map(|step| &step.tasks)
        .filter_map(|task| {
            let Action::Create { resource } = &task.action else {
                return None;
            };
            Some(resource.as_ref())
        })
}

/// The machine that measures for all of them.
const WITNESS: &str = "control-plane-1";

/// The machine's own unit starts its script again after a failure; only one that stays failed is given up.
const FAILURE_GRACE_MS: u64 = 120_000;

//! Judges what the first control plane measured: the machine measures, the run decides.

use super::ending::Trouble;
use super::schedule::EVIDENCE_PATIENCE_MS;
use super::{Run, Target, TaskState};
use crate::bootstrap::machine::KeyName;
use crate::bootstrap::{Evidence, Report, StageState};
use crate::exoscale::Class;
use crate::plan::{Plan, PoolPlan, Resource, StepId};
use crate::time::Timestamp;

impl Run {
    pub(super) fn weigh_evidence(&mut self, now: Timestamp, target: &Target, state: &TaskState) {
        if self.give_up_on_machines(now, target) {
            return;
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
    }

    /// Ends the task if a machine has failed and stays failed.
    pub(super) fn give_up_on_machines(&mut self, now: Timestamp, target: &Target) -> bool {
        if let Some(at) = self.failure_due() {
            self.due(at);
        }
        let Some((machine, report)) = self.failed_machine(now) else {
            return false;
        };
        let what = format!(
            "{machine} failed in the stage {:?}: {}",
            report.stage, report.detail
        );
        let hint = "The machine's own words are above; a launch is taken back.";
        self.fail_with(
            now,
            target,
            &Trouble {
                class: Class::Machine,
                why: &what,
                hint,
            },
        );
        true
    }

    /// The newest evidence: from the first control plane at a launch, later from whichever holds the lease.
    pub(crate) fn last_evidence(&self) -> Option<&Evidence> {
        let measured = self.state.reports.values().filter_map(|reports| {
            let mut newest_first = reports.iter().rev();
            newest_first.find_map(|(at, report)| Some((*at, report.evidence.as_deref()?)))
        });
        measured
            .max_by_key(|(at, _)| *at)
            .map(|(_, evidence)| evidence)
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
    for (key, _) in keys(plan) {
        if evidence.keys.get(&key) != Some(&true) {
            short.push(format!("the key {key:?} has not been used"));
        }
    }
    short
}

/// The keys that the plan mints for the cluster, by the step that mints each.
pub(super) fn keys(plan: &Plan) -> impl Iterator<Item = (KeyName, &StepId)> {
    plan.steps.iter().filter_map(|step| {
        let name = step.id.0.strip_prefix("key-")?;
        KeyName::parse(name).map(|key| (key, &step.id))
    })
}

fn machines(plan: &Plan) -> usize {
    let in_pools: u32 = pools(plan).map(|pool| pool.size).sum();
    let control_planes = plan
        .resources()
        .filter(|resource| matches!(resource, Resource::Instance(_)))
        .count();
    control_planes.saturating_add(usize::try_from(in_pools).unwrap_or(usize::MAX))
}

fn pools(plan: &Plan) -> impl Iterator<Item = &PoolPlan> {
    plan.resources().filter_map(|resource| {
        let Resource::InstancePool(pool) = resource else {
            return None;
        };
        Some(pool.as_ref())
    })
}

/// The machine's own unit starts its script again after a failure; only one that stays failed is given up.
const FAILURE_GRACE_MS: u64 = 120_000;

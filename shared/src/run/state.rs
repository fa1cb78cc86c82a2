//! What the journal adds up to. Nothing in here comes from anywhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use super::setbacks::Setbacks;
use super::task::{IllegalEvent, Phase, TaskState};
use super::{
    Check, Entry, Event, Fact, Findings, Item, Kept, Leftover, Outcome, Problem, Proof, Shred,
    Target, Unknown,
};
use crate::bootstrap::Report;
use crate::exoscale::{CallError, Kind, ResourceId, Retry};
use crate::plan::{Action, ClusterTag, Plan, StepId};
use crate::time::Timestamp;

/// The fold of a journal.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The number of the last line.
    pub seq: u64,
    /// When the last line was written.
    pub last_at: Timestamp,
    /// When the run was accepted.
    pub started_at: Option<Timestamp>,
    /// Up to when everything that was due has been asked.
    pub asked_until: Timestamp,
    /// When the next wake-up was due.
    pub wakes_at: Timestamp,
    /// Where each task stands that has begun, and each thing that is being removed.
    pub tasks: BTreeMap<Target, TaskState>,
    /// The resource that each step made.
    pub ids: BTreeMap<StepId, ResourceId>,
    /// The identifiers of instance types.
    pub instance_types: BTreeMap<String, ResourceId>,
    /// The identifiers of templates.
    pub templates: BTreeMap<String, ResourceId>,
    /// The public addresses that steps brought.
    pub addresses: BTreeMap<StepId, Ipv4Addr>,
    /// What was checked before the first change.
    pub checks: Vec<Check>,
    /// The cluster that an inventory found.
    pub cluster: Option<ClusterTag>,
    /// When everything was listed last.
    pub stocked_at: Timestamp,
    /// What inventories and listings found, and what has become of it.
    pub findings: Findings,
    /// What is left alone.
    pub kept: Vec<Kept>,
    /// What the last inventory could not list.
    pub unknown: Vec<Unknown>,
    /// Runs that may be making something beside the cluster that is being removed.
    pub beside: BTreeSet<String>,
    /// What went wrong last with what is tried again.
    pub setbacks: Setbacks,
    /// Kinds of which a creation was ever in doubt: their listings are not believed at once.
    pub doubted: BTreeSet<Kind>,
    /// Kinds of which a creation was ever intended.
    pub intended: BTreeSet<Kind>,
    /// What was made at the edge and is not secret.
    pub public: BTreeMap<String, String>,
    /// The admin's public key that was sent last.
    pub admin_key: Option<String>,
    /// What each machine said, in order.
    pub reports: BTreeMap<String, Vec<(Timestamp, Report)>>,
    /// The machines that have their bundle on disk.
    pub confirmed: BTreeSet<String>,
    /// The problem that a task ended with.
    pub problems: BTreeMap<Target, Problem>,
    /// Steps whose instance is started before it is put on its network.
    pub turned: BTreeSet<StepId>,
    /// Why everything is taken back.
    pub undoing: Option<Problem>,
    /// What could not be removed, while it is a person's turn.
    pub stuck: Option<Vec<Leftover>>,
    /// How it ended.
    pub outcome: Option<(Outcome, Timestamp)>,
    /// When it became a person's turn.
    pub stuck_at: Timestamp,
    /// Whether the owner has the certificate.
    pub collected: bool,
    /// Which secrets are gone.
    pub shredded: Option<Shred>,
}

impl State {
    /// Adds a line.
    pub fn apply(&mut self, plan: &Plan, entry: &Entry) -> Result<(), IllegalEvent> {
        if let Some(target) = entry.event.target() {
            self.move_task(entry.at, target, &entry.event)?;
        }
        self.setbacks.note(entry);
        self.seq = entry.seq;
        self.last_at = self.last_at.max(entry.at);
        self.note(plan, entry);
        Ok(())
    }

    /// Whether whoever takes back only what is known to have been made would not take this back.
    pub(super) fn overlooks(&self, id: &ResourceId) -> bool {
        self.undoing.is_some() && self.ids.values().all(|known| known != id)
    }

    fn move_task(
        &mut self,
        at: Timestamp,
        target: &Target,
        event: &Event,
    ) -> Result<(), IllegalEvent> {
        if let Event::TaskStarted { .. } = event {
            self.tasks
                .entry(target.clone())
                .or_insert_with(|| TaskState::begun(at));
            return Ok(());
        }
        let Some(state) = self.tasks.get(target) else {
            return Err(IllegalEvent::new(&Phase::Idle { at }, target, event));
        };
        let next = state.after(at, event, target)?;
        if let (Event::TaskDone { .. }, Some(id)) = (event, &target.item) {
            // What asked for its removal and was told of the end is sure; what found nothing to remove is, too.
            let proof = match &state.phase {
                Phase::Working { operation } if next.detail.is_none() => {
                    Proof::Operation(operation.clone())
                }
                Phase::Working { .. }
                | Phase::Idle { .. }
                | Phase::Intended
                | Phase::Doubtful { .. }
                | Phase::Clearing
                | Phase::Holds
                | Phase::Done
                | Phase::Failed => Proof::NotFound,
            };
            self.findings.remove(at, id, &proof);
        }
        self.tasks.insert(target.clone(), next);
        Ok(())
    }

    fn note(&mut self, plan: &Plan, entry: &Entry) {
        match &entry.event {
            Event::RunStarted => self.started_at = Some(entry.at),
            Event::AdminKey { public_key } => self.admin_key = Some(public_key.clone()),
            Event::Intended { target, .. } => self.intended.extend(created_kind(plan, target)),
            Event::Accepted {
                target,
                id: Some(id),
                ..
            }
            | Event::Found {
                target,
                id: Some(id),
            } => {
                if created_kind(plan, target).is_some() {
                    self.ids.insert(target.step.clone(), id.clone());
                }
            }
            Event::Refused { target, error, .. } => self.turn_round(plan, target, error),
            Event::Doubted { target, .. } => self.doubted.extend(created_kind(plan, target)),
            Event::Listed { target, items } => self.note_listing(plan, entry.at, target, items),
            Event::Inventory {
                target,
                cluster,
                items,
                kept,
                unknown,
                beside,
            } => {
                self.cluster.clone_from(cluster);
                self.kept.clone_from(kept);
                self.unknown.clone_from(unknown);
                self.beside.extend(beside.iter().cloned());
                self.take_stock(plan, entry.at, target, items);
            }
            Event::Checked { checks, .. } => self.checks.clone_from(checks),
            Event::Learned { fact } => self.learn(fact),
            Event::Made { public, .. } => self.public.extend(public.clone()),
            Event::TaskFailed { target, problem } => {
                self.problems.insert(target.clone(), problem.clone());
            }
            Event::Reported { machine, report } => {
                self.reports
                    .entry(machine.clone())
                    .or_default()
                    .push((entry.at, report.clone()));
            }
            Event::Confirmed { machine } => {
                self.confirmed.insert(machine.clone());
            }
            Event::Undoing { problem } => self.undoing = Some(problem.clone()),
            Event::Stuck { leftovers } => {
                self.stuck = Some(leftovers.clone());
                self.stuck_at = entry.at;
            }
            Event::Retried => self.revive(entry.at),
            Event::Finished { outcome } => self.outcome = Some((*outcome, entry.at)),
            Event::Collected => self.collected = true,
            Event::Shredded { what } => self.shredded = Some(*what),
            Event::Away { ms } => self.be_patient(*ms),
            Event::Slept { until } => {
                self.asked_until = entry.at;
                self.wakes_at = *until;
            }
            Event::TaskStarted { .. }
            | Event::Accepted { .. }
            | Event::Found { .. }
            | Event::NotDone { .. }
            | Event::TaskDone { .. } => {}
        }
    }

    /// Only what can be done the other way round is tried again after such a refusal.
    fn turn_round(&mut self, plan: &Plan, target: &Target, error: &CallError) {
        let attaches = matches!(action(plan, target), Some(Action::AttachNetwork { .. }));
        if attaches && error.retry() == Retry::Never {
            self.turned.insert(target.step.clone());
        }
    }

    /// A listing names what is to be removed: each item becomes a target of its own. One that was removed before and
    /// is listed again is removed again.
    fn note_listing(&mut self, plan: &Plan, at: Timestamp, target: &Target, items: &[Item]) {
        match swept_kind(plan, target) {
            Some(kind) => self.findings.list_kind(at, kind, items),
            None => self.findings.see(items),
        }
        for item in items {
            let state = self
                .tasks
                .entry(target.of_item(&item.id))
                .or_insert_with(|| TaskState::begun(at));
            if state.phase == Phase::Done {
                *state = TaskState::begun(at);
            }
        }
    }

    fn take_stock(&mut self, plan: &Plan, at: Timestamp, target: &Target, items: &[Item]) {
        self.stocked_at = at;
        // What is found now is removed before the next look, as long as that takes.
        if let Some(state) = self.tasks.get_mut(target) {
            state.patient_since = at;
        }
        let unlisted: Vec<Kind> = self.unknown.iter().map(|unknown| unknown.kind).collect();
        self.findings.list_all(at, &unlisted, items);
        self.sweep_again(plan, at);
    }

    /// What a last look still finds is removed once more.
    fn sweep_again(&mut self, plan: &Plan, at: Timestamp) {
        let kinds: BTreeSet<Kind> = self.findings.here().map(|item| item.kind).collect();
        for (target, state) in &mut self.tasks {
            let again = swept_kind(plan, target).is_some_and(|kind| kinds.contains(&kind));
            if again && target.item.is_none() && state.phase == Phase::Done {
                *state = TaskState::begun(at);
            }
        }
    }

    fn learn(&mut self, fact: &Fact) {
        match fact {
            Fact::InstanceType { name, id } => {
                self.instance_types.insert(name.clone(), id.clone());
            }
            Fact::Template { name, id } => {
                self.templates.insert(name.clone(), id.clone());
            }
            Fact::Address { step, address } => {
                self.addresses.insert(step.clone(), *address);
            }
        }
    }

    fn be_patient(&mut self, ms: u64) {
        for state in self.tasks.values_mut() {
            state.patient_since = state.patient_since.plus_ms(ms);
        }
    }

    /// How long the person took to say so is nobody's delay.
    fn revive(&mut self, at: Timestamp) {
        self.stuck = None;
        self.shredded = None;
        self.problems.clear();
        for state in self.tasks.values_mut() {
            state.patient_since = at;
            if state.phase == Phase::Failed {
                *state = state.revived(at);
            }
        }
    }
}

/// The kind of resource that a target makes, if it makes one.
pub(crate) fn created_kind(plan: &Plan, target: &Target) -> Option<Kind> {
    let resource = action(plan, target)?.resource()?;
    target.item.is_none().then(|| resource.kind())
}

/// The kind of resource that a target removes, if it removes one.
pub(crate) fn swept_kind(plan: &Plan, target: &Target) -> Option<Kind> {
    let Some(Action::Sweep { kind }) = action(plan, target) else {
        return None;
    };
    Some(*kind)
}

/// What a target's task does.
pub(crate) fn action<'a>(plan: &'a Plan, target: &Target) -> Option<&'a Action> {
    plan.step(&target.step)?
        .tasks
        .get(target.task)
        .map(|task| &task.action)
}

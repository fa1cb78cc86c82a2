//! How a run turns and ends: failure, undo, stuck, done, and what is destroyed afterwards.

use super::graph::Done;
use super::schedule::AUTHORITY_KEPT_MS;
use super::{Event, Outcome, Output, Phase, Problem, Run, Shred, Target, TaskState};
use crate::exoscale::{CallError, Class, Kind};
use crate::plan::{Action, Gather, Make, PlanKind, Task};
use crate::time::Timestamp;

/// Why a task cannot be finished, where no call says it.
pub(super) struct Trouble<'a> {
    pub(super) class: Class,
    pub(super) why: &'a str,
    pub(super) hint: &'a str,
}

impl Run {
    /// Ends a task for good.
    pub(super) fn fail(&mut self, now: Timestamp, target: &Target, error: &CallError) {
        let class = error.class();
        let problem = Problem {
            what: self.what_failed(target),
            why: error.to_string(),
            hint: class.next().to_owned(),
            class: Some(class),
        };
        self.record(
            now,
            Event::TaskFailed {
                target: target.clone(),
                problem,
            },
        );
    }

    /// Ends a task for good, for a reason that is not a call's.
    pub(super) fn fail_with(&mut self, now: Timestamp, target: &Target, trouble: &Trouble<'_>) {
        let problem = Problem {
            what: self.what_failed(target),
            why: trouble.why.to_owned(),
            hint: trouble.hint.to_owned(),
            class: Some(trouble.class),
        };
        self.record(
            now,
            Event::TaskFailed {
                target: target.clone(),
                problem,
            },
        );
    }

    /// Ends a sweep of which something could not be removed.
    pub(super) fn fail_sweep(&mut self, now: Timestamp, target: &Target, kind: Kind) {
        let what = format!("not every {} could be removed", kind.noun());
        let trouble = Trouble {
            class: Class::Dependency,
            why: &what,
            hint: "Remove what is named, then retry.",
        };
        self.fail_with(now, target, &trouble);
    }

    fn what_failed(&self, target: &Target) -> String {
        let title = self
            .plan
            .step(&target.step)
            .map_or("", |step| step.title.as_str());
        target
            .item
            .as_ref()
            .map_or_else(|| title.to_owned(), |id| format!("{title}: {id}"))
    }

    /// Turns a run whose plan is finished or has failed. Says whether it turned.
    pub(super) fn turn(&mut self, now: Timestamp, done: &Done<'_>) -> bool {
        if done.is_all() || self.has_nothing_to_take_back() || self.sees_nothing_left() {
            let outcome = match (self.state.undoing.is_some(), self.plan.kind) {
                (true, _) => Outcome::Undone,
                (false, PlanKind::Launch) => Outcome::Ready,
                (false, PlanKind::Destroy) => Outcome::Destroyed,
                (false, PlanKind::Resize | PlanKind::Access | PlanKind::Renew | PlanKind::Bake) => {
                    Outcome::Done
                }
            };
            self.record(now, Event::Finished { outcome });
            return true;
        }
        let Some(problem) = self.first_problem() else {
            return false;
        };
        if self.state.undoing.is_none() && !self.plan.undo.is_empty() {
            self.record(now, Event::Undoing { problem });
            return true;
        }
        // Whatever does not depend on the failure is still removed; then it is a person's turn.
        if self.something_moves() || self.last_look().is_some() {
            return false;
        }
        let leftovers = self.leftovers(&problem);
        self.record(now, Event::Stuck { leftovers });
        true
    }

    /// Whether a run that is being taken back never meant to make anything: then there is nothing to look for, and a
    /// key that may not list everything is no reason to doubt that.
    fn has_nothing_to_take_back(&self) -> bool {
        self.state.undoing.is_some()
            && self.state.intended.is_empty()
            && !self.forward_is_in_flight()
    }

    fn first_problem(&self) -> Option<Problem> {
        let ours = |target: &Target| {
            self.steps().iter().any(|step| step.id == target.step) && target.item.is_none()
        };
        self.state
            .problems
            .iter()
            .find(|(target, _)| ours(target))
            .map(|(_, problem)| problem.clone())
    }

    /// The listing of everything with which a removal ends, where something has failed and the others are over: the
    /// first listing may have been behind, and a person is told exactly what is left. Without a first one there is no
    /// last one.
    pub(super) fn last_look(&self) -> Option<Target> {
        if !self.takes_away() || self.first_problem().is_none() || self.something_moves() {
            return None;
        }
        let first = self.state.tasks.get(&self.gathering(Gather::Inventory)?)?;
        let last = self.gathering(Gather::Verify)?;
        let over = self.state.tasks.get(&last).is_some_and(TaskState::is_over);
        (first.phase == Phase::Done && !over).then_some(last)
    }

    /// Whether the last look has shown that nothing is left. Then it does not matter what could not be removed before.
    fn sees_nothing_left(&self) -> bool {
        let last = self.gathering(Gather::Verify);
        let last = last.and_then(|last| self.state.tasks.get(&last));
        self.takes_away() && last.is_some_and(|last| last.phase == Phase::Done)
    }

    fn gathering(&self, wanted: Gather) -> Option<Target> {
        let gathers =
            |task: &Task| matches!(task.action, Action::Gather { gather } if gather == wanted);
        let mut steps = self.steps().iter();
        let step = steps.find(|step| step.tasks.iter().any(gathers))?;
        Some(Target::task(&step.id, 0))
    }

    pub(super) fn something_moves(&self) -> bool {
        self.steps().iter().any(|step| {
            let open = step.needs.iter().all(|need| self.step_is_done(need));
            open && (0..step.tasks.len()).any(|index| {
                let state = self.state.tasks.get(&Target::task(&step.id, index));
                !state.is_some_and(TaskState::is_over)
            })
        })
    }

    /// Signs a certificate for the owner's newest key, also after the end: a reloaded tab has a new one.
    pub(super) fn certify_admin(&mut self, now: Timestamp) {
        let Some(public_key) = self.state.admin_key.clone() else {
            return;
        };
        let Some(spec) = self.plan.spec.as_ref() else {
            return;
        };
        if self.certificate_is_due() {
            let hours = u32::from(spec.kubeconfig_hours().get());
            self.make(now, None, Make::AdminCertificate { public_key, hours });
        }
    }

    /// Whether the owner has sent a key that can be certified and is not.
    fn certificate_is_due(&self) -> bool {
        let state = &self.state;
        let certified =
            state.admin_key.is_none() || state.public.get("admin-key") == state.admin_key.as_ref();
        let possible = state.public.contains_key("ca.crt") && state.shredded != Some(Shred::All);
        let ready_or_on_its_way = state.outcome.is_none_or(|(how, _)| how == Outcome::Ready);
        !certified
            && possible
            && state.undoing.is_none()
            && state.stuck.is_none()
            && ready_or_on_its_way
    }

    /// Destroys what is no longer needed, as soon as it is not.
    pub(super) fn after_the_end(&mut self, now: Timestamp) {
        let Some((outcome, ended_at)) = self.state.outcome else {
            return self.while_stuck(now);
        };
        let until = ended_at.plus_ms(AUTHORITY_KEPT_MS);
        let keeps_authority = outcome == Outcome::Ready && !self.state.collected && until > now;
        let wanted = if keeps_authority {
            Shred::AllButAuthority
        } else {
            Shred::All
        };
        if self.state.shredded != Some(wanted)
            && self.state.shredded != Some(Shred::All)
            && self.wake.making.is_none()
            && !self.certificate_is_due()
        {
            self.queue.push_back(Output::Shred(wanted));
            self.record(now, Event::Shredded { what: wanted });
        }
        if keeps_authority {
            self.due(until);
        }
    }

    /// A stuck run keeps its credentials for a day, so that a retry needs only a click.
    fn while_stuck(&mut self, now: Timestamp) {
        let until = self.state.stuck_at.plus_ms(AUTHORITY_KEPT_MS);
        if until > now {
            self.due(until);
        } else if self.state.shredded != Some(Shred::All) {
            self.queue.push_back(Output::Shred(Shred::All));
            self.record(now, Event::Shredded { what: Shred::All });
        } else {
            // Nothing happens by itself any more; a retry brings its own wake-up.
            self.due(now.plus_ms(ABANDONED_MS));
        }
    }

    /// The end, once nothing is left to destroy.
    pub(super) fn over(&self) -> Option<Output> {
        let (outcome, _) = self.state.outcome?;
        (self.state.shredded == Some(Shred::All)).then_some(Output::Finished(outcome))
    }
}

/// Why a launch that was cancelled is taken back.
pub(super) fn cancelled() -> Problem {
    Problem {
        what: "The launch was cancelled".to_owned(),
        why: "you asked for it".to_owned(),
        hint: "Nothing to do: what was made is being removed.".to_owned(),
        class: None,
    }
}

/// How long nobody need look at a run that was left stuck.
const ABANDONED_MS: u64 = 30 * 24 * 3_600_000;

//! What to do next with each task that is open. The order of the plan is kept here and nowhere else.

use std::sync::Arc;

use super::graph::{Done, Graph};
use super::schedule::{self, MAKES_PER_WAKE, SETTLE_MS, interrupted, next_poll};
use super::state::action;
use super::{CallId, Event, Output, Phase, Purpose, Run, Target, TaskState};
use crate::exoscale::{Call, OperationId};
use crate::plan::{Action, Make, Plan, Step, StepId, Task};
use crate::time::Timestamp;

impl Run {
    /// Starts and works on everything that is open, or brings the run to its end.
    pub(super) fn advance(&mut self, now: Timestamp) {
        if self.state.started_at.is_none() {
            return;
        }
        self.certify_admin(now);
        if self.state.outcome.is_some() || self.state.stuck.is_some() {
            return self.after_the_end(now);
        }
        let (plan, graph) = (Arc::clone(&self.plan), self.graph());
        let done = graph.done(self.steps(), &self.state.tasks);
        if self.turn(now, &done) {
            return;
        }
        for target in self.open_targets(&done).into_iter().chain(self.last_look()) {
            if self.state.tasks.contains_key(&target) {
                self.work(now, &plan, &target);
            } else {
                self.record(now, Event::TaskStarted { target });
            }
        }
    }

    /// The tasks whose needs are met and that are not over. While a call of the way forward is still under way, the
    /// way back does not begin: what it makes must be there to be found.
    fn open_targets(&self, done: &Done<'_>) -> Vec<Target> {
        if self.state.undoing.is_some() && self.forward_is_in_flight() {
            return Vec::new();
        }
        let mut open = Vec::new();
        let steps = self.steps().iter().enumerate();
        for (_, step) in steps.filter(|(number, _)| done.is_open(*number)) {
            let begun = self.begun(step);
            let begun = |index: usize| begun.get(index).copied().flatten();
            let done = |index| is_done(begun(index));
            for (index, task) in step.tasks.iter().enumerate() {
                let is_over = begun(index).is_some_and(TaskState::is_over);
                if !is_over && self.needs_are_met(step, index, task, done) {
                    open.push(Target::task(&step.id, index));
                }
            }
        }
        open
    }

    /// How far each task of a step is, if it has begun. They lie beside each other, each with what it removes.
    fn begun(&self, step: &Step) -> Vec<Option<&TaskState>> {
        let mut begun = vec![None; step.tasks.len()];
        let from = self.state.tasks.range(Target::task(&step.id, 0)..);
        for (target, state) in from.take_while(|(target, _)| target.step == step.id) {
            if target.item.is_none()
                && let Some(place) = begun.get_mut(target.task)
            {
                *place = Some(state);
            }
        }
        begun
    }

    fn graph(&self) -> Arc<Graph> {
        Arc::clone(if self.state.undoing.is_some() {
            &self.back
        } else {
            &self.forward
        })
    }

    /// Whether all is done that a task waits for within its step. Nobody documents whether a stopped instance can be put
    /// on a network: where Exoscale refuses it, it is started first, and its machine waits for the card.
    fn needs_are_met(
        &self,
        step: &Step,
        index: usize,
        task: &Task,
        done: impl Fn(usize) -> bool,
    ) -> bool {
        let before = |task: &Task| task.needs.iter().all(|need| done(*need));
        if self.state.turned.contains(&step.id) {
            let place =
                |of: fn(&Action) -> bool| step.tasks.iter().position(|task| of(&task.action));
            let attach = place(|action| matches!(action, Action::AttachNetwork { .. }));
            let start = place(|action| matches!(action, Action::Start { .. }));
            let running = place(|action| matches!(action, Action::Watch { .. }));
            if Some(index) == attach {
                // That it was told to start does not mean that it runs.
                return running.is_some_and(done);
            }
            if Some(index) == start {
                return attach.and_then(|at| step.tasks.get(at)).is_some_and(before);
            }
        }
        before(task)
    }

    /// Whether a refusal can be met by doing things the other way round.
    pub(super) fn can_turn(&self, target: &Target) -> bool {
        let attaches = matches!(
            action(&self.plan, target),
            Some(Action::AttachNetwork { .. })
        );
        attaches && !self.state.turned.contains(&target.step)
    }

    pub(super) fn forward_is_in_flight(&self) -> bool {
        self.wake
            .in_flight
            .values()
            .any(|(target, _)| self.plan.steps.iter().any(|step| step.id == target.step))
    }

    /// Whether a step of the plan is done.
    pub(crate) fn step_is_done(&self, id: &StepId) -> bool {
        let step = self.plan.step(id);
        step.is_some_and(|step| self.begun(step).into_iter().all(is_done))
    }

    /// One move of one task.
    fn work(&mut self, now: Timestamp, plan: &Plan, target: &Target) {
        if self.is_in_flight(target) {
            return;
        }
        let (Some(state), Some(action)) =
            (self.state.tasks.get(target).cloned(), action(plan, target))
        else {
            return;
        };
        let patience = schedule::patience_ms(action);
        if now.since_ms(state.patient_since) > patience {
            return self.fail(now, target, &schedule::too_long(patience));
        }
        match action {
            Action::Gather { gather } => self.gather(now, target, &state, *gather),
            Action::Make { make } => self.make(now, Some(target.clone()), make.clone()),
            Action::Watch { .. } | Action::TakeToken { .. } => self.watch(now, target, &state),
            Action::Evidence => self.weigh_evidence(now, target, &state),
            Action::Hear { word } => self.hear(now, target, &state, word),
            Action::Point { .. } => self.point(now, target, &state),
            Action::Sweep { kind } => self.sweep(now, target, &state, *kind),
            Action::Create { .. }
            | Action::AddRule { .. }
            | Action::AttachNetwork { .. }
            | Action::AttachAddress { .. }
            | Action::Start { .. }
            | Action::Set { .. }
            | Action::Remove { .. }
            | Action::RemoveRule { .. }
            | Action::Guard { .. } => self.change(now, target, &state),
        }
    }

    /// One move of something that changes one thing: intend, send, doubt, look, poll.
    pub(super) fn change(&mut self, now: Timestamp, target: &Target, state: &TaskState) {
        match &state.phase {
            Phase::Idle { at } if *at > now => self.due(*at),
            Phase::Idle { .. } => self.act(now, target),
            Phase::Intended => {
                self.doubted(now, target, interrupted(), now.plus_ms(SETTLE_MS));
            }
            Phase::Doubtful { look_at } if *look_at > now => self.due(*look_at),
            Phase::Doubtful { .. } => self.look(now, target),
            Phase::Working { operation } => self.ask_after(now, target, state, operation.clone()),
            Phase::Clearing => self.clear(now, target),
            Phase::Holds => self.done(now, target, None),
            Phase::Done | Phase::Failed => {}
        }
    }

    fn act(&mut self, now: Timestamp, target: &Target) {
        if !self.may_send(now) {
            return;
        }
        match self.act_call(target) {
            Some(call) => {
                self.record(
                    now,
                    Event::Intended {
                        target: target.clone(),
                        call: call.operation(),
                    },
                );
                self.send(target, Purpose::Act, call);
            }
            None => self.fail(now, target, &schedule::unknown_reference()),
        }
    }

    fn look(&mut self, now: Timestamp, target: &Target) {
        match self.look_call(target) {
            Some(call) if self.may_send(now) => self.send(target, Purpose::Look, call),
            Some(_) => {}
            // What can be asked again without harm needs no look.
            None => self.record(
                now,
                Event::Found {
                    target: target.clone(),
                    id: None,
                },
            ),
        }
    }

    fn ask_after(
        &mut self,
        now: Timestamp,
        target: &Target,
        state: &TaskState,
        operation: OperationId,
    ) {
        if self.poll_is_due(now, target, state) {
            self.send(target, Purpose::Poll, Call::Operation(operation));
        }
    }

    /// Whether it is time to ask about something that began when the phase did; if not, when it will be.
    pub(super) fn poll_is_due(
        &mut self,
        now: Timestamp,
        target: &Target,
        state: &TaskState,
    ) -> bool {
        let asked = self.wake.asked_at.get(target).copied().unwrap_or_default();
        let after = self.state.asked_until.max(asked).max(state.since);
        let at = next_poll(state.since, self.typical_ms(target), after);
        if at > now {
            self.due(at);
            return false;
        }
        self.may_send(now)
    }

    fn typical_ms(&self, target: &Target) -> u64 {
        let task = self
            .plan
            .step(&target.step)
            .and_then(|step| step.tasks.get(target.task));
        task.map_or(0, |task| task.typical_ms)
    }

    fn watch(&mut self, now: Timestamp, target: &Target, state: &TaskState) {
        if self.poll_is_due(now, target, state) {
            match self.look_call(target) {
                Some(call) => self.send(target, Purpose::Look, call),
                None => self.fail(now, target, &schedule::unknown_reference()),
            }
        }
    }

    /// Has something made at the edge, one thing at a time and few in a wake-up.
    pub(super) fn make(&mut self, now: Timestamp, target: Option<Target>, make: Make) {
        if self.wake.making.is_some() {
            return;
        }
        if self.wake.makes >= MAKES_PER_WAKE {
            return self.due(now);
        }
        self.wake.makes = self.wake.makes.saturating_add(1);
        self.wake.last_call = self.wake.last_call.saturating_add(1);
        let call = CallId(self.wake.last_call);
        self.wake.making = Some((call, target, make.clone()));
        self.queue.push_back(Output::Make { call, make });
    }
}

/// Whether a task has begun, and is done.
fn is_done(begun: Option<&TaskState>) -> bool {
    begun.is_some_and(|state| state.phase == Phase::Done)
}

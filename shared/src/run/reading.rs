//! What an answer means for the task that asked.

use super::schedule::{backoff_ms, lock_pause_ms, settle_ms};
use super::state::action;
use super::{CallId, Event, Output, Phase, Product, Purpose, Run, Target, TaskState};
use crate::exoscale::{
    CallError, Kind, Minted, Operation, OperationState, Reply, ResourceId, Retry,
};
use crate::plan::Action;
use crate::sabotage::{Bug, has};
use crate::time::Timestamp;

impl Run {
    pub(super) fn read_reply(
        &mut self,
        now: Timestamp,
        target: &Target,
        purpose: &Purpose,
        result: Result<Reply, CallError>,
    ) {
        // Several reads of one task may fail; the first failure has ended it.
        let over = self.state.tasks.get(target).is_some_and(TaskState::is_over);
        if over {
            return;
        }
        match (purpose, result) {
            (Purpose::Act, Ok(reply)) => self.accepted(now, target, reply),
            (Purpose::Act, Err(error)) => self.not_accepted(now, target, error),
            (Purpose::Poll, Ok(Reply::Operation(operation))) => self.polled(now, target, operation),
            // The operation goes on whether it could be asked about or not.
            (Purpose::Poll, Ok(_) | Err(_)) => {}
            (Purpose::Look, Ok(reply)) => self.seen(now, target, &reply),
            (Purpose::Read(index), Err(error)) if self.can_do_without(target, *index, &error) => {
                let place = (target.clone(), *index);
                self.wake.gathered.insert(place, Err(error));
            }
            (Purpose::Look, Err(error)) if error.is_denial() && self.sweeps(target) => {
                self.unlistable(now, target, &error);
            }
            (Purpose::Look | Purpose::Read(_), Err(error)) => self.not_read(now, target, error),
            (Purpose::Read(index), Ok(reply)) => {
                let place = (target.clone(), *index);
                self.wake.gathered.insert(place, Ok(reply));
            }
        }
    }

    /// Records the outcome before anything builds on it.
    fn accepted(&mut self, now: Timestamp, target: &Target, reply: Reply) {
        match reply {
            Reply::Minted(minted) => self.minted(now, target, minted),
            Reply::Operation(operation) => {
                let referred = operation
                    .reference
                    .as_ref()
                    .and_then(|reference| reference.id.clone());
                let accepted = Event::Accepted {
                    target: target.clone(),
                    operation: Some(operation.id.clone()),
                    id: self.id_by_name(target).or(referred),
                };
                self.record(now, accepted);
                self.polled(now, target, operation);
            }
            Reply::Organization(_)
            | Reply::Snapshot(_)
            | Reply::Quotas(_)
            | Reply::InstanceTypes(_)
            | Reply::Templates(_)
            | Reply::List(_)
            | Reply::Instance(_)
            | Reply::Pool(_)
            | Reply::Rules(_)
            | Reply::One(_) => {
                let why = "not an operation".to_owned();
                self.not_accepted(now, target, CallError::Unreadable { why });
            }
        }
    }

    /// A secret that came with the answer is sealed in the same breath in which the answer is recorded.
    fn minted(&mut self, now: Timestamp, target: &Target, minted: Minted) {
        self.queue.push_back(Output::Keep {
            name: format!("key/{}", target.step),
            secret: minted.secret,
        });
        let accepted = Event::Accepted {
            target: target.clone(),
            operation: None,
            id: Some(minted.key),
        };
        self.record(now, accepted);
        self.done(now, target, None);
    }

    /// An SSH key is identified by the name that it was given; its operation refers to nothing.
    fn id_by_name(&self, target: &Target) -> Option<ResourceId> {
        let resource = action(&self.plan, target)?.resource()?;
        (target.item.is_none() && resource.kind() == Kind::SshKey)
            .then(|| ResourceId(resource.name().to_owned()))
    }

    fn polled(&mut self, now: Timestamp, target: &Target, operation: Operation) {
        match operation.state {
            OperationState::Pending => {}
            OperationState::Success => self.succeeded(now, target),
            OperationState::Failure | OperationState::Timeout => {
                let reason = operation.reason.unwrap_or_else(|| "unknown".to_owned());
                let message = operation.message.unwrap_or_default();
                self.not_accepted(now, target, CallError::Failed { reason, message });
            }
        }
    }

    fn succeeded(&mut self, now: Timestamp, target: &Target) {
        let needs_id = target.item.is_none()
            && matches!(action(&self.plan, target), Some(Action::Create { .. }));
        let has_id = self
            .state
            .tasks
            .get(target)
            .is_some_and(|state| state.id.is_some());
        if needs_id && !has_id {
            let why = "the operation names no resource".to_owned();
            return self.doubted(now, target, CallError::Unreadable { why }, now);
        }
        self.done(now, target, None);
    }

    fn not_accepted(&mut self, now: Timestamp, target: &Target, error: CallError) {
        let task = self.state.tasks.get(target);
        let attempts = task.map_or(0, |state| state.attempts);
        let doubts = task.map_or(0, |state| state.doubts);
        let held_ms = task.map_or(0, |state| now.since_ms(state.started_at));
        match error.retry() {
            Retry::Gone if self.removes(target) => self.gone(now, target),
            Retry::Again => {
                let pause = lock_pause_ms(held_ms, attempts, &self.plan.facts.run, target);
                self.refused(now, target, error, now.plus_ms(pause));
            }
            Retry::Look if has(Bug::BlindRetry) => self.refused(now, target, error, now),
            Retry::Look if doubts < DOUBTS_MAX => {
                let settled = settle_ms(attempts, &self.plan.facts.run, target);
                self.doubted(now, target, error, now.plus_ms(settled));
            }
            Retry::Never if self.can_turn(target) => self.refused(now, target, error, now),
            Retry::Look | Retry::Gone | Retry::Never => self.fail(now, target, &error),
        }
    }

    /// A read that failed is asked again; only what cannot get better ends the task.
    fn not_read(&mut self, now: Timestamp, target: &Target, error: CallError) {
        if error.retry() == Retry::Gone && self.removes(target) {
            return self.gone(now, target);
        }
        let Some(state) = self.state.tasks.get(target) else {
            return;
        };
        let attempts = state.attempts.saturating_add(1);
        let later = now.plus_ms(backoff_ms(attempts, &self.plan.facts.run, target));
        match (&state.phase, error.retry()) {
            (_, Retry::Never) => self.fail(now, target, &error),
            (Phase::Doubtful { .. }, _) => self.doubted(now, target, error, later),
            (Phase::Idle { .. }, _) => self.refused(now, target, error, later),
            (
                Phase::Intended
                | Phase::Working { .. }
                | Phase::Clearing
                | Phase::Holds
                | Phase::Done
                | Phase::Failed,
                _,
            ) => {}
        }
    }

    /// Whether a target is there to remove something: then that it is not there is what was wanted.
    fn removes(&self, target: &Target) -> bool {
        let removal =
            |action: &Action| matches!(action, Action::Remove { .. } | Action::RemoveRule { .. });
        target.item.is_some() || action(&self.plan, target).is_some_and(removal)
    }

    /// What was to be removed is not there: that is what was wanted.
    fn gone(&mut self, now: Timestamp, target: &Target) {
        self.done(now, target, Some("gone".to_owned()));
    }

    pub(super) fn made(&mut self, now: Timestamp, call: CallId, result: Result<Product, String>) {
        let Some((expected, target, make)) = self.wake.making.take() else {
            return;
        };
        if expected != call {
            self.wake.making = Some((expected, target, make));
            return;
        }
        match (result, target) {
            (Ok(product), target) => {
                for (name, secret) in product.secrets {
                    self.queue.push_back(Output::Keep { name, secret });
                }
                let line = Event::Made {
                    target: target.clone(),
                    public: product.public,
                };
                self.record(now, line);
                if let Some(target) = target {
                    self.done(now, &target, None);
                }
            }
            (Err(why), Some(target)) => self.fail(now, &target, &CallError::Unmade { why }),
            // No certificate can be made for this key. That is noted, so that it is not tried for ever.
            (Err(_), None) => {
                let key = self.state.admin_key.clone().unwrap_or_default();
                let none = [
                    ("admin.crt".to_owned(), String::new()),
                    ("admin-key".to_owned(), key),
                ];
                let public = none.into();
                self.record(
                    now,
                    Event::Made {
                        target: None,
                        public,
                    },
                );
            }
        }
    }
}

/// After so many tries with an unknown outcome, the platform is not in a state to build on.
const DOUBTS_MAX: u32 = 8;

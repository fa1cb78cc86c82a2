//! Removal: of everything of a kind, and of what a lost call left behind.

use super::ending::Trouble;
use super::schedule::{self, SETTLE_MS};
use super::state::swept_kind;
use super::task::looks_before_absent;
use super::{Item, Phase, Purpose, Run, Target, TaskState};
use crate::exoscale::{Call, CallError, Class, Kind};
use crate::time::Timestamp;

impl Run {
    /// Removes what a lost call left behind; then the way is free for the next try.
    pub(super) fn clear(&mut self, now: Timestamp, target: &Target) {
        if !self.work_on_items(now, target) {
            return;
        }
        if self.has_failed(target) {
            let what = "what a lost call left behind could not be removed";
            return self.fail_with(
                now,
                target,
                &Trouble {
                    class: Class::Dependency,
                    why: what,
                    hint: "Try again.",
                },
            );
        }
        self.not_done(now, target, now);
    }

    /// Removes everything of a kind, lists, and is done when the listing is empty.
    pub(super) fn sweep(&mut self, now: Timestamp, target: &Target, state: &TaskState, kind: Kind) {
        let unsure = self.is_unsure_of(kind);
        if state.looks == 0 && self.items_of(target).next().is_none() {
            let known = self.found_of(kind);
            if !known.is_empty() {
                return self.listed(now, target, known);
            }
            // The cloud controller may have made another one until the moment when its key was revoked.
            let unlisted = self
                .state
                .unknown
                .iter()
                .any(|unknown| unknown.kind == kind);
            if !unsure && !unlisted && kind != Kind::LoadBalancer {
                return self.done(now, target, None);
            }
        }
        if !self.work_on_items(now, target) {
            return;
        }
        if self.has_failed(target) {
            return self.fail_sweep(now, target, kind);
        }
        let looks_wanted = if unsure { looks_before_absent() } else { 1 };
        if state.looks >= looks_wanted {
            let detail = format!("a listing shows no {} of the cluster", kind.noun());
            return self.done(now, target, Some(detail));
        }
        self.list_again(now, target, state, kind);
    }

    /// Whether a target is the sweep of a kind, and not one of the things that it removes.
    pub(super) fn sweeps(&self, target: &Target) -> bool {
        target.item.is_none() && swept_kind(&self.plan, target).is_some()
    }

    /// A kind that may not be listed keeps nobody from removing the others. The last look says that it is unknown.
    pub(super) fn unlistable(&mut self, now: Timestamp, target: &Target, error: &CallError) {
        self.done(now, target, Some(format!("not listed: {error}")));
    }

    /// The first listing comes at once; one after an empty one comes when a listing that was behind has caught up.
    fn list_again(&mut self, now: Timestamp, target: &Target, state: &TaskState, kind: Kind) {
        let Phase::Idle { at } = state.phase else {
            return;
        };
        let next_look = if state.looks == 0 {
            state.since
        } else {
            state.since.plus_ms(SETTLE_MS)
        };
        if at.max(next_look) > now {
            self.due(at.max(next_look));
        } else if self.may_send(now) {
            self.send(target, Purpose::Look, Call::List(kind));
        }
    }

    /// Whether there may be more of a kind than a listing shows: something of it was made, or may have been made, in
    /// this very run, and listings lag.
    fn is_unsure_of(&self, kind: Kind) -> bool {
        self.state.doubted.contains(&kind) || self.state.intended.contains(&kind)
    }

    /// What a listing showed, and what was made and a listing may not have shown yet.
    fn found_of(&self, kind: Kind) -> Vec<Item> {
        let found = self.state.findings.here().cloned();
        let found = found.chain(self.unlisted());
        found.filter(|item| item.kind == kind).collect()
    }

    /// One move of each thing that a task removes; whether all of them are over.
    pub(super) fn work_on_items(&mut self, now: Timestamp, target: &Target) -> bool {
        let items: Vec<(Target, TaskState)> = self
            .items_of(target)
            .filter(|(_, state)| !state.is_over())
            .map(|(item, state)| (item.clone(), state.clone()))
            .collect();
        for (item, state) in &items {
            let tried_ms = now.since_ms(state.patient_since);
            if self.is_in_flight(item) {
                continue;
            }
            if tried_ms > schedule::LOCK_PATIENCE_MS {
                self.fail(now, item, &schedule::too_long(tried_ms));
            } else {
                self.change(now, item, state);
            }
        }
        items.is_empty()
    }

    /// Whether one of the things that a task removes could not be removed.
    fn has_failed(&self, target: &Target) -> bool {
        self.items_of(target)
            .any(|(_, state)| state.phase == Phase::Failed)
    }

    /// The things that a task removes.
    pub(super) fn items_of(&self, task: &Target) -> impl Iterator<Item = (&Target, &TaskState)> {
        self.state.tasks.iter().filter(|(other, _)| {
            other.item.is_some() && other.step == task.step && other.task == task.task
        })
    }
}

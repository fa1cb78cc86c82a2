//! Reads several things at once and judges them together: before a launch, and before and after a removal.

use std::collections::BTreeMap;

use super::ending::Trouble;
use super::preflight::preflight_calls;
use super::state::action;
use super::{Answer, Event, Phase, Purpose, Run, Target, TaskState};
use crate::exoscale::{Call, Class, Kind, Listed, Reply};
use crate::plan::{Action, Gather};
use crate::time::Timestamp;

impl Run {
    pub(super) fn gather(
        &mut self,
        now: Timestamp,
        target: &Target,
        state: &TaskState,
        gather: Gather,
    ) {
        if let Phase::Idle { at } = state.phase
            && at > now
        {
            return self.due(at);
        }
        if !self.read_all(now, target, &calls(gather)) {
            return;
        }
        let gathered = std::mem::take(&mut self.wake.gathered);
        let (ours, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
            gathered.into_iter().partition(|((of, _), _)| of == target);
        self.wake.gathered = others;
        let replies = ours.into_values().collect();
        match gather {
            Gather::Preflight => self.judge_preflight(now, target, replies),
            Gather::Inventory => {
                if let Some(left) = self.take_stock(now, target, replies) {
                    self.done(now, target, Some(format!("{left} resources")));
                }
            }
            Gather::Verify => {
                if let Some(left) = self.take_stock(now, target, replies) {
                    self.verify(now, target, left, state.looks);
                }
            }
        }
    }

    /// Whether a denial is an answer like any other: what a key may not read is part of what is judged.
    pub(super) fn is_preflight(&self, target: &Target) -> bool {
        let preflight = Gather::Preflight;
        matches!(action(&self.plan, target), Some(Action::Gather { gather }) if *gather == preflight)
    }

    /// Sends what was not asked yet in this wake-up; whether every answer is there.
    fn read_all(&mut self, now: Timestamp, target: &Target, calls: &[Call]) -> bool {
        let mut complete = true;
        for (index, call) in calls.iter().enumerate() {
            if self.wake.gathered.contains_key(&(target.clone(), index)) {
                continue;
            }
            complete = false;
            let asked = self
                .wake
                .in_flight
                .values()
                .any(|(other, purpose)| other == target && *purpose == Purpose::Read(index));
            if !asked && self.may_send(now) {
                self.send(target, Purpose::Read(index), call.clone());
            }
        }
        complete
    }

    /// Records what there is of the cluster, and says how much; nothing if it is not clear which cluster is meant.
    fn take_stock(
        &mut self,
        now: Timestamp,
        target: &Target,
        replies: Vec<Answer>,
    ) -> Option<usize> {
        let listings = listings(replies);
        let tags = self.tags(&listings);
        if tags.len() > 1 {
            let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
            self.fail_ambiguous(now, target, &tags);
            return None;
        }
        let cluster = tags
            .into_iter()
            .next()
            .or_else(|| self.state.cluster.clone());
        let (items, kept) = self.owned_of(cluster.as_ref(), &listings);
        let left = items.len();
        let inventory = Event::Inventory {
            target: target.clone(),
            cluster,
            items,
            kept,
        };
        self.record(now, inventory);
        Some(left)
    }

    fn fail_ambiguous(&mut self, now: Timestamp, target: &Target, tags: &[String]) {
        let what = format!(
            "there are several clusters called {}: {}",
            self.plan.cluster.name,
            tags.join(", ")
        );
        self.fail_with(
            now,
            target,
            &Trouble {
                class: Class::Configuration,
                why: &what,
                hint: "Say which one, with its id.",
            },
        );
    }

    /// What is left after a removal is removed once more, as often as it may still be a listing that was behind.
    fn verify(&mut self, now: Timestamp, target: &Target, left: usize, rounds: u32) {
        if left == 0 {
            let listings = Kind::ALL.len();
            let detail = format!("{listings} listings, nothing of the cluster in any");
            self.done(now, target, Some(detail));
        } else if rounds >= VERIFY_ROUNDS_MAX {
            let what = format!("{left} resources of the cluster come back after they are removed");
            let hint = "Something recreates them: stop it, then retry.";
            self.fail_with(
                now,
                target,
                &Trouble {
                    class: Class::Conflict,
                    why: &what,
                    hint,
                },
            );
        }
    }
}

/// The reads of each gathering, in a fixed order.
pub(super) fn calls(gather: Gather) -> Vec<Call> {
    match gather {
        Gather::Preflight => preflight_calls(),
        Gather::Inventory | Gather::Verify => Kind::ALL.into_iter().map(Call::List).collect(),
    }
}

/// The answers to the reads of an inventory, in the order of [`calls`].
fn listings(replies: Vec<Answer>) -> Vec<(Kind, Vec<Listed>)> {
    let listed = replies.into_iter().map(|answer| {
        let Answer::Told(reply) = answer else {
            return Vec::new();
        };
        if let Reply::List(listed) = *reply {
            listed
        } else {
            Vec::new()
        }
    });
    Kind::ALL.into_iter().zip(listed).collect()
}

/// What comes back more often than this is being recreated by something.
const VERIFY_ROUNDS_MAX: u32 = 5;

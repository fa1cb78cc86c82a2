//! Reads several things at once and judges them together: before a launch, and before and after a removal.

use super::ending::Trouble;
use super::preflight::preflight_calls;
use super::schedule::SETTLE_MS;
use super::state::action;
use super::stock::{self, Answer, Listings};
use super::{Event, Fact, Phase, Purpose, Run, Target, TaskState};
use crate::exoscale::{Call, CallError, Class, Kind, ResourceId};
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
        if self.last_look().as_ref() == Some(target) {
            let caught_up = self.state.stocked_at.plus_ms(SETTLE_MS);
            if caught_up > now {
                return self.due(caught_up);
            }
        }
        if !self.read_all(now, target, &calls(gather)) {
            return;
        }
        let instances = self.to_weigh(target, gather);
        let more = instances.iter().cloned();
        let more = more.map(|id| Call::Get(Kind::Instance, id));
        let all: Vec<Call> = calls(gather).into_iter().chain(more).collect();
        if !self.read_all(now, target, &all) {
            return;
        }
        let answers = self.answers(target);
        self.wake.gathered.retain(|(of, _), _| of != target);
        match gather {
            Gather::Preflight => {
                let answers = answers.into_iter().map(Into::into).collect();
                self.judge_preflight(now, target, answers);
            }
            Gather::Inventory => {
                if self.take_stock(now, target, &Listings::read(answers, &instances)) {
                    let left = self.state.findings.here().count();
                    self.done(now, target, Some(format!("{left} resources")));
                }
            }
            Gather::Verify => {
                if self.take_stock(now, target, &Listings::read(answers, &instances)) {
                    self.verify(now, target, state.looks);
                }
            }
        }
    }

    /// The instances whose price no listing tells.
    fn to_weigh(&self, target: &Target, gather: Gather) -> Vec<ResourceId> {
        match gather {
            Gather::Preflight => Vec::new(),
            Gather::Inventory | Gather::Verify => {
                let count = calls(gather).len();
                let answers = self.answers(target).into_iter().take(count).collect();
                self.instances_to_weigh(&Listings::read(answers, &[]))
            }
        }
    }

    fn answers(&self, target: &Target) -> Vec<Answer> {
        let gathered = self.wake.gathered.iter();
        let ours = gathered.filter(|((of, _), _)| of == target);
        ours.map(|(_, answer)| answer.clone()).collect()
    }

    /// Whether the answer to a read may be missing for good.
    pub(super) fn can_do_without(&self, target: &Target, index: usize, error: &CallError) -> bool {
        match action(&self.plan, target) {
            // What a key may not read is part of what is judged.
            Some(Action::Gather {
                gather: Gather::Preflight,
            }) => error.is_denial(),
            Some(Action::Gather {
                gather: Gather::Inventory | Gather::Verify,
            }) => stock::can_do_without(index, error),
            _ => false,
        }
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

    /// Records what there is of the cluster; whether it is clear which cluster is meant.
    fn take_stock(&mut self, now: Timestamp, target: &Target, listings: &Listings) -> bool {
        let stock = match self.stock(listings) {
            Ok(stock) => stock,
            Err(tags) => {
                let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
                self.fail_ambiguous(now, target, &tags);
                return false;
            }
        };
        for (name, id) in stock.types {
            if !self.state.instance_types.contains_key(&name) {
                let fact = Fact::InstanceType { name, id };
                self.record(now, Event::Learned { fact });
            }
        }
        let inventory = Event::Inventory {
            target: target.clone(),
            cluster: stock.cluster,
            items: stock.items,
            kept: stock.kept,
            unknown: stock.unknown,
            beside: stock.beside,
        };
        self.record(now, inventory);
        true
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
    fn verify(&mut self, now: Timestamp, target: &Target, rounds: u32) {
        let left = self.state.findings.here().count();
        if left > 0 && rounds >= VERIFY_ROUNDS_MAX {
            let what = format!("{left} resources of the cluster come back after they are removed");
            let hint = "Something recreates them: stop it, then retry.";
            let trouble = Trouble {
                class: Class::Conflict,
                why: &what,
                hint,
            };
            self.fail_with(now, target, &trouble);
        } else if left > 0 && !self.something_moves() {
            let what = format!("{left} resources of the cluster could not be removed");
            let trouble = Trouble {
                class: Class::Dependency,
                why: &what,
                hint: "Remove what is named, then retry.",
            };
            self.fail_with(now, target, &trouble);
        } else if left > 0 {
            // They are being swept again.
        } else if self.state.unknown.is_empty() {
            let listings = Kind::ALL.len();
            let detail = format!("{listings} listings, nothing of the cluster in any");
            self.done(now, target, Some(detail));
        } else {
            self.fail_unknown(now, target);
        }
    }

    /// What may not be listed is not counted as nothing.
    fn fail_unknown(&mut self, now: Timestamp, target: &Target) {
        let unknown = self.state.unknown.iter();
        let kinds: Vec<&str> = unknown.map(|unknown| unknown.kind.plural()).collect();
        let what = format!(
            "the key may not list {}: nobody knows whether the cluster has any left",
            kinds.join(", ")
        );
        let hint = "Let the key's role list them, or use another key, then retry.";
        let trouble = Trouble {
            class: Class::Unauthorised,
            why: &what,
            hint,
        };
        self.fail_with(now, target, &trouble);
    }
}

/// The reads of each gathering, in a fixed order.
pub(super) fn calls(gather: Gather) -> Vec<Call> {
    match gather {
        Gather::Preflight => preflight_calls(),
        Gather::Inventory | Gather::Verify => stock::calls(),
    }
}

/// What comes back more often than this is being recreated by something.
const VERIFY_ROUNDS_MAX: u32 = 5;

//! One wake-up: what is under way in it, and what may still leave.

use std::collections::BTreeMap;

use super::schedule::ALONE_PAUSE_MS;
use super::{CALLS_AT_ONCE, CallId, Output, Run, Target};
use crate::exoscale::{Call, CallError, Reply};
use crate::office::{Allowance, Met};
use crate::plan::Make;
use crate::sabotage::{Bug, has};
use crate::time::Timestamp;

/// What is known only within one wake-up. Losing it costs a question, never a fact.
#[derive(Debug)]
pub(super) struct Wake {
    /// What the office allows.
    pub(super) allowance: Allowance,
    /// What was sent and not answered.
    pub(super) in_flight: BTreeMap<CallId, (Target, Purpose)>,
    /// What is being made.
    pub(super) making: Option<(CallId, Option<Target>, Make)>,
    /// The last call's number.
    pub(super) last_call: u64,
    /// How many calls were sent, and what they met.
    pub(super) met: Met,
    /// How many things were made.
    pub(super) makes: u32,
    /// When each target was last asked about.
    pub(super) asked_at: BTreeMap<Target, Timestamp>,
    /// Answers to the reads that are judged together.
    pub(super) gathered: BTreeMap<(Target, usize), Result<Reply, CallError>>,
    /// Whether the pause has been recorded.
    pub(super) slept: bool,
    /// The earliest moment at which something is due.
    pub(super) due: Option<Timestamp>,
}

impl Wake {
    pub(super) fn allowed(allowance: Allowance) -> Self {
        Self {
            allowance,
            in_flight: BTreeMap::new(),
            making: None,
            last_call: 0,
            met: Met::default(),
            makes: 0,
            asked_at: BTreeMap::new(),
            gathered: BTreeMap::new(),
            slept: false,
            due: None,
        }
    }

    /// Whether all is sent that may be, or should be for now: the office is to hear of it.
    pub(super) fn is_spent(&self) -> bool {
        self.met.is_enough() || self.met.calls >= self.allowance.calls()
    }
}

/// Why a call was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To change something.
    Act,
    /// To see whether it was changed.
    Look,
    /// To ask after an operation.
    Poll,
    /// To read one of several things.
    Read(usize),
}

impl Run {
    /// What the calls of this wake-up met, for the office.
    pub const fn met(&self) -> &Met {
        &self.wake.met
    }

    pub(super) fn send(&mut self, target: &Target, purpose: Purpose, request: Call) {
        self.wake.last_call = self.wake.last_call.saturating_add(1);
        self.wake.met.calls = self.wake.met.calls.saturating_add(1);
        let call = CallId(self.wake.last_call);
        self.wake.in_flight.insert(call, (target.clone(), purpose));
        self.queue.push_back(Output::Send {
            call,
            request: Box::new(request),
        });
    }

    /// Whether one more call may leave. If not in this wake-up, the next one is due when the office says.
    pub(super) fn may_send(&mut self, now: Timestamp) -> bool {
        if self.wake.is_spent() && !has(Bug::Impolite) && !has(Bug::Restless) {
            self.due_when_spent(now);
            return false;
        }
        self.wake.in_flight.len() < CALLS_AT_ONCE
    }

    /// The next wake-up asks anew, and tells what this one met.
    pub(super) fn due_when_spent(&mut self, now: Timestamp) {
        self.due(match self.wake.allowance {
            Allowance::Calls(_) => now,
            Allowance::NotBefore(until) => until,
            Allowance::Alone => now.plus_ms(ALONE_PAUSE_MS),
        });
    }

    pub(super) fn due(&mut self, at: Timestamp) {
        self.wake.due = Some(self.wake.due.map_or(at, |due| due.min(at)));
    }

    pub(super) fn is_in_flight(&self, target: &Target) -> bool {
        self.wake
            .in_flight
            .values()
            .any(|(other, _)| other == target)
    }
}

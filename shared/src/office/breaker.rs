//! Leaves a platform in trouble alone: after several bad answers, whichever run met them, nothing is sent but one call
//! after a pause that grows; when that is answered, all go on.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Answer, Met};
use crate::spread::spread_ms;
use crate::time::Timestamp;

/// Whether calls pass, and why not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Breaker {
    state: State,
    /// Whether the newest answers were bad, the newest last.
    recent: VecDeque<bool>,
    heard_at: Timestamp,
    /// How often it has opened since it was last calm.
    openings: u32,
    closed_at: Timestamp,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// Calls pass.
    #[default]
    Closed,
    /// None does.
    Open { until: Timestamp },
    /// One run tries with one call.
    Probing { run: String, until: Timestamp },
}

/// What a run may do.
pub(super) enum Gate {
    /// Send.
    Open,
    /// Send one call, and tell what it met.
    Probe,
    /// Wait.
    Shut(Timestamp),
}

impl Breaker {
    pub(super) fn hear(&mut self, now: Timestamp, run: &str, met: &Met) {
        match &self.state {
            State::Closed => self.judge(now, run, met),
            State::Probing { run: prober, .. } if prober == run => self.probed(now, run, met),
            // What others tell now was met before.
            State::Open { .. } | State::Probing { .. } => {}
        }
    }

    /// Until when nothing is to be sent, if it is so.
    pub(super) fn shut_until(&self, now: Timestamp) -> Option<Timestamp> {
        let until = match &self.state {
            State::Closed => return None,
            State::Open { until } | State::Probing { until, .. } => *until,
        };
        // A pause that is longer than any was set by a clock that has been turned since.
        let is_shut = until > now && until.since_ms(now) <= PAUSE_MAX_MS.saturating_mul(2);
        is_shut.then_some(until)
    }

    /// Whether a run may send. The first that asks after the pause tries for all.
    pub(super) fn gate(&mut self, now: Timestamp, run: &str) -> Gate {
        if self.state == State::Closed {
            return Gate::Open;
        }
        if let Some(until) = self.shut_until(now) {
            let apart = spread_ms(APART_MS, &[run], self.openings);
            return Gate::Shut(until.plus_ms(apart));
        }
        self.state = State::Probing {
            run: run.to_owned(),
            until: now.plus_ms(PROBE_MS),
        };
        Gate::Probe
    }

    fn judge(&mut self, now: Timestamp, run: &str, met: &Met) {
        if now.since_ms(self.heard_at) > RECENT_MS {
            self.recent.clear();
        }
        self.heard_at = now;
        for answer in &met.answers {
            self.recent.push_back(*answer != Answer::Well);
            if self.recent.len() > RECENT {
                self.recent.pop_front();
            }
            let bad = self.recent.iter().filter(|bad| **bad).count();
            let in_a_row = self.recent.iter().rev().take_while(|bad| **bad).count();
            if in_a_row >= IN_A_ROW || (self.recent.len() == RECENT && bad >= RECENT / 2) {
                return self.open(now, run);
            }
        }
    }

    /// The try has come back, or its run had nothing to send and another may try.
    fn probed(&mut self, now: Timestamp, run: &str, met: &Met) {
        match met.answers.last() {
            Some(Answer::Well) => {
                self.state = State::Closed;
                self.closed_at = now;
            }
            Some(Answer::TooMany | Answer::Broken) => self.open(now, run),
            None => self.state = State::Open { until: now },
        }
    }

    fn open(&mut self, now: Timestamp, run: &str) {
        let is_again = matches!(self.state, State::Probing { .. })
            || now.since_ms(self.closed_at) < CALM_AFTER_MS;
        self.openings = if is_again {
            self.openings.saturating_add(1)
        } else {
            0
        };
        let doubled = PAUSE_MIN_MS.checked_shl(self.openings.min(10));
        let pause = doubled.unwrap_or(PAUSE_MAX_MS).min(PAUSE_MAX_MS);
        let apart = spread_ms(pause / 2, &[run], self.openings);
        self.state = State::Open {
            until: now.plus_ms(pause.saturating_add(apart)),
        };
        self.recent.clear();
    }
}

/// So many bad answers one after the other mean trouble …
const IN_A_ROW: usize = 5;

/// … or half of so many.
const RECENT: usize = 20;

/// Answers that are older than this tell nothing.
const RECENT_MS: u64 = 5 * 60_000;

/// The first pause, and the longest; half as much may be added.
const PAUSE_MIN_MS: u64 = 5_000;
pub(super) const PAUSE_MAX_MS: u64 = 2 * 60_000;

/// After this long a try that nobody tells of is made again.
const PROBE_MS: u64 = 15_000;

/// Runs that wait for the same moment come back this far apart.
const APART_MS: u64 = 1_000;

/// Trouble that comes back within this is the same trouble.
const CALM_AFTER_MS: u64 = 5 * 60_000;

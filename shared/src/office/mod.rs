//! The office of one Exoscale organisation: how many calls its runs may send, all of them together. A run asks once a
//! wake-up, tells at the same time what its last calls met, and gets an allowance. So a refusal that one run meets is
//! felt by all, and a platform in trouble is left alone but for one call now and then.

mod breaker;
mod bucket;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::exoscale::{CallError, Reply};
use crate::run::{CALLS_ALONE, CALLS_PER_WAKE};
use crate::spread::spread_ms;
use crate::time::Timestamp;
use breaker::{Breaker, Gate};
use bucket::Bucket;
pub use bucket::{BURST, PER_SECOND};

/// What a run may send in one wake-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Allowance {
    /// So many calls.
    Calls(u32),
    /// Nothing; it may ask again then.
    NotBefore(Timestamp),
    /// The office could not be asked: a few calls, and then a pause.
    Alone,
}

/// What Exoscale's answer to one call says of its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It is there. A refusal for a reason is an answer like any other.
    Well,
    /// It has had enough of us.
    TooMany,
    /// It is broken, or nothing came back.
    Broken,
}

/// What the calls of a wake-up met, in the order in which the answers came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// How many calls left.
    pub calls: u32,
    /// Their answers.
    pub answers: Vec<Answer>,
}

/// A run asks for its next wake-up. The moment is in the run's own time, which all runs of an organisation share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asking {
    /// Which run.
    pub run: String,
    /// When.
    pub now: Timestamp,
    /// What the last wake-up met; nothing if nobody can tell any more.
    pub met: Option<Met>,
}

/// What the runs of an organisation share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Office {
    bucket: Bucket,
    breaker: Breaker,
    /// What each run got when it last asked.
    grants: BTreeMap<String, Grant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Grant {
    calls: u32,
    at: Timestamp,
}

impl Allowance {
    /// How many calls may leave.
    pub const fn calls(self) -> u32 {
        match self {
            Self::Calls(calls) if calls < CALLS_PER_WAKE => calls,
            Self::Calls(_) => CALLS_PER_WAKE,
            Self::NotBefore(_) => 0,
            Self::Alone => CALLS_ALONE,
        }
    }
}

impl Answer {
    /// What an answer says; nothing if the call never left.
    pub fn of(result: &Result<Reply, CallError>) -> Option<Self> {
        Some(match result {
            Err(CallError::Unmade { .. }) => return None,
            Err(CallError::Refused { status: 429, .. }) => Self::TooMany,
            Err(CallError::Lost { .. } | CallError::Refused { status: 500.., .. }) => Self::Broken,
            Ok(_)
            | Err(
                CallError::Refused { .. } | CallError::Failed { .. } | CallError::Unreadable { .. },
            ) => Self::Well,
        })
    }
}

impl Met {
    /// Adds one call's answer.
    pub fn note(&mut self, result: &Result<Reply, CallError>) {
        self.calls = self.calls.saturating_add(1);
        self.answers.extend(Answer::of(result));
    }

    /// Whether there is anything that others should hear of.
    pub fn is_trouble(&self) -> bool {
        self.answers.iter().any(|answer| *answer != Answer::Well)
    }

    /// Whether the rest of the wake-up's calls should wait for what the office says to this.
    pub(crate) fn is_enough(&self) -> bool {
        let broken = self.answers.iter().rev();
        self.answers.contains(&Answer::TooMany)
            || broken
                .take_while(|answer| **answer == Answer::Broken)
                .count()
                >= BROKEN_ENOUGH
    }
}

impl Office {
    /// Hears what a run's last calls met, and says what it may send now.
    pub fn ask(&mut self, asking: &Asking) -> Allowance {
        let Asking { run, now, met } = asking;
        self.bucket.refill(*now);
        let granted = self.grants.remove(run);
        if let Some(met) = met {
            let unused = granted.map_or(0, |grant| grant.calls.saturating_sub(met.calls));
            self.bucket.give_back(unused);
            self.heed(*now, run, met);
        }
        self.grants
            .retain(|_, grant| now.since_ms(grant.at) < GRANT_KEPT_MS);
        match self.breaker.gate(*now, run) {
            Gate::Open => match self.bucket.take(*now) {
                Ok(calls) => self.granted(run, *now, calls),
                Err(at) => Allowance::NotBefore(at.plus_ms(spread_ms(APART_MS, &[run], 0))),
            },
            Gate::Probe => {
                self.bucket.take_one();
                self.granted(run, *now, 1)
            }
            Gate::Shut(until) => Allowance::NotBefore(until),
        }
    }

    /// Somebody asks about the organisation beside its runs: whether so many reads may leave at once, or when.
    pub fn admit(&mut self, now: Timestamp, calls: u32) -> Result<(), Timestamp> {
        self.bucket.refill(now);
        match self.breaker.shut_until(now) {
            Some(until) => Err(until),
            None => self.bucket.take_all(now, calls),
        }
    }

    /// Hears what such reads met.
    pub fn hear(&mut self, now: Timestamp, met: &Met) {
        self.bucket.refill(now);
        self.heed(now, VISITOR, met);
    }

    fn heed(&mut self, now: Timestamp, who: &str, met: &Met) {
        if met.answers.contains(&Answer::TooMany) {
            self.bucket.empty(now);
        }
        self.breaker.hear(now, who, met);
    }

    fn granted(&mut self, run: &str, now: Timestamp, calls: u32) -> Allowance {
        self.grants.insert(run.to_owned(), Grant { calls, at: now });
        Allowance::Calls(calls)
    }
}

/// No run's name: whoever asks beside the runs never tries for all.
const VISITOR: &str = "";

/// So many calls without a good answer, one after the other, are for the office to judge.
const BROKEN_ENOUGH: usize = 3;

/// What has not been used after this long has long been refilled.
const GRANT_KEPT_MS: u64 = 60_000;

/// Runs that wait for the same moment come back this far apart.
const APART_MS: u64 = 1_000;

#[cfg(test)]
mod tests;

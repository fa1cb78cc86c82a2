//! What many lives add up to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::story::Ending;

/// Sums over lives.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// How many there were.
    pub(crate) lives: u64,
    /// The violations, by seed.
    pub(crate) violations: Vec<(u64, String)>,
    outcomes: BTreeMap<String, u64>,
    faults: BTreeMap<&'static str, u64>,
    died_before: BTreeSet<String>,
    simulated_ms: u64,
    calls: u64,
}

impl Tally {
    /// Adds a life.
    pub(crate) fn add(&mut self, seed: u64, ending: Ending) {
        self.lives += 1;
        self.violations
            .extend(ending.violations.into_iter().map(|what| (seed, what)));
        for outcome in ending.outcomes {
            *self.outcomes.entry(outcome).or_default() += 1;
        }
        for (fault, count) in ending.faults {
            *self.faults.entry(fault).or_default() += count;
        }
        self.died_before.extend(ending.died_before);
        self.simulated_ms += ending.simulated_ms;
        self.calls += ending.calls as u64;
    }

    /// Adds the lives of another.
    pub(crate) fn merge(&mut self, other: Self) {
        self.lives += other.lives;
        self.violations.extend(other.violations);
        for (outcome, count) in other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
        for (fault, count) in other.faults {
            *self.faults.entry(fault).or_default() += count;
        }
        self.died_before.extend(other.died_before);
        self.simulated_ms += other.simulated_ms;
        self.calls += other.calls;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.simulated_ms / 86_400_000;
        writeln!(
            out,
            "{} lives, {} calls, {days} simulated days",
            self.lives, self.calls
        )?;
        let injected: u64 = self.faults.values().sum();
        let each: Vec<String> = self
            .faults
            .iter()
            .map(|(what, count)| format!("{what} {count}"))
            .collect();
        writeln!(out, "{injected} faults: {}", each.join(", "))?;
        writeln!(
            out,
            "{} different places at which a process died",
            self.died_before.len()
        )?;
        let each: Vec<String> = self
            .outcomes
            .iter()
            .map(|(what, count)| format!("{what} {count}"))
            .collect();
        writeln!(out, "ends: {}", each.join(", "))?;
        write!(out, "{} violations", self.violations.len())
    }
}

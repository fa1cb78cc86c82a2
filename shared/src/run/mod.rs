//! A run: a plan and its journal. It knows no clock, no network and no disk; it is told what happened and says what
//! it wants done.
//!
//! The contract: give it one input with `handle`, then drain `poll` until it says `SleepUntil` or `Finished`. Every
//! `Record` must be written before anything after it is acted upon. A run that is replayed from its journal goes on
//! where it stopped: what was under way is looked for before it is asked again.

mod boundary;
mod bundle;
mod calls;
mod ending;
mod event;
mod evidence;
mod existing;
mod findings;
mod gather;
mod graph;
mod hearing;
mod inspection;
mod least;
mod making;
mod ownership;
mod preflight;
mod reading;
mod recording;
mod rights;
mod schedule;
mod seeing;
mod setbacks;
mod standing;
mod state;
mod stock;
mod sweep;
mod task;
mod terms;
mod transcript;
mod wake;
mod work;
mod worth;

pub use boundary::{CallId, Command, Input, Output, Product};
pub use bundle::{Caller, Denied};
pub use event::{Entry, Event, Target};
pub use evidence::shortfall;
pub use findings::{Findings, Gone, Proof};
pub use inspection::{Inspection, NotRemovable, Removal};
pub use least::{Least, RoleToMake, least};
pub use making::{Workshop, make};
pub use preflight::{Answer, judge, origin_check, preflight_calls};
pub use rights::rights;
pub use schedule::{AUTHORITY_KEPT_MS, CALLS_ALONE, CALLS_AT_ONCE, CALLS_PER_WAKE};
pub use setbacks::{Setback, Setbacks};
pub use state::State;
pub use task::{IllegalEvent, Phase, TaskState};
pub use terms::{Check, Fact, Item, Kept, Leftover, Outcome, Problem, Shred, Unknown, Verdict};
pub use transcript::transcript;
pub use worth::Rate;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::office::{self, Allowance};
use crate::plan::{Plan, Step};
use crate::time::Timestamp;
use graph::Graph;
use wake::{Purpose, Wake};

/// A plan and its journal, and what is under way in this wake-up.
#[derive(Debug)]
pub struct Run {
    plan: Arc<Plan>,
    /// The order of the plan's steps, and of those that take it back.
    forward: Arc<Graph>,
    back: Arc<Graph>,
    state: State,
    queue: VecDeque<Output>,
    wake: Wake,
}

impl Run {
    /// The run that a journal tells of. An empty journal is a run that has not begun.
    pub fn replay(plan: impl Into<Arc<Plan>>, journal: &[Entry]) -> Result<Self, IllegalEvent> {
        let plan = plan.into();
        let mut state = State::default();
        for entry in journal {
            state.apply(&plan, entry)?;
        }
        Ok(Self {
            forward: Arc::new(Graph::of(&plan.steps)),
            back: Arc::new(Graph::of(&plan.undo)),
            plan,
            state,
            queue: VecDeque::new(),
            wake: Wake::allowed(Allowance::Alone),
        })
    }

    /// Tells the run one thing.
    pub fn handle(&mut self, now: Timestamp, input: Input) {
        let now = now.max(self.state.last_at);
        self.wake.slept = false;
        match input {
            Input::Wake(allowance) => self.wake_up(now, allowance),
            Input::Command(command) => self.command(now, command),
            Input::Reply { call, result } => {
                if let Some((target, purpose)) = self.wake.in_flight.remove(&call) {
                    self.wake.met.answers.extend(office::Answer::of(&result));
                    self.wake.asked_at.insert(target.clone(), now);
                    self.read_reply(now, &target, &purpose, result);
                }
            }
            Input::Made { call, result } => self.made(now, call, result),
        }
    }

    /// A wake-up begins. One that comes much later than it was due means that the launcher was not there.
    fn wake_up(&mut self, now: Timestamp, allowance: Allowance) {
        self.wake = Wake::allowed(allowance);
        let away_ms = self.away_ms(now);
        if away_ms > 0 && self.state.started_at.is_some() && self.state.outcome.is_none() {
            self.record(now, Event::Away { ms: away_ms });
        }
    }

    /// How long the launcher has not been there until now, where no line says so yet.
    fn away_ms(&self, now: Timestamp) -> u64 {
        let expected = self.state.wakes_at.max(self.state.last_at);
        let late_ms = now.since_ms(expected);
        if late_ms > AWAY_MS { late_ms } else { 0 }
    }

    /// What the run wants next.
    pub fn poll(&mut self, now: Timestamp) -> Output {
        let now = now.max(self.state.last_at);
        loop {
            if let Some(output) = self.queue.pop_front() {
                return output;
            }
            self.wake.due = None;
            self.advance(now);
            if !self.queue.is_empty() {
                continue;
            }
            if !self.wake.in_flight.is_empty() || self.wake.making.is_some() {
                return Output::SleepUntil(self.wake.due.unwrap_or(now));
            }
            if let Some(over) = self.over() {
                return over;
            }
            if self.wake.met.calls > 0 && self.wake.is_spent() {
                self.due_when_spent(now);
            }
            let until = self.next_due(now);
            if self.wake.slept {
                return Output::SleepUntil(until);
            }
            self.wake.slept = true;
            self.record(now, Event::Slept { until });
        }
    }

    /// When to go on. A run that is under way is never asleep for long: only so can it tell that it was away.
    fn next_due(&self, now: Timestamp) -> Timestamp {
        let idle = now.plus_ms(IDLE_MS);
        let rests = self.state.outcome.is_some() || self.state.stuck.is_some();
        let due = self.wake.due.unwrap_or(idle).max(now);
        if rests { due } else { due.min(idle) }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What the journal adds up to.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The steps that are being worked on: the plan's, or those that take it back.
    pub fn steps(&self) -> &[Step] {
        if self.state.undoing.is_some() {
            &self.plan.undo
        } else {
            &self.plan.steps
        }
    }

    fn command(&mut self, now: Timestamp, command: Command) {
        let over = self.state.outcome.is_some();
        match command {
            Command::Start if self.state.started_at.is_none() => {
                self.record(now, Event::RunStarted);
            }
            Command::AdminKey { public_key }
                if self.state.admin_key.as_ref() != Some(&public_key) =>
            {
                self.record(now, Event::AdminKey { public_key });
            }
            Command::Cancel
                if !over && self.state.undoing.is_none() && !self.plan.undo.is_empty() =>
            {
                let problem = ending::cancelled();
                self.record(now, Event::Undoing { problem });
            }
            Command::Retry if self.state.stuck.is_some() => self.record(now, Event::Retried),
            Command::Collected if over && !self.state.collected => {
                self.record(now, Event::Collected);
            }
            Command::Report { machine, report } if !over => {
                self.record(now, Event::Reported { machine, report });
            }
            Command::Confirm { machine } if !over && !self.state.confirmed.contains(&machine) => {
                self.record(now, Event::Confirmed { machine });
            }
            // What no longer changes anything, or was said before.
            Command::Start
            | Command::AdminKey { .. }
            | Command::Cancel
            | Command::Retry
            | Command::Collected
            | Command::Report { .. }
            | Command::Confirm { .. } => {}
        }
    }
}

/// Alarms may be late; one that is later than this was not an alarm that was late.
const AWAY_MS: u64 = 60_000;

/// A run that waits for a machine's report or a person has nothing due; it looks in now and then all the same, in
/// case that whoever should have woken it did not.
const IDLE_MS: u64 = 60_000;

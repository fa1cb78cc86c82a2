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
mod gather;
mod hearing;
mod least;
mod making;
mod ownership;
mod preflight;
mod reading;
mod recording;
mod rights;
mod schedule;
mod seeing;
mod standing;
mod state;
mod sweep;
mod task;
mod terms;
mod transcript;
mod work;

pub use boundary::{CallId, Command, Input, Output, Product};
pub use bundle::{Caller, Denied};
pub use event::{Entry, Event, Target};
pub use evidence::shortfall;
pub use least::{Least, RoleToMake, least};
pub use making::{Workshop, make};
pub use preflight::{Answer, judge, origin_check, preflight_calls};
pub use rights::rights;
pub use schedule::{AUTHORITY_KEPT_MS, CALLS_AT_ONCE, CALLS_PER_WAKE};
pub use state::State;
pub use task::{IllegalEvent, Phase, TaskState};
pub use terms::{Check, Fact, Item, Kept, Leftover, Outcome, Problem, Shred, Verdict};
pub use transcript::transcript;

use std::collections::{BTreeMap, VecDeque};

use crate::exoscale::Call;
use crate::plan::{Make, Plan, Step};
use crate::time::Timestamp;

/// A plan and its journal, and what is under way in this wake-up.
#[derive(Debug)]
pub struct Run {
    plan: Plan,
    state: State,
    queue: VecDeque<Output>,
    wake: Wake,
}

/// What is known only within one wake-up. Losing it costs a question, never a fact.
#[derive(Debug, Default)]
struct Wake {
    /// What was sent and not answered.
    in_flight: BTreeMap<CallId, (Target, Purpose)>,
    /// What is being made.
    making: Option<(CallId, Option<Target>, Make)>,
    /// The last call's number.
    last_call: u64,
    /// How many calls were sent.
    calls: u32,
    /// How many things were made.
    makes: u32,
    /// When each target was last asked about.
    asked_at: BTreeMap<Target, Timestamp>,
    /// Answers to the reads that are judged together.
    gathered: BTreeMap<(Target, usize), Answer>,
    /// Whether the pause has been recorded.
    slept: bool,
    /// The earliest moment at which something is due.
    due: Option<Timestamp>,
}

/// Why a call was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Purpose {
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
    /// The run that a journal tells of. An empty journal is a run that has not begun.
    pub fn replay(plan: Plan, journal: &[Entry]) -> Result<Self, IllegalEvent> {
        let mut state = State::default();
        for entry in journal {
            state.apply(&plan, entry)?;
        }
        Ok(Self {
            plan,
            state,
            queue: VecDeque::new(),
            wake: Wake::default(),
        })
    }

    /// Tells the run one thing.
    pub fn handle(&mut self, now: Timestamp, input: Input) {
        let now = now.max(self.state.last_at);
        self.wake.slept = false;
        match input {
            Input::Wake => self.wake_up(now),
            Input::Command(command) => self.command(now, command),
            Input::Reply { call, result } => {
                if let Some((target, purpose)) = self.wake.in_flight.remove(&call) {
                    self.wake.asked_at.insert(target.clone(), now);
                    self.read_reply(now, &target, &purpose, result);
                }
            }
            Input::Made { call, result } => self.made(now, call, result),
        }
    }

    /// A wake-up begins. One that comes much later than it was due means that the launcher was not there.
    fn wake_up(&mut self, now: Timestamp) {
        self.wake = Wake::default();
        let expected = self.state.wakes_at.max(self.state.last_at);
        let away_ms = now.since_ms(expected);
        if away_ms > AWAY_MS && self.state.started_at.is_some() && self.state.outcome.is_none() {
            self.record(now, Event::Away { ms: away_ms });
        }
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
            let until = self
                .wake
                .due
                .unwrap_or_else(|| now.plus_ms(IDLE_MS))
                .max(now);
            if self.wake.slept {
                return Output::SleepUntil(until);
            }
            self.wake.slept = true;
            self.record(now, Event::Slept { until });
        }
    }

    /// The plan.
    pub const fn plan(&self) -> &Plan {
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

    fn send(&mut self, target: &Target, purpose: Purpose, request: Call) {
        self.wake.last_call = self.wake.last_call.saturating_add(1);
        self.wake.calls = self.wake.calls.saturating_add(1);
        let call = CallId(self.wake.last_call);
        self.wake.in_flight.insert(call, (target.clone(), purpose));
        self.queue.push_back(Output::Send {
            call,
            request: Box::new(request),
        });
    }

    /// Whether one more call may leave. If not in this wake-up, the next one is due at once.
    fn may_send(&mut self, now: Timestamp) -> bool {
        if self.wake.calls >= CALLS_PER_WAKE {
            self.due(now);
            return false;
        }
        self.wake.in_flight.len() < CALLS_AT_ONCE
    }

    fn due(&mut self, at: Timestamp) {
        self.wake.due = Some(self.wake.due.map_or(at, |due| due.min(at)));
    }

    fn is_in_flight(&self, target: &Target) -> bool {
        self.wake
            .in_flight
            .values()
            .any(|(other, _)| other == target)
    }
}

/// Alarms may be late; one that is later than this was not an alarm that was late.
const AWAY_MS: u64 = 60_000;

/// A run that waits for a machine's report or a person has nothing due; it looks in now and then all the same, in
/// case that whoever should have woken it did not.
const IDLE_MS: u64 = 60_000;

//! What the page sees of a run. It is derived anew each time and holds nothing secret.

mod cluster;
mod progress;
mod removal;
mod steps;

pub use removal::{RemovedView, RetryView, UnknownView};

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::bootstrap::{Stage, StageState};
use crate::catalog::Money;
use crate::exoscale::{Kind, Mender};
use crate::pace::Pace;
use crate::plan::{PlanKind, StepId};
use crate::run::{Check, Event, Kept, Leftover, Outcome, Problem, Rate, Run, Shred, shortfall};
use crate::time::Timestamp;

/// A run as a person sees it. Times are wall time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// The run.
    pub id: String,
    /// What it does.
    pub kind: PlanKind,
    /// Whether its account is a pretend one: nothing is real, and nothing costs.
    #[serde(default)]
    pub sandbox: bool,
    /// How it stands.
    pub state: RunState,
    /// The number of the journal's last line.
    pub seq: u64,
    /// When it was accepted.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The steps, in the plan's order; while a launch is taken back, the steps of that after its own.
    pub steps: Vec<StepView>,
    /// How long it still takes, as a rule.
    pub eta_ms: Option<u64>,
    /// The one thing that everything else waits for.
    pub waiting: Option<Waiting>,
    /// What exists now, and what it costs.
    pub resources: Vec<ResourceView>,
    /// The cluster, for a person to use.
    pub cluster: ClusterView,
    /// What was checked first.
    pub checks: Vec<Check>,
    /// What the machines said last.
    pub machines: Vec<MachineView>,
    /// What the evidence does not show yet.
    pub missing: Vec<String>,
    /// Why it is being taken back, or is stuck.
    pub problem: Option<Problem>,
    /// Who can mend it, where that is known.
    #[serde(default)]
    pub mender: Option<Mender>,
    /// What could not be removed.
    pub leftovers: Vec<Leftover>,
    /// What was left alone on purpose.
    pub kept: Vec<Kept>,
    /// Everything that was removed, and how that is known.
    pub removed: Vec<RemovedView>,
    /// What the key may not list: nobody knows whether there is any.
    #[serde(default)]
    pub unknown: Vec<UnknownView>,
    /// What went wrong and is tried again by itself; while this is empty, nothing is.
    #[serde(default)]
    pub retries: Vec<RetryView>,
    /// What all that exists now costs, what is left alone included.
    #[serde(default)]
    pub hourly: Rate,
    /// What it cost before anything was removed; only where something is.
    #[serde(default)]
    pub hourly_before: Option<Rate>,
    /// Whether a certificate for another key can still be had here.
    pub can_certify: bool,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// On its way.
    Running,
    /// Being taken back.
    Undoing,
    /// The cluster works.
    Ready,
    /// The cluster is gone.
    Destroyed,
    /// Another kind of change is done.
    Done,
    /// Taken back, nothing is left.
    Undone,
    /// A person's turn.
    Stuck,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Something else comes first.
    Waiting,
    /// Under way.
    Working,
    /// Done.
    Done,
    /// Failed for good.
    Failed,
    /// Never begun, and now not needed.
    Skipped,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// Its name.
    pub id: StepId,
    /// What a person reads.
    pub title: String,
    /// How it stands.
    pub state: StepState,
    /// What comes before it.
    pub needs: Vec<StepId>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How long it takes as a rule.
    pub typical_ms: u64,
    /// How many calls were made more than once.
    pub attempts: u32,
    /// The newest thing to say about it.
    pub detail: Option<String>,
    /// Whether it belongs to the way back.
    pub undo: bool,
    /// Whether it is one of those that decide how long the run still takes.
    #[serde(default)]
    pub critical: bool,
}

/// The one thing that everything else waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    /// The step.
    pub step: StepId,
    /// Its title.
    pub title: String,
    /// Since when.
    pub since: Timestamp,
    /// How long it takes as a rule.
    pub typical_ms: u64,
}

/// A resource that exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceView {
    /// Its kind.
    pub kind: Kind,
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it costs per hour.
    pub hourly: Money,
    /// Whether no price is known; then it is not free either.
    #[serde(default)]
    pub unpriced: bool,
}

/// The cluster, for a person to use. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterView {
    /// What the person called it.
    pub name: String,
    /// Its random id.
    pub id: Option<String>,
    /// Where it stands.
    pub zone: String,
    /// Where its API answers.
    pub endpoint: Option<String>,
    /// The authority that signed its certificates.
    pub ca_certificate: Option<String>,
    /// The admin's certificate, for the key that was sent last.
    pub client_certificate: Option<String>,
    /// The public key that the certificate is for.
    pub admin_public_key: Option<String>,
}

/// What a machine said last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MachineView {
    /// As its routes name it.
    pub name: String,
    /// How far it is.
    pub stage: Stage,
    /// How the stage stands.
    pub state: StageState,
    /// When it said so.
    pub at: Timestamp,
    /// What it said.
    pub detail: String,
}

impl View {
    /// What a run looks like now. `now` is the run's own time.
    pub fn of(run: &Run, now: Timestamp, pace: &Pace) -> Self {
        let state = run.state();
        let run_state = run_state(run);
        let under_way = matches!(run_state, RunState::Running | RunState::Undoing);
        let critical = if under_way {
            progress::critical(run, now)
        } else {
            BTreeSet::new()
        };
        Self {
            id: run.plan().facts.run.clone(),
            kind: run.plan().kind,
            sandbox: pace.is_pretend(),
            state: run_state,
            seq: state.seq,
            started_at: state.started_at.map(|at| pace.wall_at(at)),
            ended_at: state.outcome.map(|(_, at)| pace.wall_at(at)),
            steps: steps::steps(run, pace, &critical),
            eta_ms: under_way.then(|| progress::eta_ms(run, now, pace)),
            waiting: progress::waiting(run, now, pace).filter(|_| under_way),
            resources: cluster::resources(run),
            cluster: cluster::cluster(run),
            checks: state.checks.clone(),
            machines: cluster::machines(run, pace),
            missing: run
                .last_evidence()
                .map(|evidence| shortfall(run.plan(), evidence))
                .unwrap_or_default(),
            mender: problem(run).and_then(|problem| problem.mender()),
            problem: problem(run),
            leftovers: state.stuck.clone().unwrap_or_default(),
            kept: state.kept.clone(),
            removed: removal::removed(run, pace),
            unknown: removal::unknown(run),
            retries: removal::retries(run, pace),
            hourly: removal::hourly(run),
            hourly_before: removal::hourly_before(run),
            can_certify: run.plan().kind == PlanKind::Launch
                && state.shredded != Some(Shred::All)
                && state.undoing.is_none()
                && !state.collected,
        }
    }
}

fn run_state(run: &Run) -> RunState {
    let state = run.state();
    match state.outcome {
        Some((Outcome::Ready, _)) => RunState::Ready,
        Some((Outcome::Destroyed, _)) => RunState::Destroyed,
        Some((Outcome::Undone, _)) => RunState::Undone,
        Some((Outcome::Done, _)) => RunState::Done,
        None if state.stuck.is_some() => RunState::Stuck,
        None if state.undoing.is_some() => RunState::Undoing,
        None => RunState::Running,
    }
}

fn problem(run: &Run) -> Option<Problem> {
    let state = run.state();
    state
        .undoing
        .clone()
        .or_else(|| state.problems.values().next().cloned())
}

/// Whether a line of the journal says something to a person. The others are between the run and its driver.
pub const fn is_told(event: &Event) -> bool {
    !matches!(event, Event::Slept { .. } | Event::AdminKey { .. })
}

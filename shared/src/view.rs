//! What the page sees of a run. It is derived anew each time and holds nothing secret.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::bootstrap::{Stage, StageState};
use crate::catalog::Money;
use crate::exoscale::Kind;
use crate::pace::Pace;
use crate::plan::{Action, ClusterRef, PlanKind, Step, StepId, critical_path_ms};
use crate::run::{
    Check, Event, Item, Kept, Leftover, Outcome, Phase, Problem, Run, Shred, Target, TaskState,
    shortfall,
};
use crate::time::Timestamp;

/// A run as a person sees it. Times are wall time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// The run.
    pub id: String,
    /// What it does.
    pub kind: PlanKind,
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
    /// What could not be removed.
    pub leftovers: Vec<Leftover>,
    /// What was left alone on purpose.
    pub kept: Vec<Kept>,
    /// Everything that was removed.
    pub removed: Vec<Item>,
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
        let steps = steps(run, pace);
        let under_way = matches!(run_state, RunState::Running | RunState::Undoing);
        Self {
            id: run.plan().facts.run.clone(),
            kind: run.plan().kind,
            state: run_state,
            seq: state.seq,
            started_at: state.started_at.map(|at| pace.wall_at(at)),
            ended_at: state.outcome.map(|(_, at)| pace.wall_at(at)),
            eta_ms: under_way.then(|| {
                pace.wall_ms(critical_path_ms(run.steps(), |step| {
                    remaining_ms(run, step, now)
                }))
            }),
            waiting: waiting(run, now, pace).filter(|_| under_way),
            resources: resources(run),
            cluster: cluster(run),
            checks: state.checks.clone(),
            machines: machines(run, pace),
            missing: run
                .last_evidence()
                .map(|evidence| shortfall(run.plan(), evidence))
                .unwrap_or_default(),
            problem: problem(run),
            leftovers: state.stuck.clone().unwrap_or_default(),
            kept: state.kept.clone(),
            removed: state.seen.difference(&state.found).cloned().collect(),
            can_certify: state.shredded != Some(Shred::All)
                && state.undoing.is_none()
                && !state.collected,
            steps,
        }
    }
}

fn run_state(run: &Run) -> RunState {
    let state = run.state();
    match state.outcome {
        Some((Outcome::Ready, _)) => RunState::Ready,
        Some((Outcome::Destroyed, _)) => RunState::Destroyed,
        Some((Outcome::Undone, _)) => RunState::Undone,
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

fn steps(run: &Run, pace: &Pace) -> Vec<StepView> {
    let undoing = run.state().undoing.is_some();
    let forward = run
        .plan()
        .steps
        .iter()
        .map(|step| step_view(run, step, pace, false));
    let back = run
        .plan()
        .undo
        .iter()
        .filter(|_| undoing)
        .map(|step| step_view(run, step, pace, true));
    forward.chain(back).collect()
}

fn step_view(run: &Run, step: &Step, pace: &Pace, undo: bool) -> StepView {
    let tasks: Vec<&TaskState> = task_states(run, step).collect();
    let items: Vec<&TaskState> = run
        .state()
        .tasks
        .iter()
        .filter(|(target, _)| target.step == step.id)
        .map(|(_, state)| state)
        .collect();
    let state = step_state(run, step, &tasks, undo);
    let over = matches!(state, StepState::Done | StepState::Failed);
    StepView {
        id: step.id.clone(),
        title: step.title.clone(),
        state,
        needs: step.needs.clone(),
        started_at: tasks
            .iter()
            .map(|task| task.started_at)
            .min()
            .map(|at| pace.wall_at(at)),
        ended_at: tasks
            .iter()
            .map(|task| task.since)
            .max()
            .filter(|_| over)
            .map(|at| pace.wall_at(at)),
        typical_ms: pace.wall_ms(step.typical_ms()),
        attempts: items
            .iter()
            .map(|task| task.attempts.saturating_sub(1))
            .sum(),
        detail: detail(run, step, &tasks),
        undo,
    }
}

fn step_state(run: &Run, step: &Step, tasks: &[&TaskState], undo: bool) -> StepState {
    let given_up = run.state().undoing.is_some() && !undo;
    if tasks.iter().any(|task| task.phase == Phase::Failed) {
        StepState::Failed
    } else if run.step_is_done(&step.id) {
        StepState::Done
    } else if given_up {
        StepState::Skipped
    } else if tasks.is_empty() {
        StepState::Waiting
    } else {
        StepState::Working
    }
}

fn detail(run: &Run, step: &Step, tasks: &[&TaskState]) -> Option<String> {
    let failed = run
        .state()
        .problems
        .iter()
        .find(|(target, _)| target.step == step.id);
    if let Some((_, problem)) = failed {
        return Some(problem.why.clone());
    }
    let said = tasks
        .iter()
        .filter_map(|task| task.detail.clone())
        .next_back();
    said.or_else(|| {
        let done = tasks
            .iter()
            .filter(|task| task.phase == Phase::Done)
            .count();
        (step.tasks.len() > 1).then(|| format!("{done} of {}", step.tasks.len()))
    })
}

fn task_states<'a>(run: &'a Run, step: &'a Step) -> impl Iterator<Item = &'a TaskState> {
    (0..step.tasks.len()).filter_map(|index| run.state().tasks.get(&Target::task(&step.id, index)))
}

/// How much longer a step takes: what is left of the usual time, and when that has passed, a little more, since a
/// promise of zero would be a lie.
fn remaining_ms(run: &Run, step: &Step, now: Timestamp) -> u64 {
    if run.step_is_done(&step.id) {
        return 0;
    }
    let started = task_states(run, step).map(|task| task.started_at).min();
    let passed = started.map_or(0, |at| now.since_ms(at));
    let typical = step.typical_ms();
    typical.saturating_sub(passed).max(typical / 10)
}

/// The step under way from which the longest chain still follows.
fn waiting(run: &Run, now: Timestamp, pace: &Pace) -> Option<Waiting> {
    let steps = run.steps();
    let under_way = steps
        .iter()
        .filter(|step| !run.step_is_done(&step.id) && task_states(run, step).next().is_some());
    let longest = under_way.max_by_key(|step| {
        let after = followers(steps, &step.id);
        let chain: Vec<Step> = steps
            .iter()
            .filter(|other| other.id == step.id || after.contains(&other.id))
            .cloned()
            .map(|mut other| {
                other
                    .needs
                    .retain(|need| *need == step.id || after.contains(need));
                other
            })
            .collect();
        critical_path_ms(&chain, |step| remaining_ms(run, step, now))
    })?;
    let since = task_states(run, longest)
        .map(|task| task.started_at)
        .min()?;
    Some(Waiting {
        step: longest.id.clone(),
        title: longest.title.clone(),
        since: pace.wall_at(since),
        typical_ms: pace.wall_ms(longest.typical_ms()),
    })
}

fn followers(steps: &[Step], id: &StepId) -> BTreeSet<StepId> {
    let mut after = BTreeSet::new();
    loop {
        let more: Vec<StepId> = steps
            .iter()
            .filter(|step| {
                !after.contains(&step.id)
                    && step
                        .needs
                        .iter()
                        .any(|need| need == id || after.contains(need))
            })
            .map(|step| step.id.clone())
            .collect();
        if more.is_empty() {
            return after;
        }
        after.extend(more);
    }
}

/// A launch knows what its steps made; a removal knows what it found.
fn resources(run: &Run) -> Vec<ResourceView> {
    let state = run.state();
    if state.undoing.is_some() || run.plan().kind == PlanKind::Destroy {
        let left = state.found.iter();
        return left
            .map(|item| ResourceView {
                kind: item.kind,
                id: item.id.0.clone(),
                name: item.name.clone(),
                hourly: Money::ZERO,
            })
            .collect();
    }
    let made = run.plan().steps.iter().filter_map(|step| {
        let id = state.ids.get(&step.id)?;
        let resource = step.tasks.iter().find_map(|task| {
            let Action::Create { resource } = &task.action else {
                return None;
            };
            Some(resource)
        })?;
        Some(ResourceView {
            kind: resource.kind(),
            id: id.0.clone(),
            name: resource.name().to_owned(),
            hourly: step.hourly,
        })
    });
    made.collect()
}

fn cluster(run: &Run) -> ClusterView {
    let (state, plan) = (run.state(), run.plan());
    let ClusterRef { name, id, zone } = &plan.cluster;
    let public = |key: &str| state.public.get(key).cloned();
    let address = [StepId::from("address"), StepId::from("control-plane-1")]
        .iter()
        .find_map(|step| state.addresses.get(step));
    let found = state.cluster.as_ref().map(|tag| tag.id.clone());
    ClusterView {
        name: name.clone(),
        id: id.clone().or(found),
        zone: zone.as_str().to_owned(),
        endpoint: address.map(|address| format!("https://{address}:6443")),
        ca_certificate: public("ca.crt"),
        client_certificate: public("admin.crt"),
        admin_public_key: public("admin-key"),
    }
}

fn machines(run: &Run, pace: &Pace) -> Vec<MachineView> {
    let last = run
        .state()
        .reports
        .iter()
        .filter_map(|(name, reports)| Some((name, reports.last()?)));
    last.map(|(name, (at, report))| MachineView {
        name: name.clone(),
        stage: report.stage,
        state: report.state,
        at: pace.wall_at(*at),
        detail: report.detail.clone(),
    })
    .collect()
}

/// Whether a line of the journal says something to a person. The others are between the run and its driver.
pub const fn is_told(event: &Event) -> bool {
    !matches!(event, Event::Slept { .. } | Event::AdminKey { .. })
}

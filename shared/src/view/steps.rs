//! How each step stands, and what there is to say about it.

use std::collections::BTreeSet;

use super::{StepState, StepView};
use crate::pace::Pace;
use crate::plan::{Step, StepId};
use crate::run::{Phase, Run, Target, TaskState};

pub(super) fn steps(run: &Run, pace: &Pace, critical: &BTreeSet<StepId>) -> Vec<StepView> {
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
    let mut steps: Vec<StepView> = forward.chain(back).collect();
    for step in &mut steps {
        step.critical = step.undo == undoing && critical.contains(&step.id);
    }
    steps
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
        critical: false,
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
        (step.tasks.len() > 1).then(|| format!("{done} of {} tasks", step.tasks.len()))
    })
}

pub(super) fn task_states<'a>(run: &'a Run, step: &'a Step) -> impl Iterator<Item = &'a TaskState> {
    (0..step.tasks.len()).filter_map(|index| run.state().tasks.get(&Target::task(&step.id, index)))
}

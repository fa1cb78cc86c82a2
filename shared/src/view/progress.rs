//! How long a run still takes, and what it waits for.

use std::collections::BTreeSet;

use super::Waiting;
use super::steps::task_states;
use crate::pace::Pace;
use crate::plan::{Step, StepId, critical_path_ms, ends};
use crate::run::Run;
use crate::time::Timestamp;

/// How long it still takes, as a rule, by the wall clock.
pub(super) fn eta_ms(run: &Run, now: Timestamp, pace: &Pace) -> u64 {
    pace.wall_ms(critical_path_ms(run.steps(), |step| {
        remaining_ms(run, step, now)
    }))
}

/// The steps that decide how long it still takes: the longest chain of what is not done, from its end back.
pub(super) fn critical(run: &Run, now: Timestamp) -> BTreeSet<StepId> {
    let steps = run.steps();
    let ends = ends(steps, |step| remaining_ms(run, step, now));
    let end = |id: &StepId| ends.get(id).copied().unwrap_or_default();
    let mut chain = BTreeSet::new();
    let open = |id: &StepId| !run.step_is_done(id);
    let mut next = steps
        .iter()
        .filter(|step| open(&step.id))
        .max_by_key(|step| end(&step.id));
    while let Some(step) = next {
        chain.insert(step.id.clone());
        let before = step.needs.iter().filter(|need| open(need));
        let before = before.max_by_key(|need| end(need));
        next = before.and_then(|need| steps.iter().find(|step| step.id == *need));
    }
    chain
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
pub(super) fn waiting(run: &Run, now: Timestamp, pace: &Pace) -> Option<Waiting> {
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

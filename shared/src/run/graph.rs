//! The steps of a plan by number: which need which is worked out once a replay, and asked at every move.

use std::collections::BTreeMap;

use super::{Phase, Target, TaskState};
use crate::plan::{Step, StepId};

/// Who needs whom among some steps.
#[derive(Debug)]
pub(super) struct Graph {
    /// The steps in the order of their names, in which their tasks are kept, too.
    by_name: Vec<usize>,
    /// What each step needs; `None` is a step that there is not.
    needs: Vec<Vec<Option<usize>>>,
}

impl Graph {
    pub(super) fn of(steps: &[Step]) -> Self {
        let numbers = steps.iter().enumerate();
        let numbers: BTreeMap<&StepId, usize> =
            numbers.map(|(number, step)| (&step.id, number)).collect();
        let needs = |step: &Step| {
            let needs = step.needs.iter();
            needs.map(|need| numbers.get(need).copied()).collect()
        };
        Self {
            needs: steps.iter().map(needs).collect(),
            by_name: numbers.into_values().collect(),
        }
    }

    /// Which of the steps are done: all their tasks are. Those that have begun lie beside each other, each with what it
    /// removes.
    pub(super) fn done(&self, steps: &[Step], tasks: &BTreeMap<Target, TaskState>) -> Done<'_> {
        let mut done = vec![false; steps.len()];
        let mut begun = tasks.iter().peekable();
        for number in &self.by_name {
            let (Some(step), Some(done)) = (steps.get(*number), done.get_mut(*number)) else {
                continue;
            };
            while begun.next_if(|(target, _)| target.step < step.id).is_some() {}
            let mut finished = 0;
            while let Some((target, state)) = begun.next_if(|(target, _)| target.step == step.id) {
                finished += usize::from(target.item.is_none() && state.phase == Phase::Done);
            }
            *done = finished == step.tasks.len();
        }
        Done { graph: self, done }
    }
}

/// Which steps are done.
pub(super) struct Done<'a> {
    graph: &'a Graph,
    done: Vec<bool>,
}

impl Done<'_> {
    /// Whether nothing is left to do.
    pub(super) fn is_all(&self) -> bool {
        self.done.iter().all(|done| *done)
    }

    /// Whether a step is not done, and all is that it needs.
    pub(super) fn is_open(&self, step: usize) -> bool {
        let done = |number: usize| self.done.get(number).copied().unwrap_or_default();
        let needs = self.graph.needs.get(step).map_or(&[][..], Vec::as_slice);
        !done(step) && needs.iter().all(|need| need.is_some_and(done))
    }
}

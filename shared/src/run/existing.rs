//! What exists now of what a run is about, as far as the run can know, and what is left when it can go no further.

use super::state::swept_kind;
use super::{Item, Leftover, Phase, Problem, Run};
use crate::exoscale::ResourceId;
use crate::plan::{Action, PlanKind, Step, Task};

impl Run {
    /// Whether the run takes things away: then listings say what there is.
    pub fn takes_away(&self) -> bool {
        self.state.undoing.is_some() || self.plan.kind == PlanKind::Destroy
    }

    /// What exists now, each with its price.
    pub fn existing(&self) -> Vec<Item> {
        if self.takes_away() {
            let found = self.state.findings.here().cloned();
            return found.chain(self.unlisted()).collect();
        }
        let removed = |made: &Step| {
            self.plan.steps.iter().any(|step| {
                let mut actions = step.tasks.iter().map(|task| &task.action);
                let removes = |action: &Action| {
                    matches!(action, Action::Remove { step, .. } if *step == made.id)
                };
                actions.any(removes) && self.step_is_done(&step.id)
            })
        };
        let made = self.made_by_steps();
        let left = made.filter(|(step, _)| !removed(step));
        left.map(|(_, item)| item).collect()
    }

    /// Everything that was found and not removed, each with its reason, who can mend that, and the command that
    /// removes it.
    pub(super) fn leftovers(&self, problem: &Problem) -> Vec<Leftover> {
        let failed = |id: &ResourceId| {
            let mut problems = self.state.problems.iter();
            let of_item = problems.find(|(target, _)| target.item.as_ref() == Some(id));
            of_item.map(|(_, problem)| problem)
        };
        let zone = self.plan.cluster.zone.as_str();
        let command = |item: &Item| {
            let place = if item.kind.is_zonal() {
                format!(" --zone {zone}")
            } else {
                String::new()
            };
            format!("{} {}{place}", item.kind.exo_delete(), item.id)
        };
        let left = self.existing().into_iter();
        left.map(|item| {
            let own = failed(&item.id);
            Leftover {
                why: own.map_or_else(
                    || format!("waits for: {}", problem.what),
                    |own| own.why.clone(),
                ),
                mender: own.unwrap_or(problem).mender(),
                command: command(&item),
                item,
            }
        })
        .collect()
    }

    /// What was made, and neither a listing nor its own removal has shown to be gone: a listing may have been behind,
    /// or there was none.
    pub(super) fn unlisted(&self) -> Vec<Item> {
        if self.state.undoing.is_none() {
            return Vec::new();
        }
        let made = self.made_by_steps().map(|(_, item)| item);
        made.filter(|item| !self.state.findings.has(&item.id))
            .filter(|item| !self.is_gone(item))
            .collect()
    }

    /// What the steps of the way forward have made.
    fn made_by_steps(&self) -> impl Iterator<Item = (&Step, Item)> {
        let steps = self.plan.steps.iter();
        let tasks = steps.flat_map(|step| step.tasks.iter().map(move |task| (step, task)));
        tasks.filter_map(|(step, task): (&Step, &Task)| {
            let resource = task.action.resource()?;
            let item = Item {
                kind: resource.kind(),
                id: self.state.ids.get(&step.id)?.clone(),
                name: resource.name().to_owned(),
                hourly: self.worth_of_made(resource),
            };
            Some((step, item))
        })
    }

    fn is_gone(&self, item: &Item) -> bool {
        let over = self.state.tasks.iter();
        let mut over = over.filter(|(_, state)| state.phase == Phase::Done);
        over.any(|(target, _)| match &target.item {
            Some(id) => *id == item.id,
            None => swept_kind(&self.plan, target) == Some(item.kind),
        })
    }
}

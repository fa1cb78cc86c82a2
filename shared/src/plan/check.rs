//! A second opinion on a plan, by other means than those that made it.

use std::collections::BTreeSet;

use super::{Action, Plan, Resource, topological};
use crate::exoscale::Kind;

/// Something that a plan must not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Two steps of one name.
    #[error("two steps are called {0}")]
    Twice(String),
    /// A cycle, or a need that names no step.
    #[error("the steps cannot be put in an order")]
    NoOrder,
    /// A task that waits for itself or a later one.
    #[error("a task of {0} needs one that does not come before it")]
    TaskOrder(String),
    /// Something is made that nothing would remove.
    #[error("{0} makes a {1} that the undo does not remove")]
    NoUndo(String, &'static str),
    /// A name that Exoscale refuses.
    #[error("{0} gives a name or prefix that is too long: {1}")]
    NameTooLong(String, String),
}

/// Everything that is wrong with a plan.
pub fn check(plan: &Plan) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut names = BTreeSet::new();
    for step in plan.steps.iter().chain(&plan.undo) {
        if !names.insert(&step.id) {
            flaws.push(Flaw::Twice(step.id.0.clone()));
        }
        if step
            .tasks
            .iter()
            .enumerate()
            .any(|(index, task)| task.needs.iter().any(|need| *need >= index))
        {
            flaws.push(Flaw::TaskOrder(step.id.0.clone()));
        }
    }
    if topological(&plan.steps).is_none() || topological(&plan.undo).is_none() {
        flaws.push(Flaw::NoOrder);
    }
    flaws.extend(resources(plan).filter_map(|(step, resource)| undo_flaw(plan, step, resource)));
    flaws.extend(resources(plan).filter_map(|(step, resource)| name_flaw(step, resource)));
    flaws
}

fn resources(plan: &Plan) -> impl Iterator<Item = (&str, &Resource)> {
    plan.steps.iter().flat_map(|step| {
        let made = step.resources();
        made.map(|resource| (step.id.0.as_str(), resource))
    })
}

fn undo_flaw(plan: &Plan, step: &str, resource: &Resource) -> Option<Flaw> {
    let removes = |kind: Kind| {
        let tasks = plan.undo.iter().flat_map(|step| &step.tasks);
        tasks
            .filter(|task| matches!(task.action, Action::Sweep { kind: swept } if swept == kind))
            .count()
            > 0
    };
    // A snapshot goes with its instance; a template is what its run is for. What is added to a cluster that stands is
    // not taken back: another resize or a destroy removes it.
    let stays =
        matches!(resource.kind(), Kind::Snapshot | Kind::Template) || plan.facts.standing.is_some();
    (!stays && !removes(resource.kind()))
        .then(|| Flaw::NoUndo(step.to_owned(), resource.kind().noun()))
}

fn name_flaw(step: &str, resource: &Resource) -> Option<Flaw> {
    let too_long = |name: &str, limit: usize| {
        (name.is_empty() || name.len() > limit)
            .then(|| Flaw::NameTooLong(step.to_owned(), name.to_owned()))
    };
    match resource {
        // Members of a pool are named prefix-xxxxx-xxxxx, and a node's name has 63 characters at most.
        Resource::InstancePool(pool) => {
            too_long(&pool.prefix, 30).or_else(|| too_long(&pool.name, 255))
        }
        Resource::Instance(instance) => too_long(&instance.name, 63),
        Resource::SshKey { name, .. }
        | Resource::PrivateNetwork { name, .. }
        | Resource::SecurityGroup { name }
        | Resource::AntiAffinityGroup { name }
        | Resource::Role { name, .. }
        | Resource::ApiKey { name, .. }
        | Resource::ElasticIp { name, .. }
        | Resource::Template { name, .. } => too_long(name, 191),
        Resource::Snapshot { .. } => None,
    }
}

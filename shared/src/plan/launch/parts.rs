//! The small parts that every builder is made of.

use crate::catalog::Money;
use crate::plan::{Action, Resource, Step, StepId, Task};

pub(in crate::plan) fn step(id: &str, title: &str, needs: &[&str], tasks: Vec<Task>) -> Step {
    let needs = needs.iter().map(|need| StepId::from(*need)).collect();
    Step {
        id: id.into(),
        title: title.to_owned(),
        needs,
        tasks,
        hourly: Money::ZERO,
    }
}

pub(in crate::plan) fn create(resource: Resource, typical_ms: u64) -> Task {
    task(
        Action::Create {
            resource: Box::new(resource),
        },
        typical_ms,
    )
}

pub(in crate::plan) const fn task(action: Action, typical_ms: u64) -> Task {
    Task {
        action,
        needs: Vec::new(),
        typical_ms,
    }
}

/// Groups, networks and rules have been seen to take less than three seconds.
pub(in crate::plan) const SHORT_MS: u64 = 2_000;

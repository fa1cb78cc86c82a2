//! What comes after everything else: the rotation's role is narrowed, and the cluster is seen to work.

use super::Builder;
use super::parts::{SHORT_MS, step, task};
use crate::plan::roles::ROTATION;
use crate::plan::{Action, Step};

impl Builder<'_> {
    /// The policy of a role that somebody made beforehand is theirs.
    pub(super) fn guard(&self) -> Option<Step> {
        if self.facts.roles.contains_key(&ROTATION.into()) {
            return None;
        }
        let pools: Vec<String> = self
            .spec
            .pools()
            .iter()
            .map(|pool| format!("pool-{}", pool.name.as_str()))
            .collect();
        let guarded = pools.iter().map(|pool| pool.as_str().into()).collect();
        let mut needs = vec![ROTATION];
        needs.extend(pools.iter().map(String::as_str));
        let action = Action::Guard {
            role: ROTATION.into(),
            pools: guarded,
        };
        Some(step(
            "guard-token-rotation",
            "Narrow the rotation's role to the pools",
            &needs,
            vec![task(action, SHORT_MS)],
        ))
    }
}

pub(super) fn ready(steps: &[Step]) -> Step {
    let needs: Vec<&str> = steps.iter().map(|step| step.id.0.as_str()).collect();
    step(
        "ready",
        "See the cluster work",
        &needs,
        vec![task(Action::Evidence, BOOTSTRAP_MS)],
    )
}

/// From the last machine's start to complete evidence, on stock images.
const BOOTSTRAP_MS: u64 = 120_000;

//! Every decision, made before anything happens: a plan is a graph of named steps, each a few small tasks.
//!
//! A plan holds no secret and no identifier that only Exoscale can give: where one is needed it names the step that
//! brings it. What it leaves to the run is order, waiting and repair, nothing else.

mod access;
mod action;
mod bake;
mod change;
mod check;
mod dag;
mod destroy;
mod facts;
mod launch;
mod machines;
mod names;
mod renew;
mod resize;
mod resource;
mod roles;
mod rules;
mod standing;
mod timeline;

pub use access::access;
pub use action::{Action, Gather, Make, Watch};
pub use bake::{IMAGE_PREFIX, bake, bake_run, image_name, is_fresh};
pub use change::{Change, Word};
pub use check::{Flaw, check};
pub(crate) use dag::ends;
pub use dag::{critical_path_ms, topological};
pub use destroy::{Also, ClusterRef, destroy, removal};
pub use facts::Facts;
pub use launch::launch;
pub use names::{
    ClusterTag, MARKER_CLUSTER, MARKER_RUN, MARKER_STEP, Marker, is_run_id, made_for, run_of,
    tag_of,
};
pub use renew::renew;
pub use resize::resize;
pub use resource::{InstancePlan, PoolPlan, Resource};
pub(crate) use roles::key_names;
pub(crate) use roles::rotation_policy;
pub use roles::{given_roles, policies};
pub(crate) use rules::networks;
pub use rules::shut_doors;
pub use standing::{
    Drift, NotStanding, Seen, SeenMachine, SeenPool, Standing, StandingPool, Survey, drift,
};
pub use timeline::{Slot, timeline};

use serde::{Deserialize, Serialize};

use crate::catalog::Money;
use crate::exoscale::Kind;
use crate::pki::hash_hex;
use crate::spec::Spec;

/// The shape of a stored plan. Older ones are read for ever.
pub const SCHEMA: u32 = 1;

/// Who planned: a plan is stored with the name of the planner, so that a later one need not make the same choices.
pub const PLANNER: &str = "slipway/1";

/// The name of a step, unique within its plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub String);

impl std::fmt::Display for StepId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for StepId {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

/// What kind of change a plan makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanKind {
    /// From nothing to a cluster.
    #[default]
    Launch,
    /// From a cluster to nothing.
    Destroy,
    /// Other pools, or other bounds.
    Resize,
    /// Others may reach the API, SSH and `NodePort`s.
    Access,
    /// A new admin certificate.
    Renew,
    /// A golden image.
    Bake,
}

/// Every decision of one run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The shape of this value.
    pub schema: u32,
    /// Which planner made the choices.
    pub planner: String,
    /// What kind of change it is.
    pub kind: PlanKind,
    /// The cluster that it is about.
    pub cluster: ClusterRef,
    /// What was known when it was made.
    pub facts: Facts,
    /// What the person wants; a destroy has none.
    pub spec: Option<Spec>,
    /// What to do, as a graph.
    pub steps: Vec<Step>,
    /// What to do instead once something has failed for good or the person has cancelled.
    pub undo: Vec<Step>,
}

/// One thing to ensure.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Its name.
    pub id: StepId,
    /// What a person reads.
    pub title: String,
    /// The steps that come before it.
    pub needs: Vec<StepId>,
    /// How it is done.
    pub tasks: Vec<Task>,
    /// What this costs per hour once it stands; for a pool at its smallest.
    pub hourly: Money,
}

/// One small part of a step.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// What it does.
    pub action: Action,
    /// The tasks of the same step that come before it, by position.
    pub needs: Vec<usize>,
    /// How long it takes as a rule.
    pub typical_ms: u64,
}

impl Plan {
    /// The plan of a change to a cluster that stands. Nothing of it is taken back: what was done is done, and what
    /// could not be is tried again.
    fn of_standing(
        kind: PlanKind,
        standing: Standing,
        spec: Option<Spec>,
        steps: Vec<Step>,
        facts: Facts,
    ) -> Self {
        Self {
            schema: SCHEMA,
            planner: PLANNER.to_owned(),
            kind,
            cluster: ClusterRef {
                name: standing.tag.name.clone(),
                id: Some(standing.tag.id.clone()),
                zone: standing.spec.zone(),
            },
            spec,
            steps,
            undo: Vec::new(),
            facts: Facts {
                kubernetes: standing.kubernetes.clone(),
                standing: Some(Box::new(standing)),
                ..facts
            },
        }
    }

    /// The step of this name, whichever way the run is going.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps
            .iter()
            .chain(&self.undo)
            .find(|step| &step.id == id)
    }

    /// Whether the plan removes what is ours of a kind.
    pub fn sweeps(&self, kind: Kind) -> bool {
        let mut tasks = self.steps.iter().flat_map(|step| &step.tasks);
        tasks.any(|task| matches!(task.action, Action::Sweep { kind: swept } if swept == kind))
    }

    /// What the plan makes.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.steps.iter().flat_map(Step::resources)
    }

    /// The cluster beside which an image is made.
    pub fn beside(&self) -> Option<&ClusterTag> {
        let tasks = self.steps.iter().flat_map(|step| &step.tasks);
        tasks.into_iter().find_map(|task| {
            let Action::Point { cluster, .. } = &task.action else {
                return None;
            };
            Some(cluster)
        })
    }

    /// What the run has to itself while it lasts: a cluster's name in its zone, or an image's.
    pub fn subject(&self) -> String {
        let image = self
            .resources()
            .find(|resource| resource.kind() == Kind::Template)
            .map(Resource::name);
        let name = image.unwrap_or(&self.cluster.name);
        format!("{}/{name}", self.cluster.zone.as_str())
    }

    /// What two people compare to know that they mean the same plan: a hash over all of it.
    pub fn digest(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        let mut digest = hash_hex(&text);
        digest.truncate(DIGEST_CHARS);
        digest
    }
}

impl Step {
    /// What the step makes.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.tasks.iter().filter_map(|task| task.action.resource())
    }

    /// How long the step takes as a rule: its longest chain of tasks.
    pub fn typical_ms(&self) -> u64 {
        let mut ends: Vec<u64> = Vec::with_capacity(self.tasks.len());
        for task in &self.tasks {
            let start = task
                .needs
                .iter()
                .filter_map(|need| ends.get(*need))
                .max()
                .copied()
                .unwrap_or(0);
            ends.push(start.saturating_add(task.typical_ms));
        }
        ends.into_iter().max().unwrap_or(0)
    }
}

/// 128 bits.
const DIGEST_CHARS: usize = 32;

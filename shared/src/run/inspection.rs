//! What a destroy would find, remove and leave alone, without removing anything. It reads what the run reads.

use serde::{Deserialize, Serialize};

use super::stock::{self, Listings};
use super::{Item, Kept, Rate, Run, Unknown};
use crate::exoscale::{Call, CallError, Kind, Reply, ResourceId};
use crate::plan::{ClusterRef, Plan, StepId};

/// Looks at what a destroy would do.
#[derive(Debug)]
pub struct Inspection(Run);

/// What a destroy would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Removal {
    /// The cluster; its id is known where anything of it was found.
    pub cluster: ClusterRef,
    /// The steps, in their order.
    pub steps: Vec<RemovalStep>,
    /// What would be removed, kind by kind.
    pub items: Vec<Item>,
    /// What would be left alone, and why.
    pub kept: Vec<Kept>,
    /// What the key may not list.
    pub unknown: Vec<Unknown>,
    /// What would no longer be billed.
    pub hourly: Rate,
}

/// A step of a destroy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovalStep {
    /// Its name.
    pub id: StepId,
    /// What a person reads.
    pub title: String,
}

/// Why there is nothing to destroy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRemovable {
    /// Nothing of such a cluster is there.
    #[error("there is nothing of a cluster called {0} in this zone")]
    None(String),
    /// The name alone does not say which.
    #[error("there are several clusters called {name}: {tags}")]
    Several {
        /// The name.
        name: String,
        /// The clusters, with their ids.
        tags: String,
    },
}

impl Inspection {
    /// Of a plan that destroys a cluster.
    pub fn new(plan: Plan) -> Option<Self> {
        Run::replay(plan, &[]).ok().map(Self)
    }

    /// What to ask first.
    pub fn calls() -> Vec<Call> {
        stock::calls()
    }

    /// Whether the inspection can do without this answer to one of its questions, counted from 0.
    pub fn can_do_without(index: usize, error: &CallError) -> bool {
        stock::can_do_without(index, error)
    }

    /// What to ask once those answers are there.
    pub fn more_calls(&self, answers: &[Result<Reply, CallError>]) -> Vec<Call> {
        let instances = self.instances(answers).into_iter();
        instances.map(|id| Call::Get(Kind::Instance, id)).collect()
    }

    /// What all answers add up to, those to the first questions first.
    pub fn judge(&self, answers: Vec<Result<Reply, CallError>>) -> Result<Removal, NotRemovable> {
        let plan = self.0.plan();
        let name = &plan.cluster.name;
        let instances = self.instances(&answers);
        let stock = self.0.stock(&Listings::read(answers, &instances));
        let stock = stock.map_err(|tags| {
            let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
            let (name, tags) = (name.clone(), tags.join(", "));
            NotRemovable::Several { name, tags }
        })?;
        // Images and load balancers without a service may be anybody's; a volume has the cluster's id in its name.
        let speaks = |kept: &Kept| kept.item.kind == Kind::Volume;
        let nothing = stock.items.is_empty() && !stock.kept.iter().any(speaks);
        if nothing && stock.unknown.is_empty() {
            return Err(NotRemovable::None(name.clone()));
        }
        let steps = plan.steps.iter().map(|step| RemovalStep {
            id: step.id.clone(),
            title: step.title.clone(),
        });
        Ok(Removal {
            cluster: ClusterRef {
                id: stock.cluster.map(|tag| tag.id),
                ..plan.cluster.clone()
            },
            steps: steps.collect(),
            hourly: Rate::of(stock.items.iter().map(|item| item.hourly)),
            items: stock.items,
            kept: stock.kept,
            unknown: stock.unknown,
        })
    }

    fn instances(&self, answers: &[Result<Reply, CallError>]) -> Vec<ResourceId> {
        let first = answers.iter().take(stock::calls().len()).cloned();
        self.0
            .instances_to_weigh(&Listings::read(first.collect(), &[]))
    }
}

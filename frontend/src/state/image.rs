//! The golden image of a cluster that stands: what making it takes, and the run that makes it.

use leptos::prelude::{GetUntracked as _, GetValue as _};
use shared::catalog::Money;
use shared::plan::{self, InstancePlan, PlanKind, Resource, Step, critical_path_ms};
use shared::spec::Spec;

use super::launch::follow;
use super::{Berth, Stands};
use crate::api::{self, ApiError, RunLink, StandingCluster, Start};

/// What making the image takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Baking {
    /// What is done, in its order.
    pub titles: Vec<String>,
    /// How long it takes as a rule.
    pub time_ms: u64,
    /// What its machine costs per hour meanwhile.
    pub machine: Option<Money>,
    /// What the image costs per hour from then on.
    pub image: Option<Money>,
}

impl Baking {
    /// As the launcher would plan it, by the same function.
    pub fn of(berth: Berth, cluster: &StandingCluster) -> Self {
        let (tab, standing) = (berth.tab, &cluster.standing);
        let offer = tab.offer().unwrap_or_else(super::compose::offline_catalog);
        // Neither steps nor times depend on which run it is.
        let run = RunLink::random().unwrap_or_default().id;
        let facts = offer.facts(&run, standing.spec.kubernetes());
        let plan = plan::bake(&standing.spec, Some(standing.tag.clone()), facts);
        let machine = plan.steps.iter().find_map(machine);
        let prices = tab.prices();
        let price = |machine: &InstancePlan| {
            prices.machine(&machine.instance_type, machine.disk_gib.into())
        };
        let image =
            |machine: &InstancePlan| Some(prices.template_gib()?.times(machine.disk_gib.into()));
        Self {
            titles: plan.steps.iter().map(|step| step.title.clone()).collect(),
            time_ms: critical_path_ms(&plan.steps, Step::typical_ms),
            machine: machine.and_then(price),
            image: machine.and_then(image),
        }
    }
}

fn machine(step: &Step) -> Option<&InstancePlan> {
    let mut made = step.tasks.iter().filter_map(|task| task.action.resource());
    made.find_map(|resource| {
        if let Resource::Instance(machine) = resource {
            Some(machine.as_ref())
        } else {
            None
        }
    })
}

/// Makes the image that the cluster's next nodes boot from, and goes to where that can be watched.
pub async fn bake(berth: Berth, spec: &Spec) -> Result<(), ApiError> {
    let Some(account) = berth.account.get_untracked() else {
        return Ok(());
    };
    let (run, stands) = (
        RunLink::random().unwrap_or_default(),
        berth.stands.get_value(),
    );
    let Stands { name, id, zone } = &stands;
    let start = Start::Change {
        kind: PlanKind::Bake,
        name,
        id: id.as_deref(),
        zone,
        spec,
        credentials: &account.credentials,
        plan_hash: None,
    };
    api::start(&run, &start).await?;
    follow(berth.tab, run, &stands, &account, PlanKind::Bake);
    Ok(())
}

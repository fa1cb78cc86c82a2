//! A change to a cluster that stands, in the making: what it would do is known before anybody starts it.

use leptos::prelude::*;
use shared::catalog::{Money, band};
use shared::plan::{Plan, PlanKind, Step, access, critical_path_ms, resize};
use shared::spec::{Difference, Problem, Spec};

use super::launch::follow;
use super::{Berth, Compose, Stands};
use crate::api::{self, ApiError, RunLink, StandingCluster, Start};

/// What a change would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The plan's digest: what is sent is what was shown.
    pub digest: String,
    /// The spec after it.
    pub spec: Spec,
    /// What is different then.
    pub differences: Vec<Difference>,
    /// What is done, in its order.
    pub titles: Vec<String>,
    /// How long it takes as a rule.
    pub time_ms: u64,
}

/// A change in the making.
#[derive(Clone, Copy)]
pub struct Change {
    /// The cluster.
    pub berth: Berth,
    /// Its spec in the making.
    pub form: Compose,
    /// A resize, or a change of access.
    pub kind: PlanKind,
    /// What would be done; nothing, while nothing is changed.
    pub planned: Memo<Result<Option<Planned>, Vec<Problem>>>,
    /// Why it did not begin.
    pub failed: RwSignal<Option<ApiError>>,
    /// Whether the launcher is being asked.
    pub busy: RwSignal<bool>,
    run: StoredValue<RunLink>,
}

impl Change {
    /// A change of which nothing is said yet.
    pub fn new(berth: Berth, cluster: StandingCluster, kind: PlanKind) -> Self {
        let form = Compose::of_standing(berth.tab, &cluster.standing.spec);
        let run = StoredValue::new(RunLink::random().unwrap_or_default());
        let planned = Memo::new(move |_| {
            let wanted = form.parsed.get()?;
            if wanted == cluster.standing.spec {
                return Ok(None);
            }
            plan(berth, &cluster, &wanted, kind, &run.get_value().id).map(Some)
        });
        Self {
            berth,
            form,
            kind,
            planned,
            failed: RwSignal::new(None),
            busy: RwSignal::new(false),
            run,
        }
    }

    /// Starts it, and goes to where it can be watched.
    pub async fn start(self) {
        if self.busy.get_untracked() {
            return;
        }
        self.form.submitted.set(true);
        let (Ok(Some(planned)), Some(account)) = (
            self.planned.get_untracked(),
            self.berth.account.get_untracked(),
        ) else {
            return;
        };
        self.busy.set(true);
        let (run, stands) = (self.run.get_value(), self.berth.stands.get_value());
        let Stands { name, id, zone } = &stands;
        let start = Start::Change {
            kind: self.kind,
            name,
            id: id.as_deref(),
            zone,
            spec: &planned.spec,
            credentials: &account.credentials,
            plan_hash: Some(&planned.digest),
        };
        let answer = api::start(&run, &start).await;
        self.busy.try_set(false);
        match answer {
            Ok(_) => follow(self.berth.tab, run, &stands, &account, self.kind),
            Err(error) => {
                self.failed.try_set(Some(error));
            }
        }
    }
}

/// The plan that the launcher would make of it, made here by the same function.
fn plan(
    berth: Berth,
    cluster: &StandingCluster,
    wanted: &Spec,
    kind: PlanKind,
    run: &str,
) -> Result<Planned, Vec<Problem>> {
    let offer = berth
        .tab
        .offer()
        .unwrap_or_else(super::compose::offline_catalog);
    let facts = offer.facts(run, wanted.kubernetes());
    let standing = cluster.standing.clone();
    let plan: Plan = if kind == PlanKind::Access {
        access(standing, wanted.access(), facts)?
    } else {
        resize(standing, wanted, facts)?
    };
    Ok(Planned {
        digest: plan.digest(),
        spec: wanted.clone(),
        differences: cluster.standing.spec.differences(wanted),
        titles: plan.steps.iter().map(|step| step.title.clone()).collect(),
        time_ms: critical_path_ms(&plan.steps, Step::typical_ms),
    })
}

impl Berth {
    /// What a spec costs per hour, from its smallest to its largest.
    pub fn price(self, spec: &Spec) -> (Money, Money) {
        let band = band(spec, &self.tab.prices());
        (band.hourly_min, band.hourly_max)
    }
}

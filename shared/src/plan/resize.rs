//! The plan that changes pools and their bounds.
//!
//! The autoscaler gives a pool that it has no bounds for one to the whole quota. So bounds come before a pool and go
//! after it: a new pool is announced and acknowledged before it is made, and a pool that goes is held, drained and
//! removed while its bounds still stand. A new pool gets the join token of today from a sibling.

use std::collections::BTreeMap;

use super::launch::Builder;
use super::launch::parts::{SHORT_MS, step, task};
use super::renew::{HEAR_MS, ask, hush};
use super::roles::ROTATION;
use super::{
    Action, Change, Facts, Gather, Plan, PlanKind, Standing, StandingPool, Step, StepId, Word,
};
use crate::bootstrap::report::PoolBounds;
use crate::spec::{Pool, Problem, Spec};

mod leaving;
mod refusals;

/// The plan after which the cluster has these pools.
pub fn resize(standing: Standing, wanted: &Spec, facts: Facts) -> Result<Plan, Vec<Problem>> {
    let spec = refusals::resized(&standing, wanted)?;
    let facts = Facts {
        kubernetes: standing.kubernetes.clone(),
        ..facts
    };
    let steps = Resize {
        standing: &standing,
        spec: &spec,
        facts: &facts,
    }
    .steps();
    Ok(Plan::of_standing(
        PlanKind::Resize,
        standing,
        Some(spec),
        steps,
        facts,
    ))
}

struct Resize<'a> {
    standing: &'a Standing,
    spec: &'a Spec,
    facts: &'a Facts,
}

impl Resize<'_> {
    fn steps(&self) -> Vec<Step> {
        let preflight = Action::Gather {
            gather: Gather::Preflight,
        };
        let mut steps = vec![
            step(
                "preflight",
                "Check the key and the quota",
                &[],
                vec![task(preflight, 1_000)],
            ),
            self.announce(),
        ];
        steps.extend(
            self.kept()
                .filter_map(|(pool, there)| self.change(pool, there)),
        );
        steps.extend(self.leaving().map(leaving::retire));
        steps.push(self.flags(&steps));
        steps.extend(self.arrivals());
        steps.extend(self.leaving().flat_map(leaving::remove));
        steps.extend(self.guard(&steps));
        let all: Vec<&str> = steps.iter().map(|step| step.id.0.as_str()).collect();
        let hush = hush(self.standing, &all);
        steps.push(hush);
        steps
    }

    fn kept(&self) -> impl Iterator<Item = (&Pool, &StandingPool)> {
        self.spec.pools().iter().filter_map(|pool| {
            let there = self.there(pool)?;
            Some((pool, there))
        })
    }

    fn coming(&self) -> impl Iterator<Item = &Pool> {
        let pools = self.spec.pools().iter();
        pools.filter(|pool| self.there(pool).is_none())
    }

    fn leaving(&self) -> impl Iterator<Item = &StandingPool> {
        let there = self.standing.pools.iter();
        there.filter(|there| self.spec.pool(&there.name).is_none())
    }

    fn there(&self, pool: &Pool) -> Option<&StandingPool> {
        let mut there = self.standing.pools.iter();
        there.find(|there| there.name == pool.name.as_str())
    }

    /// Bounds of pools that do not exist yet stand in labels of the control planes.
    fn announce(&self) -> Step {
        let expected: Vec<(String, String)> = self
            .coming()
            .map(|pool| {
                let name = self.standing.tag.name_of(pool.name.as_str());
                (
                    format!("slipway/expect-{name}"),
                    format!("{}-{}", pool.min, pool.max),
                )
            })
            .collect();
        let wishes: Vec<(&str, String)> = expected
            .iter()
            .map(|(key, bounds)| (key.as_str(), bounds.clone()))
            .collect();
        ask(self.standing, self.facts, &wishes, &["preflight"])
    }

    /// The labels, type and disk of a pool that stays, if any of them changes.
    fn change(&self, pool: &Pool, there: &StandingPool) -> Option<Step> {
        let before = self.standing.spec.pool(pool.name.as_str())?;
        if before == pool {
            return None;
        }
        let mut labels = there.labels.clone();
        labels.extend(bounds(pool));
        let shape = (before.instance_type != pool.instance_type)
            .then(|| pool.instance_type.as_str().to_owned());
        let change = Change::Pool {
            pool: there.step.clone(),
            labels,
            instance_type: shape,
            disk_gib: (before.disk != pool.disk).then(|| pool.disk.get()),
            more: pool.max.saturating_sub(before.max).into(),
        };
        let title = format!(
            "Let {} have {} to {} nodes of {}",
            pool.name.as_str(),
            pool.min,
            pool.max,
            pool.instance_type.as_str()
        );
        let id = format!("change-{}", there.step);
        Some(step(
            &id,
            &title,
            &["preflight"],
            vec![task(Action::Set { change }, SHORT_MS)],
        ))
    }

    /// The autoscaler runs with the bounds of every pool that stays or comes.
    fn flags(&self, before: &[Step]) -> Step {
        let bounds = self.spec.pools().iter().map(|pool| PoolBounds {
            pool: self.standing.tag.name_of(pool.name.as_str()),
            min: pool.min.into(),
            max: pool.max.into(),
        });
        let word = Word::Flags {
            bounds: bounds.collect(),
        };
        let needs: Vec<&str> = before.iter().map(|step| step.id.0.as_str()).collect();
        let title = "See the autoscaler keep the new bounds";
        step(
            "flags",
            title,
            &needs,
            vec![task(Action::Hear { word }, HEAR_MS)],
        )
    }

    fn arrivals(&self) -> Vec<Step> {
        let builder = Builder::new(self.spec, self.facts, &self.standing.tag);
        let mut steps = Vec::new();
        if let (Some(sibling), true) = (self.standing.pools.first(), self.coming().count() > 0) {
            let pool = sibling.step.clone();
            let take = task(Action::TakeToken { pool }, SHORT_MS);
            let title = "Take the join token of today from a pool that has it";
            steps.push(step("token", title, &["flags"], vec![take]));
        }
        for pool in self.coming() {
            let mut needs = vec![StepId::from("token")];
            if let Some(spread) = builder.pool_spread(pool) {
                needs.push(spread.id.clone());
                steps.push(spread);
            }
            let made = builder.pool(pool);
            let (id, name) = (made.id.clone(), pool.name.as_str());
            steps.push(Step { needs, ..made });
            let word = Word::Joined {
                pool: self.standing.tag.name_of(name),
                prefix: format!("{}-{name}", self.standing.tag.id),
                nodes: pool.min.into(),
            };
            let title = format!("See the nodes of {name} join");
            let hear = vec![task(Action::Hear { word }, JOIN_MS)];
            steps.push(step(&format!("joined-{name}"), &title, &[&id.0], hear));
        }
        steps
    }

    /// The rotation's role names its pools.
    fn guard(&self, before: &[Step]) -> Option<Step> {
        let needs: Vec<&str> = before.iter().map(|step| step.id.0.as_str()).collect();
        let kept = self.kept().map(|(_, there)| there.step.clone());
        let coming = self
            .coming()
            .map(|pool| StepId(format!("pool-{}", pool.name.as_str())));
        let action = Action::Guard {
            role: ROTATION.into(),
            pools: kept.chain(coming).collect(),
        };
        let changed = self.coming().count() > 0 || self.leaving().count() > 0;
        // The policy of a role that somebody made beforehand is theirs.
        let ours = self.standing.ids.contains_key(&ROTATION.into());
        // The new members' own rotation is part of what is waited for, so the role comes before it.
        let needs: Vec<&str> = needs
            .into_iter()
            .filter(|need| !need.starts_with("joined-"))
            .collect();
        let title = "Let the rotation write to these pools and no others";
        (changed && ours).then(|| {
            step(
                "guard-token-rotation",
                title,
                &needs,
                vec![task(action, SHORT_MS)],
            )
        })
    }
}

/// A pool's bounds as labels.
pub(super) fn bounds(pool: &Pool) -> BTreeMap<String, String> {
    [("slipway/min", pool.min), ("slipway/max", pool.max)]
        .map(|(key, value)| (key.to_owned(), value.to_string()))
        .into()
}

/// From a pool's start to nodes that are ready, on stock images.
const JOIN_MS: u64 = 90_000;

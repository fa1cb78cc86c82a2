//! A pool that goes: held, drained, removed, while its bounds still stand.

use crate::exoscale::Kind;
use crate::plan::launch::parts::{SHORT_MS, step, task};
use crate::plan::{Action, Change, StandingPool, Step, StepId, Word};

/// Holds a pool at its size and has its nodes drained.
pub(super) fn retire(there: &StandingPool) -> Step {
    let mut labels = there.labels.clone();
    labels.insert("slipway/retire".to_owned(), "true".to_owned());
    let change = Change::Pool {
        pool: there.step.clone(),
        labels,
        instance_type: None,
        disk_gib: None,
        more: 0,
    };
    let id = format!("retire-{}", there.step);
    let title = format!("Hold {} and drain its nodes", there.name);
    step(
        &id,
        &title,
        &["preflight"],
        vec![task(Action::Set { change }, SHORT_MS)],
    )
}

/// Removes a drained pool, and then the group that kept its members apart.
pub(super) fn remove(there: &StandingPool) -> Vec<Step> {
    let (name, pool) = (&there.name, &there.step);
    let drained = format!("drained-{pool}");
    let word = Word::Retired {
        pool: there.whole_name.clone(),
    };
    let hear = vec![task(Action::Hear { word }, DRAIN_MS)];
    let removed = format!("remove-{pool}");
    let gone = |kind, step: StepId| vec![task(Action::Remove { kind, step }, REMOVE_MS)];
    let mut steps = vec![
        step(
            &drained,
            &format!("See the nodes of {name} drained"),
            &["flags"],
            hear,
        ),
        step(
            &removed,
            &format!("Remove {name}"),
            &[&drained],
            gone(Kind::InstancePool, pool.clone()),
        ),
    ];
    if let Some(spread) = &there.spread {
        steps.push(step(
            &format!("remove-{spread}"),
            &format!("Remove the anti-affinity group of {name}"),
            &[&removed],
            gone(Kind::AntiAffinityGroup, spread.clone()),
        ));
    }
    steps
}

/// A node has five minutes to give up its pods; most need seconds.
const DRAIN_MS: u64 = 40_000;

/// A pool has been seen to go in a quarter of a minute.
const REMOVE_MS: u64 = 15_000;

//! What a resize cannot do, said before anything is done.

use serde_json::Value;

use crate::plan::Standing;
use crate::spec::{Pool, Problem, Refusal, Spec, parse};

/// The spec of today with the wanted pools, if that is a change which can be made.
pub(super) fn resized(standing: &Standing, wanted: &Spec) -> Result<Spec, Vec<Problem>> {
    let today = &standing.spec;
    let mut problems: Vec<Problem> = FIXED
        .iter()
        .filter(|field| of(today, field) != of(wanted, field))
        .map(|field| {
            refuse(
                field,
                "A resize changes pools and nothing else.",
                AS_IT_STANDS,
            )
        })
        .collect();
    for pool in wanted.pools() {
        let before = today.pool(pool.name.as_str());
        problems.extend(before.into_iter().flat_map(|before| frozen(before, pool)));
    }
    for there in &standing.pools {
        if wanted.pool(&there.name).is_none() && there.balanced {
            problems.push(refuse(
                "pools",
                &format!(
                    "A load balancer sends traffic to {}, which Exoscale therefore keeps.",
                    there.name
                ),
                "Delete the Services of type LoadBalancer first.",
            ));
        }
    }
    if today.pools() == wanted.pools() {
        problems.push(refuse(
            "pools",
            "The pools are like this already.",
            "Nothing to do.",
        ));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut value = today.to_value();
    if let Some(object) = value.as_object_mut() {
        object.insert("pools".to_owned(), of(wanted, "pools"));
    }
    parse(&value)
}

/// What members are told when they are born cannot be changed for those that live.
fn frozen(before: &Pool, pool: &Pool) -> Vec<Problem> {
    let name = pool.name.as_str();
    let changed = [
        ("labels", before.labels != pool.labels),
        ("taints", before.taints != pool.taints),
        ("spread", before.spread != pool.spread),
    ];
    changed
        .into_iter()
        .filter(|(_, changed)| *changed)
        .map(|(field, _)| {
            let hint = "Add a pool that has them, then remove this one.";
            let rule = format!("A pool that stands keeps its {field}.");
            refuse(&format!("pools[{name}].{field}"), &rule, hint)
        })
        .collect()
}

fn of(spec: &Spec, field: &str) -> Value {
    spec.to_value().get(field).cloned().unwrap_or_default()
}

fn refuse(field: &str, rule: &str, hint: &str) -> Problem {
    Problem::hiding(field, Refusal::new(rule, hint))
}

/// What a resize leaves as it is. Doors have a kind of run of their own; the rest concerns only a launch.
const FIXED: [&str; 8] = [
    "name",
    "zone",
    "kubernetes",
    "controlPlane",
    "network",
    "egress",
    "addons",
    "ingressPool",
];

const AS_IT_STANDS: &str = "Write what stands today, as the account's list of clusters gives it.";

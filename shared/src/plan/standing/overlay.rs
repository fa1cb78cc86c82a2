//! Lays what stands over what was launched.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::StandingPool;
use crate::bootstrap::machine::NodePool;
use crate::exoscale::{RulePeer, StandingRule};
use crate::plan::StepId;
use crate::plan::machines::NO_LOAD_BALANCERS;
use crate::plan::rules::{API, NODE_PORTS, SSH};
use crate::spec::{Spec, parse};

/// A pool as it was found.
pub(super) struct FoundPool {
    pub(super) standing: StandingPool,
    pub(super) instance_type: String,
    pub(super) disk_gib: u32,
    pub(super) spread: bool,
    /// What its members are told, where that can be read.
    pub(super) told: Option<NodePool>,
}

/// The spec of today.
pub(super) fn today(
    launched: &Spec,
    pools: &[FoundPool],
    rules: &[(StepId, StandingRule)],
) -> Result<Spec, String> {
    let mut spec = launched.to_value();
    let order = |found: &&FoundPool| {
        let names = launched.pools().iter();
        names
            .map(|pool| pool.name.as_str())
            .position(|name| name == found.standing.name)
            .unwrap_or(usize::MAX)
    };
    let mut found: Vec<&FoundPool> = pools.iter().collect();
    found.sort_by_key(order);
    let pools: Vec<Value> = found
        .into_iter()
        .map(|found| pool(launched, found))
        .collect();
    if let Some(object) = spec.as_object_mut() {
        object.insert("pools".to_owned(), Value::from(pools));
        if let Some(access) = object.get_mut("access").and_then(Value::as_object_mut) {
            for (door, why) in [("api", API), ("ssh", SSH), ("nodePorts", NODE_PORTS)] {
                let sources = sources(rules, why);
                // Nobody at all may reach the API only where its rules could not be read.
                if !(sources.is_empty() && door == "api") {
                    access.insert(door.to_owned(), json!(sources));
                }
            }
        }
    }
    parse(&spec).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        problems.join(" ")
    })
}

fn pool(launched: &Spec, found: &FoundPool) -> Value {
    let name = found.standing.name.as_str();
    let launched = launched.pool(name).map(|pool| json!(pool));
    let told = || {
        let told = found.told.as_ref();
        let labels = told.map(|told| told.labels.clone()).unwrap_or_default();
        let own = labels
            .into_iter()
            .filter(|(key, _)| key != NO_LOAD_BALANCERS);
        json!({
            "name": name,
            "labels": own.collect::<std::collections::BTreeMap<_, _>>(),
            "taints": told.map(|told| told.taints.clone()).unwrap_or_default(),
        })
    };
    let mut pool = launched.unwrap_or_else(told);
    if let Some(object) = pool.as_object_mut() {
        let bound = |key: &str| found.standing.labels.get(key)?.parse::<u16>().ok();
        let today = [
            ("type", Some(json!(found.instance_type))),
            ("disk", Some(json!(found.disk_gib))),
            ("spread", Some(json!(found.spread))),
            ("min", bound("slipway/min").map(Value::from)),
            ("max", bound("slipway/max").map(Value::from)),
        ];
        for (key, value) in today {
            object.extend(value.map(|value| (key.to_owned(), value)));
        }
    }
    pool
}

/// The networks that rules of ours admit for one reason.
fn sources(rules: &[(StepId, StandingRule)], why: &str) -> BTreeSet<String> {
    rules
        .iter()
        .filter(|(_, standing)| standing.rule.description == why)
        .filter_map(|(_, standing)| match &standing.rule.peer {
            RulePeer::Network(network) => Some(network.clone()),
            RulePeer::PublicGroup(_) => None,
        })
        .collect()
}

//! Reading the pools: each in itself, then their names among each other.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fields::{Most, Object, Report, flag, parsed, text, whole};
use super::parse::Machine;
use super::{Labels, MachineRole, Pool, PoolName, Problem, Refusal, Taint};
use crate::catalog::Zone;
use crate::limits;

/// The pools as far as they could be read: `None` where one could not.
pub(super) struct Pools {
    pub(super) names: Vec<Option<PoolName>>,
    pub(super) whole: Vec<Option<Pool>>,
}

impl Pools {
    pub(super) fn first_name(&self) -> Option<PoolName> {
        self.names.first().cloned().flatten()
    }
}

pub(super) fn pools(root: &Object<'_>, zone: Option<Zone>, report: &mut Report) -> Pools {
    let workers = Pool::workers();
    let Some(value) = root.raw("pools") else {
        return Pools {
            names: vec![Some(workers.name.clone())],
            whole: vec![Some(workers)],
        };
    };
    let entries = value.as_array().map(Vec::as_slice).unwrap_or_default();
    if entries.is_empty() || entries.len() > limits::POOLS_MAX {
        let refusal = Refusal::new(
            format!("A cluster has a list of 1 to {} pools.", limits::POOLS_MAX),
            "Control planes run no workloads, so that at least one pool is needed.",
        );
        report.add(Problem::new("pools", value, refusal));
        return Pools {
            names: vec![None],
            whole: vec![None],
        };
    }
    let read = entries.iter().enumerate().map(|(index, entry)| {
        let known = [
            "name", "type", "disk", "min", "max", "labels", "taints", "spread",
        ];
        let object = Object::open(Some(entry), &format!("pools[{index}]"), &known, report);
        let name: Option<PoolName> = object.required("name", report, parsed);
        (name.clone(), pool(&object, name, zone, report))
    });
    let (names, whole) = read.unzip();
    Pools { names, whole }
}

fn pool(
    object: &Object<'_>,
    name: Option<PoolName>,
    zone: Option<Zone>,
    report: &mut Report,
) -> Option<Pool> {
    let machine = Machine::read(object, MachineRole::Node, zone, report);
    let min = object.optional("min", report, Some(Pool::MIN_DEFAULT), nodes_min);
    let max_default = min.map(|min| min.max(Pool::MAX_DEFAULT));
    let max = object.optional("max", report, max_default, nodes_max);
    let spread = object.optional("spread", report, max.map(Pool::spread_default), flag);
    let labels = labels(object, report);
    let taints = object.list("taints", &TAINTS, report, Vec::new());
    let pool = Pool {
        name: name?,
        instance_type: machine.instance_type?,
        disk: machine.disk?,
        min: min?,
        max: max?,
        labels: labels?,
        taints: taints?,
        spread: spread?,
    };
    check_pool(&pool, object, report);
    Some(pool)
}

fn nodes_min(value: &Value) -> Result<u16, Refusal> {
    match u16::try_from(whole(value)?) {
        Ok(count @ limits::POOL_NODES_MIN..=limits::POOL_NODES_MAX) => Ok(count),
        Ok(_) | Err(_) => Err(Refusal::new(
            format!(
                "A pool keeps {} to {} nodes.",
                limits::POOL_NODES_MIN,
                limits::POOL_NODES_MAX
            ),
            "Not 0: the autoscaler cannot bring an empty pool on Exoscale back to life.",
        )),
    }
}

fn nodes_max(value: &Value) -> Result<u16, Refusal> {
    match u16::try_from(whole(value)?) {
        Ok(count @ limits::POOL_NODES_MIN..=limits::POOL_NODES_MAX) => Ok(count),
        Ok(_) | Err(_) => Err(Refusal::new(
            format!(
                "A pool grows to at most {} nodes, and has at least 1.",
                limits::POOL_NODES_MAX
            ),
            "Several pools go further; the autoscaler asks Exoscale about every node in each round.",
        )),
    }
}

fn labels(object: &Object<'_>, report: &mut Report) -> Option<Labels> {
    let mut labels = Labels::default();
    let Some(value) = object.raw("labels") else {
        return object.is_readable().then_some(labels);
    };
    let field = object.at("labels");
    let entries = value
        .as_object()
        .filter(|entries| entries.len() <= limits::LABELS_MAX);
    let Some(entries) = entries else {
        let rule = format!(
            "Labels are an object with at most {} keys and values.",
            limits::LABELS_MAX
        );
        report.add(Problem::new(
            field,
            value,
            Refusal::new(rule, "For instance `{\"team\": \"data\"}`."),
        ));
        return None;
    };
    let mut sound = true;
    for (key, value) in entries {
        if let Err(refusal) = text(value).and_then(|value| labels.insert(key, value)) {
            let shown = format!("{key}={}", value.as_str().unwrap_or_default());
            report.refuse(&field, &shown, refusal);
            sound = false;
        }
    }
    sound.then_some(labels)
}

/// One pool in itself.
fn check_pool(pool: &Pool, object: &Object<'_>, report: &mut Report) {
    if pool.max < pool.min {
        let rule = format!("A pool's `max` is at least its `min`, here {}.", pool.min);
        report.refuse(&object.at("max"), &pool.max, Refusal::new(rule, ""));
    }
    if pool.spread && pool.max > limits::SPREAD_NODES_MAX {
        let rule = format!(
            "A pool of more than {} nodes cannot be spread.",
            limits::SPREAD_NODES_MAX
        );
        let hint =
            "Exoscale's anti-affinity groups end there: set `spread` to false, or `max` lower.";
        report.refuse(&object.at("spread"), &pool.spread, Refusal::new(rule, hint));
    }
    taints(&pool.taints, &object.at("taints"), report);
}

fn taints(taints: &[Taint], field: &str, report: &mut Report) {
    for (index, taint) in taints.iter().enumerate() {
        if taints
            .iter()
            .take(index)
            .any(|earlier| earlier.clashes(taint))
        {
            let refusal = Refusal::new(
                "No two taints of a pool have the same key and effect.",
                "Remove one of them.",
            );
            report.refuse(&format!("{field}[{index}]"), taint, refusal);
        }
    }
}

/// The pools' names among each other.
pub(super) fn pool_names(pools: &Pools, ingress: Option<&PoolName>, report: &mut Report) {
    let mut seen = BTreeSet::new();
    for (index, name) in pools.names.iter().enumerate() {
        if name.as_ref().is_some_and(|name| !seen.insert(name)) {
            let refusal = Refusal::new(
                "Every pool has a name of its own.",
                "An earlier pool has this one.",
            );
            report.refuse(
                &format!("pools[{index}].name"),
                &name.as_ref().map_or("", PoolName::as_str),
                refusal,
            );
        }
    }
    // Where a name could not be read, the ingress pool may well be that one.
    let all_read = pools.names.iter().all(Option::is_some);
    if let Some(name) = ingress.filter(|name| all_read && !seen.contains(name)) {
        let known: Vec<&str> = seen.iter().map(|name| name.as_str()).collect();
        let hint = format!("There are: {}.", known.join(", "));
        report.refuse(
            "ingressPool",
            name,
            Refusal::new("The ingress pool is one of the pools.", hint),
        );
    }
}

const TAINTS: Most = Most {
    entries: limits::TAINTS_MAX,
    hint: "",
};

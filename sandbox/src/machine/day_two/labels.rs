//! What labels say: which pools are the cluster's, within which bounds they live, which are to come.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::machine::autoscaler::Bounds;
use crate::machine::caller::text;
use crate::machine::cluster::Cluster;

const CLUSTER: &str = "slipway/cluster";
const MIN: &str = "slipway/min";
const MAX: &str = "slipway/max";
const RETIRE: &str = "slipway/retire";
const EXPECT: &str = "slipway/expect-";
const RENEW: &str = "slipway/renew";
const RENEW_HOURS: &str = "slipway/renew-hours";
pub(super) const ASK: &str = "slipway/ask";

const HOURS: u64 = 24;
/// A year.
const HOURS_MAX: u64 = 8_760;

pub(crate) type Labels = BTreeMap<String, String>;

/// A pool of the cluster, as the account shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LivePool {
    pub(crate) id: String,
    pub(crate) name: String,
    size: i64,
    /// The instances that it lists.
    pub(super) members: Vec<String>,
    /// It is about to be removed.
    pub(super) retires: bool,
    /// `slipway/min` and `slipway/max`, if both are there.
    bounds: Option<(i64, i64)>,
}

impl LivePool {
    /// A list that lags leaves out some that are not known to be empty.
    pub(super) fn lists_all(&self) -> bool {
        usize::try_from(self.size).is_ok_and(|size| self.members.len() >= size)
    }
}

/// The labels in an answer.
pub(super) fn of(answer: &Value) -> Labels {
    let labels = answer.get("labels").and_then(Value::as_object);
    let pairs = labels.into_iter().flatten();
    pairs
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// The pools with the cluster's label. A name that two of them have says nothing.
pub(super) fn pools(list: &Value, cluster: &Cluster, own: Option<&Labels>) -> Vec<LivePool> {
    let own = own.and_then(|own| own.get(CLUSTER)).cloned();
    let own = own.unwrap_or_else(|| cluster.facts.tag());
    let all = list.get("instance-pools").and_then(Value::as_array);
    let pools: Vec<LivePool> = all
        .into_iter()
        .flatten()
        .filter_map(|pool| {
            let labels = of(pool);
            let name = text(pool, "/name")?;
            let is_ours = labels.get(CLUSTER) == Some(&own);
            is_ours.then_some(LivePool {
                id: text(pool, "/id")?,
                size: pool.get("size").and_then(Value::as_i64).unwrap_or(0),
                members: members(pool),
                retires: labels.get(RETIRE).is_some_and(|says| says == "true"),
                bounds: labelled(&labels),
                name,
            })
        })
        .collect();
    let mut names = BTreeSet::new();
    let twice: BTreeSet<String> = pools
        .iter()
        .filter(|pool| !names.insert(&pool.name))
        .map(|pool| pool.name.clone())
        .collect();
    let single = pools.into_iter().filter(|pool| !twice.contains(&pool.name));
    single.collect()
}

fn members(pool: &Value) -> Vec<String> {
    let members = pool.get("instances").and_then(Value::as_array);
    let members = members.into_iter().flatten();
    members.filter_map(|member| text(member, "/id")).collect()
}

/// The run that asks. What is no id of a run has no place in an address.
pub(super) fn ask(own: &Labels) -> Option<&String> {
    let is_id =
        |run: &&String| !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_alphanumeric());
    own.get(ASK).filter(is_id)
}

/// The key that a certificate is wanted for, and for how many hours.
pub(super) fn renewal(own: &Labels) -> Option<(String, u64)> {
    let hours = own
        .get(RENEW_HOURS)
        .map_or(Ok(HOURS), |hours| hours.parse());
    let request = own.get(RENEW).filter(|request| !request.is_empty())?;
    Some((request.clone(), hours.ok()?.clamp(1, HOURS_MAX)))
}

fn labelled(labels: &Labels) -> Option<(i64, i64)> {
    let number = |key| labels.get(key)?.parse::<u32>().ok();
    let (min, max) = number(MIN).zip(number(MAX))?;
    is_range(min, max).then(|| (min.into(), max.into()))
}

const fn is_range(min: u32, max: u32) -> bool {
    1 <= min && min <= max
}

/// `slipway/expect-<pool>` = `1-5`
pub(super) fn expected(own: &Labels) -> Vec<Bounds> {
    let expected = own.iter().filter_map(|(key, value)| {
        let pool = key.strip_prefix(EXPECT)?.to_owned();
        let (min, max) = value.split_once('-')?;
        let (min, max): (u32, u32) = (min.parse().ok()?, max.parse().ok()?);
        is_range(min, max).then(|| Bounds {
            pool,
            min: min.into(),
            max: max.into(),
        })
    });
    expected.collect()
}

/// What the autoscaler is to be started with, in the order of the names: the words on a pool come before those that
/// announced it, and both before `machine.json`, whose pools are named until they have come and gone. A pool that
/// retires is held at its size.
pub(super) fn bounds(cluster: &Cluster) -> Vec<Bounds> {
    let found = &cluster.day_two;
    let mut bounds: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    let launched = cluster.facts.pools.iter();
    for pool in launched.filter(|pool| found.awaits(&pool.name) || found.lives(&pool.name)) {
        bounds.insert(&pool.name, (pool.min.into(), pool.max.into()));
    }
    for pool in &found.expected {
        bounds.insert(&pool.pool, (pool.min, pool.max));
    }
    for pool in &found.pools {
        if pool.retires {
            bounds.insert(&pool.name, (1, pool.size.max(1)));
        } else if let Some(labelled) = pool.bounds {
            bounds.insert(&pool.name, labelled);
        }
    }
    let flag = |(pool, (min, max)): (&str, (i64, i64))| Bounds {
        pool: pool.to_owned(),
        min,
        max,
    };
    bounds.into_iter().map(flag).collect()
}

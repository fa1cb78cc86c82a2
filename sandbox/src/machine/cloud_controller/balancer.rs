//! Services of type `LoadBalancer`: one load balancer each, made again whenever it is gone.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::catalog::stable_uuid;
use crate::machine::caller::{Caller, Progress, text};
use crate::machine::cluster::Cluster;
use crate::store::State;

/// The port that a Service shows.
const PORT: u16 = 80;

/// What is remembered of a Service, in its annotations and by the operation under way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Balancer {
    /// The load balancer's id.
    id: Option<String>,
    /// The pool's id: it sticks to the Service from the first time on.
    pool: Option<String>,
    /// The operation that it waits for.
    pending: Option<String>,
    /// The load balancer is as it should be.
    settled: bool,
}

/// A Service that is there, or one that was and has something left to remove.
struct Work {
    uid: String,
    /// `None`: the Service is gone.
    service: Option<crate::Service>,
    known: Balancer,
}

/// Is there a load balancer for each Service, and no other?
pub(crate) fn is_settled(cluster: &Cluster) -> bool {
    let wanted = services(cluster);
    cluster.balancers.len() == wanted.len()
        && wanted.iter().all(|(uid, _)| {
            let known = cluster.balancers.get(uid);
            known.is_some_and(|balancer| balancer.settled && balancer.pending.is_none())
        })
}

/// The port on every node behind which the Service is.
pub(crate) fn node_port(uid: &str) -> u16 {
    let digits = uid.get(..3).unwrap_or_default();
    30_000 + u16::from_str_radix(digits, 16).unwrap_or(0) % 2_768
}

/// One step for each Service.
pub(super) fn reconcile(state: &mut State, id: &str, caller: &Caller) {
    let Some(cluster) = state.clusters.get(id) else {
        return;
    };
    for work in work(cluster) {
        let (uid, before) = (work.uid.clone(), work.known.clone());
        let after = step(state, id, caller, work);
        let now = state.meta.now;
        let Some(cluster) = state.clusters.get_mut(id) else {
            return;
        };
        if after.as_ref() != Some(&before) {
            cluster.moved_at = now;
        }
        match after {
            Some(balancer) => cluster.balancers.insert(uid, balancer),
            None => cluster.balancers.remove(&uid),
        };
    }
}

fn services(cluster: &Cluster) -> BTreeMap<String, crate::Service> {
    let services = cluster.load.services.iter();
    services
        .map(|service| {
            let words = ["service", &cluster.facts.cluster.id, &service.name];
            (stable_uuid(&words), service.clone())
        })
        .collect()
}

fn work(cluster: &Cluster) -> Vec<Work> {
    let wanted = services(cluster);
    let uids: BTreeSet<&String> = wanted.keys().chain(cluster.balancers.keys()).collect();
    let work = uids.into_iter().map(|uid| Work {
        uid: uid.clone(),
        service: wanted.get(uid).cloned(),
        known: cluster.balancers.get(uid).cloned().unwrap_or_default(),
    });
    work.collect()
}

/// What is known afterwards; `None` when nothing is left of a Service that is gone.
fn step(state: &mut State, id: &str, caller: &Caller, work: Work) -> Option<Balancer> {
    let Work {
        uid,
        service,
        mut known,
    } = work;
    if let Some(pending) = &known.pending {
        if caller.progress(state, pending) == Progress::Pending {
            return Some(known);
        }
        known.pending = None;
    }
    let Ok(list) = caller.get(state, "/load-balancer") else {
        return Some(known);
    };
    let found = find(&list, &known, &uid);
    known.id = found.and_then(|found| text(found, "/id"));
    known.settled = false;
    match (service, found) {
        (None, None) => return None,
        (None, Some(found)) => remove(state, caller, found, &mut known),
        (Some(_), Some(found)) if has_service(found) => known.settled = true,
        (Some(service), found) => {
            let pool = service.pool.or_else(|| known.pool.take());
            known.pool = pool.or_else(|| only_pool(state, id, caller));
            match (known.pool.clone(), found) {
                (None, _) => {}
                (Some(_), None) => create(state, caller, &uid, &mut known),
                (Some(pool), Some(found)) => add(state, caller, (found, &pool), &uid, &mut known),
            }
        }
    }
    Some(known)
}

/// By its id, and by its name when that is not known or no longer there.
fn find<'a>(list: &'a Value, known: &Balancer, uid: &str) -> Option<&'a Value> {
    let all = list.get("load-balancers")?.as_array()?;
    let has = |key: &str, value: &str| {
        all.iter()
            .find(|one| one.get(key).and_then(Value::as_str) == Some(value))
    };
    let by_id = known.id.as_ref().and_then(|id| has("id", id));
    by_id.or_else(|| has("name", &name(uid)))
}

fn name(uid: &str) -> String {
    format!("k8s-{uid}")
}

fn has_service(found: &Value) -> bool {
    service_of(found).is_some()
}

fn service_of(found: &Value) -> Option<String> {
    text(found, "/services/0/id")
}

fn create(state: &mut State, caller: &Caller, uid: &str, known: &mut Balancer) {
    let body = json!({ "name": name(uid), "description": "kubernetes load balancer" });
    if let Some(begun) = caller.begin(state, "POST", "/load-balancer", &body) {
        known.id = Some(begun.subject);
        known.pending = Some(begun.operation);
    }
}

fn add(
    state: &mut State,
    caller: &Caller,
    (found, pool): (&Value, &str),
    uid: &str,
    known: &mut Balancer,
) {
    let Some(balancer) = text(found, "/id") else {
        return;
    };
    let port = node_port(uid);
    let body = json!({
        "name": format!("{uid}-{PORT}"), "instance-pool": { "id": pool }, "protocol": "tcp",
        "strategy": "round-robin", "port": PORT, "target-port": port,
        "healthcheck": { "mode": "tcp", "port": port },
    });
    let path = format!("/load-balancer/{balancer}/service");
    let begun = caller.begin(state, "POST", &path, &body);
    known.pending = begun.map(|begun| begun.operation);
}

/// First what it serves, then the load balancer itself.
fn remove(state: &mut State, caller: &Caller, found: &Value, known: &mut Balancer) {
    let Some(balancer) = text(found, "/id") else {
        return;
    };
    let path = match service_of(found) {
        Some(service) => format!("/load-balancer/{balancer}/service/{service}"),
        None => format!("/load-balancer/{balancer}"),
    };
    let begun = caller.begin(state, "DELETE", &path, &Value::Null);
    known.pending = begun.map(|begun| begun.operation);
}

/// The pool of all nodes that load balancers may use; several are refused ("multiple Instance Pools detected").
fn only_pool(state: &mut State, id: &str, caller: &Caller) -> Option<String> {
    let cluster = state.clusters.get(id)?;
    let nodes: Vec<String> = cluster
        .nodes
        .values()
        .filter(|node| node.is_worker() && !node.excluded && node.initialised)
        .map(|node| node.instance.clone())
        .collect();
    let mut pools = BTreeSet::new();
    for instance in nodes {
        let answer = caller.get(state, &format!("/instance/{instance}")).ok()?;
        pools.extend(text(&answer, "/manager/id"));
    }
    pools.pop_first().filter(|_| pools.is_empty())
}

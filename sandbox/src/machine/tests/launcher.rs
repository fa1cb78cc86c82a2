//! A launcher for these tests: makes the resources of a cluster, answers its machines, remembers what it heard.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::testing::{CA_HASH, Client, JOIN_TOKEN, ZONE, bundle, user_data};
use crate::{Credentials, GuestCall, Load, Service};

pub(super) const CONTROL_PLANE: &str = "demo-k3x9q-control-plane-1";
pub(super) const POOL: &str = "demo-k3x9q-workers";
pub(super) const CLUSTER: &str = "k3x9q";
/// What `slipway/cluster` says.
pub(super) const TAG: &str = "demo-k3x9q";
pub(super) const EXCLUDED: &str = "node.kubernetes.io/exclude-from-external-load-balancers";

/// What each key may do: traps 26 to 29.
pub(super) const OPERATIONS: [(&str, &[&str]); 4] = [
    (
        "autoscaler",
        &[
            "evict-instance-pool-members",
            "get-instance",
            "get-instance-pool",
            "get-operation",
            "get-quota",
            "scale-instance-pool",
        ],
    ),
    (
        "cloud-controller",
        &[
            "add-service-to-load-balancer",
            "create-load-balancer",
            "delete-load-balancer",
            "delete-load-balancer-service",
            "get-instance",
            "get-instance-type",
            "get-load-balancer",
            "get-operation",
            "list-instances",
            "list-load-balancers",
            "list-zones",
            "update-load-balancer",
            "update-load-balancer-service",
        ],
    ),
    (
        "token-rotation",
        &[
            "get-instance",
            "get-instance-pool",
            "get-operation",
            "list-instance-pools",
            "update-instance-pool",
        ],
    ),
    (
        "csi",
        &[
            "attach-block-storage-volume-to-instance",
            "create-block-storage-volume",
            "delete-block-storage-volume",
            "detach-block-storage-volume",
            "get-block-storage-volume",
            "get-operation",
            "list-block-storage-volumes",
        ],
    ),
];

/// A pool of the cluster as it is planned.
pub(super) struct Pool {
    pub(super) name: &'static str,
    pub(super) min: u32,
    pub(super) max: u32,
    pub(super) labels: Value,
}

/// What a machine said: who, where to, what.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heard {
    pub(super) run: String,
    pub(super) machine: String,
    pub(super) route: String,
    pub(super) body: Value,
}

pub(super) struct Launcher {
    pub(super) client: Client,
    pub(super) keys: Value,
    /// Answers to the bundle before it is given.
    pub(super) before: Vec<u16>,
    /// Hands out a bundle only when the control plane before has joined.
    pub(super) orderly: bool,
    /// How runs that ask answer, when not well.
    pub(super) refusals: BTreeMap<String, u16>,
    /// The cluster's authority in the bundle, both halves, if not the fixture.
    pub(super) authority: Option<(String, String)>,
    /// What machines start from, if not a public template.
    pub(super) template: Option<String>,
    pub(super) elastic_ip: Option<String>,
    pub(super) origin: &'static str,
    pub(super) planes: Vec<String>,
    pub(super) pools: Vec<Pool>,
    pub(super) csi: bool,
    pub(super) network: String,
    pub(super) heard: Vec<Heard>,
    pub(super) rows: BTreeMap<String, String>,
    pub(super) reloads: bool,
}

impl Launcher {
    pub(super) fn new(client: Client) -> Self {
        let mut launcher = Self {
            client,
            keys: json!({}),
            before: vec![425],
            orderly: true,
            refusals: BTreeMap::new(),
            authority: None,
            template: None,
            elastic_ip: None,
            origin: "https://slipway.example",
            planes: vec![CONTROL_PLANE.to_owned()],
            pools: vec![Pool {
                name: POOL,
                min: 2,
                max: 5,
                labels: json!({}),
            }],
            csi: false,
            network: String::new(),
            heard: Vec::new(),
            rows: BTreeMap::new(),
            reloads: false,
        };
        for (name, operations) in OPERATIONS {
            launcher.keys[name] = launcher.key_without(operations, "");
        }
        launcher.network = launcher.client.network();
        launcher
    }

    /// A key for all of these operations but one.
    pub(super) fn key_without(&mut self, operations: &[&str], but: &str) -> Value {
        let list: Vec<String> = operations
            .iter()
            .filter(|operation| **operation != but)
            .map(|operation| format!("'{operation}'"))
            .collect();
        let rule = format!("operation in [{}]", list.join(","));
        key(self.client.restricted(&rule))
    }

    pub(super) fn facts(&self, role: &str, more: &Value) -> Value {
        let planes = (1..).zip(&self.planes);
        let planes: Vec<Value> = planes
            .map(|(at, name)| json!({ "name": name, "address": format!("10.0.0.{at}") }))
            .collect();
        let mut facts = json!({
            "schema": 1,
            "role": role,
            "cluster": { "id": CLUSTER, "name": "demo", "zone": ZONE, "endpoint": "api.k3x9q.slipway.internal" },
            "kubernetes": { "minor": "1.36", "version": "1.36.4" },
            "network": { "private": "10.0.0.0/24", "pods": "10.244.0.0/16", "services": "10.245.0.0/16",
                         "domain": "cluster.internal", "nodePorts": "30000-32767" },
            "controlPlanes": planes,
            "elasticIp": self.elastic_ip,
        });
        let more = more.as_object().unwrap().clone();
        facts.as_object_mut().unwrap().extend(more);
        facts
    }

    pub(super) fn control_plane_facts(&self, name: &str) -> Value {
        let url = format!("{}/api/runs/r/machines/{}", self.origin, short(name));
        let pool = |pool: &Pool| {
            json!({ "name": pool.name, "prefix": "k3x9q", "min": pool.min, "max": pool.max,
                    "labels": pool.labels, "taints": [], "ingress": true })
        };
        let pools: Vec<Value> = self.pools.iter().map(pool).collect();
        let more = json!({
            "callback": { "url": url, "ticket": "t1" }, "pools": pools, "spec": "v1.x",
            "addons": { "metricsServer": true, "csi": self.csi },
        });
        self.facts("control-plane", &more)
    }

    pub(super) fn node_facts(&self, pool: &str, token: &str) -> Value {
        let planned = self.pools.iter().find(|planned| planned.name == pool);
        let labels = planned.map_or_else(|| json!({}), |planned| planned.labels.clone());
        let pool = json!({ "name": pool, "labels": labels, "taints": [] });
        let join = json!({ "token": token, "caHash": CA_HASH });
        self.facts("node", &json!({ "pool": pool, "join": join }))
    }

    /// The first control plane, or all of them.
    pub(super) fn control_plane(&mut self) -> String {
        self.control_planes().remove(0)
    }

    pub(super) fn control_planes(&mut self) -> Vec<String> {
        let planes = (1..).zip(self.planes.clone());
        planes
            .map(|(at, name)| {
                let facts = self.control_plane_facts(&name);
                self.plane(&name, at, &facts)
            })
            .collect()
    }

    pub(super) fn plane(&mut self, name: &str, at: u32, facts: &Value) -> String {
        let mut body = self.client.instance(json!({
            "name": name, "auto-start": false, "user-data": user_data(facts), "labels": { "slipway/cluster": TAG },
        }));
        self.on_own_template(&mut body);
        let id = self.client.done("POST", "/instance", body);
        let attach = json!({ "instance": { "id": id }, "ip": format!("10.0.0.{at}") });
        let network = format!("/private-network/{}:attach", self.network);
        self.client.done("PUT", &network, attach);
        self.client
            .done("PUT", &format!("/instance/{id}:start"), json!({}));
        id
    }

    /// A pool with two members.
    pub(super) fn pool(&mut self, node: &Value) -> String {
        self.pool_of(node, 2)
    }

    pub(super) fn pool_of(&mut self, node: &Value, size: usize) -> String {
        let mut labels = json!({ "slipway/cluster": TAG });
        if let Some(planned) = self
            .pools
            .iter()
            .find(|planned| node["pool"]["name"] == planned.name)
        {
            labels["slipway/min"] = json!(planned.min.to_string());
            labels["slipway/max"] = json!(planned.max.to_string());
        }
        let mut body = self.client.pool(json!({
            "name": node["pool"]["name"], "labels": labels, "instance-prefix": "k3x9q", "user-data": user_data(node),
            "size": size, "private-networks": [{ "id": self.network }],
        }));
        self.on_own_template(&mut body);
        self.client.done("POST", "/instance-pool", body)
    }

    fn on_own_template(&self, body: &mut Value) {
        if let Some(template) = &self.template {
            body["template"] = json!({ "id": template });
        }
    }

    /// Everything as planned, each pool at its minimum, and a quarter of an hour; the pools' ids.
    pub(super) fn launch(&mut self) -> Vec<String> {
        self.control_planes();
        let planned: Vec<(&str, u32)> = self.pools.iter().map(|it| (it.name, it.min)).collect();
        let pools = planned.into_iter().map(|(name, min)| {
            let facts = self.node_facts(name, JOIN_TOKEN);
            self.pool_of(&facts, usize::try_from(min).unwrap())
        });
        let pools = pools.collect();
        self.live(900);
        pools
    }

    /// Lives for so long, waking when the world asks for it, or every ten seconds when it does not.
    pub(super) fn live(&mut self, seconds: u64) {
        let end = self.client.now + seconds * 1000;
        while self.client.now < end {
            let wake = self.client.world.next_wake().unwrap_or(end);
            let wake = wake.clamp(self.client.now + 1, end);
            self.client.now = wake.min(self.client.now + 10_000);
            self.reload_if_asked();
            self.answer_all();
        }
    }

    /// Answers every call that is due.
    pub(super) fn answer_all(&mut self) {
        while let Some(call) = self.client.poll() {
            let (status, body) = self.reply(&call);
            self.reload_if_asked();
            let now = self.client.now;
            self.client
                .world
                .answer(now, call.id, Some((status, &body)));
        }
    }

    fn reload_if_asked(&mut self) {
        if self.reloads {
            self.client.reload(&mut self.rows);
        }
    }

    fn reply(&mut self, call: &GuestCall) -> (u16, String) {
        assert_eq!(call.bearer, "t1");
        let (base, route) = call.url.rsplit_once('/').unwrap();
        let rest = base.strip_prefix(&format!("{}/api/runs/", self.origin));
        let (run, machine) = rest.unwrap().split_once("/machines/").unwrap();
        assert!(machine == "image" || self.planes.iter().any(|plane| short(plane) == machine));
        self.heard.push(Heard {
            run: run.to_owned(),
            machine: call.machine.clone(),
            route: route.to_owned(),
            body: serde_json::from_str(&call.body).unwrap(),
        });
        if route != "bundle" {
            let status = self.refusals.get(run).copied().unwrap_or(200);
            return (status, "{}".to_owned());
        }
        let at = self.planes.iter().position(|name| *name == call.machine);
        let before = at.unwrap_or(0).checked_sub(1).map(|at| &self.planes[at]);
        let early =
            self.orderly && before.is_some_and(|before| !self.joined().contains(before.as_str()));
        match self.before.pop() {
            Some(status) => (status, "{}".to_owned()),
            None if early => (425, "{}".to_owned()),
            None => (200, self.bundle().to_string()),
        }
    }

    fn bundle(&self) -> Value {
        let mut bundle = bundle(&self.keys);
        if let Some((certificate, key)) = &self.authority {
            bundle["pki"]["ca.crt"] = json!(certificate);
            bundle["pki"]["ca.key"] = json!(key);
        }
        bundle
    }

    /// What a run that asks has heard.
    pub(super) fn told(&self, run: &str) -> Vec<&Heard> {
        self.heard.iter().filter(|heard| heard.run == run).collect()
    }

    /// The control planes that have said so, in any order.
    pub(super) fn joined(&self) -> BTreeSet<&str> {
        self.finished("kubeadm").into_iter().collect()
    }

    /// The machines that have finished a stage, in the order in which they said so.
    pub(super) fn finished(&self, stage: &str) -> Vec<&str> {
        let done = |heard: &&Heard| heard.body["stage"] == stage && heard.body["state"] == "done";
        let finished = self.heard.iter().filter(done);
        finished.map(|heard| heard.machine.as_str()).collect()
    }

    /// What was heard, in order; repeated measurements and waiting are one.
    pub(super) fn stages(&self) -> Vec<String> {
        lines(self.heard.iter())
    }

    /// The same of one machine.
    pub(super) fn stages_of(&self, machine: &str) -> Vec<String> {
        lines(self.heard.iter().filter(|heard| heard.machine == machine))
    }

    pub(super) fn last(&self) -> &Value {
        &self.heard.last().unwrap().body
    }

    pub(super) fn load(&mut self, load: Load) {
        assert!(self.client.world.set_load(CLUSTER, load));
    }

    /// So many nodes' worth of pods in the pool of workers.
    pub(super) fn want(&mut self, nodes: u32) {
        self.load(Load {
            nodes: BTreeMap::from([(POOL.to_owned(), nodes)]),
            ..Load::default()
        });
    }

    /// That many Services without an annotation.
    pub(super) fn serve(&mut self, count: usize) {
        let service = |number: usize| Service {
            name: format!("web-{number}"),
            pool: None,
        };
        self.load(Load {
            services: (0..count).map(service).collect(),
            ..Load::default()
        });
    }

    pub(super) fn size(&mut self, pool: &str) -> u64 {
        let shown = self.client.get(&format!("/instance-pool/{pool}"));
        shown["size"].as_u64().unwrap()
    }

    /// The instances of a pool, as listed.
    pub(super) fn members(&mut self, pool: &str) -> Vec<String> {
        let path = format!("/instance?manager-id={pool}&manager-type=instance-pool");
        let list = self.client.get(&path);
        let members = list["instances"].as_array().unwrap();
        let id = |member: &Value| member["id"].as_str().unwrap().to_owned();
        members.iter().map(id).collect()
    }

    /// Puts labels beside those that are there.
    pub(super) fn label_pool(&mut self, pool: &str, more: &[(&str, &str)]) {
        self.relabel(&format!("/instance-pool/{pool}"), more, "");
    }

    /// The same on the first control plane.
    pub(super) fn label_plane(&mut self, more: &[(&str, &str)]) {
        let plane = self.instance_named(CONTROL_PLANE);
        self.relabel(&format!("/instance/{plane}"), more, "");
    }

    pub(super) fn unlabel_plane(&mut self, key: &str) {
        let plane = self.instance_named(CONTROL_PLANE);
        self.relabel(&format!("/instance/{plane}"), &[], key);
    }

    /// An update replaces all labels.
    pub(super) fn relabel(&mut self, path: &str, more: &[(&str, &str)], but: &str) {
        let shown = self.client.get(path);
        let mut labels = shown["labels"].as_object().cloned().unwrap_or_default();
        for (key, value) in more {
            labels.insert((*key).to_owned(), json!(value));
        }
        labels.remove(but);
        self.client.done("PUT", path, json!({ "labels": labels }));
    }

    pub(super) fn instance_named(&mut self, name: &str) -> String {
        let list = self.client.get("/instance");
        let mut all = list["instances"].as_array().unwrap().iter();
        let found = all.find(|one| one["name"] == name).unwrap();
        found["id"].as_str().unwrap().to_owned()
    }

    pub(super) fn balancers(&mut self) -> Vec<Value> {
        let list = self.client.get("/load-balancer");
        list["load-balancers"].as_array().unwrap().clone()
    }

    pub(super) fn volumes(&mut self) -> Vec<Value> {
        let list = self.client.get("/block-storage");
        list["block-storage-volumes"].as_array().unwrap().clone()
    }

    /// The cluster's row.
    pub(super) fn cluster(&mut self) -> Value {
        self.client.reload(&mut self.rows);
        let row = self.rows.get(&format!("cluster/{CLUSTER}"));
        row.map_or(Value::Null, |row| serde_json::from_str(row).unwrap())
    }

    /// The names of its nodes.
    pub(super) fn nodes(&mut self) -> Vec<String> {
        let cluster = self.cluster();
        let nodes = cluster["nodes"].as_object().unwrap();
        nodes.keys().cloned().collect()
    }

    /// How many machines stand at this step.
    pub(super) fn standing(&mut self, step: &str) -> usize {
        self.client.reload(&mut self.rows);
        let machines = self
            .rows
            .iter()
            .filter(|(key, _)| key.starts_with("machine/"));
        let steps = machines.map(|(_, row)| serde_json::from_str::<Value>(row).unwrap());
        steps.filter(|machine| machine["step"] == step).count()
    }

    /// Revokes one of the cluster's keys, and waits until it is dead.
    pub(super) fn revoke(&mut self, name: &str) {
        let key = self.keys[name]["key"].as_str().unwrap();
        let path = format!("/api-key/{key}");
        self.client.done("DELETE", &path, Value::Null);
        self.client.pass(10);
        self.client.get("/zone");
    }
}

/// The name that the launcher knows a machine by.
fn short(name: &str) -> &str {
    name.strip_prefix("demo-k3x9q-").unwrap_or(name)
}

pub(super) fn key(credentials: Credentials) -> Value {
    json!({ "key": credentials.key, "secret": credentials.secret })
}

fn lines<'a>(heard: impl Iterator<Item = &'a Heard>) -> Vec<String> {
    let reports = heard.map(|heard| match heard.route.as_str() {
        "report" => format!(
            "{} {}",
            heard.body["stage"].as_str().unwrap(),
            heard.body["state"].as_str().unwrap()
        ),
        other => other.to_owned(),
    });
    let mut lines: Vec<String> = reports.collect();
    lines.dedup();
    lines
}

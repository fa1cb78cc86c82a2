//! Whole lives of machines: a control plane, its pool, and what keeps them from each other.

#![expect(
    clippy::needless_pass_by_value,
    reason = "tests pass `json!` as it stands"
)]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::testing::{CA_HASH, Client, JOIN_TOKEN, ZONE, bundle, user_data};
use crate::{Credentials, GuestCall, Preset, Switches};

const CONTROL_PLANE: &str = "demo-k3x9q-control-plane-1";
const POOL: &str = "demo-k3x9q-workers";
const AUTOSCALER: &str = "operation in ['evict-instance-pool-members','get-instance','get-instance-pool',\
                          'get-operation','get-quota','scale-instance-pool']";
const CLOUD_CONTROLLER: &str = "operation in ['list-zones','get-instance','list-instances','get-instance-type',\
                                'list-load-balancers','get-operation']";
const ROTATION: &str = "operation in ['list-instance-pools','get-instance-pool','update-instance-pool','get-operation']";

fn facts(role: &str, more: &Value) -> Value {
    let mut facts = json!({
        "schema": 1,
        "role": role,
        "cluster": { "id": "k3x9q", "name": "demo", "zone": ZONE, "endpoint": "api.k3x9q.slipway.internal" },
        "kubernetes": { "minor": "1.36", "version": "1.36.4" },
        "network": { "private": "10.0.0.0/24", "pods": "10.244.0.0/16", "services": "10.245.0.0/16",
                     "domain": "cluster.internal", "nodePorts": "30000-32767" },
        "controlPlanes": [{ "name": CONTROL_PLANE, "address": "10.0.0.1" }],
    });
    facts
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    facts
}

fn node_facts(token: &str, ca_hash: &str) -> Value {
    let pool = json!({ "name": POOL, "labels": {}, "taints": [] });
    facts(
        "node",
        &json!({ "pool": pool, "join": { "token": token, "caHash": ca_hash } }),
    )
}

fn control_plane_facts() -> Value {
    let callback =
        json!({ "url": "https://slipway.example/api/runs/r/machines/cp", "ticket": "t1" });
    let pools = json!([{ "name": POOL, "prefix": "k3x9q-workers", "min": 2, "max": 5, "labels": {},
                         "taints": [], "ingress": true }]);
    facts(
        "control-plane",
        &json!({ "callback": callback, "pools": pools, "spec": "v1.x" }),
    )
}

/// A launcher that answers what it is told, and remembers what it heard.
struct Launcher {
    client: Client,
    keys: Value,
    /// Answers to the bundle before it is given.
    before: Vec<u16>,
    network: String,
    heard: Vec<(String, Value)>,
    rows: BTreeMap<String, String>,
    reloads: bool,
}

impl Launcher {
    fn new(mut client: Client) -> Self {
        let keys = json!({
            "autoscaler": key(client.restricted(AUTOSCALER)),
            "cloud-controller": key(client.restricted(CLOUD_CONTROLLER)),
            "token-rotation": key(client.restricted(ROTATION)),
        });
        let network = client.network();
        let (heard, rows) = (Vec::new(), BTreeMap::new());
        Self {
            client,
            keys,
            before: vec![425],
            network,
            heard,
            rows,
            reloads: false,
        }
    }

    fn control_plane(&mut self) -> String {
        let body = self.client.instance(json!({
            "name": CONTROL_PLANE, "auto-start": false, "user-data": user_data(&control_plane_facts()),
        }));
        let id = self.client.done("POST", "/instance", body);
        let attach = json!({ "instance": { "id": id }, "ip": "10.0.0.1" });
        self.client.done(
            "PUT",
            &format!("/private-network/{}:attach", self.network),
            attach,
        );
        self.client
            .done("PUT", &format!("/instance/{id}:start"), json!({}));
        id
    }

    fn pool(&mut self, node: &Value) -> String {
        let body = self.client.pool(json!({
            "name": POOL, "instance-prefix": "k3x9q-workers", "user-data": user_data(node),
            "private-networks": [{ "id": self.network }],
        }));
        self.client.done("POST", "/instance-pool", body)
    }

    /// Lives for so long, waking when the world asks for it, or every second when it does not.
    fn live(&mut self, seconds: u64) {
        let end = self.client.now + seconds * 1000;
        while self.client.now < end {
            let wake = self
                .client
                .world
                .next_wake()
                .unwrap_or(end)
                .clamp(self.client.now + 1, end);
            self.client.now = wake.min(self.client.now + 10_000);
            if self.reloads {
                self.client.reload(&mut self.rows);
            }
            while let Some(call) = self.client.poll() {
                let (status, body) = self.reply(&call);
                if self.reloads {
                    self.client.reload(&mut self.rows);
                }
                let now = self.client.now;
                self.client
                    .world
                    .answer(now, call.id, Some((status, &body)));
            }
        }
    }

    fn reply(&mut self, call: &GuestCall) -> (u16, String) {
        assert_eq!(call.bearer, "t1");
        assert_eq!(call.machine, CONTROL_PLANE);
        let (base, route) = call.url.rsplit_once('/').unwrap();
        assert_eq!(base, "https://slipway.example/api/runs/r/machines/cp");
        self.heard
            .push((route.to_owned(), serde_json::from_str(&call.body).unwrap()));
        match route {
            "bundle" => match self.before.pop() {
                Some(status) => (status, "{}".to_owned()),
                None => (200, bundle(&self.keys).to_string()),
            },
            _ => (200, "{}".to_owned()),
        }
    }

    fn stages(&self) -> Vec<String> {
        trace(&self.heard)
    }

    fn last(&self) -> &Value {
        &self.heard.last().unwrap().1
    }
}

/// What was heard, as lines; repeated measurements and waiting are one.
fn trace(heard: &[(String, Value)]) -> Vec<String> {
    let line = |(route, body): &(String, Value)| match route.as_str() {
        "report" => format!(
            "{} {}",
            body["stage"].as_str().unwrap(),
            body["state"].as_str().unwrap()
        ),
        other => other.to_owned(),
    };
    let mut lines: Vec<String> = heard.iter().map(line).collect();
    lines.dedup();
    lines
}

/// What machines say when the real bootstrap runs on them, as `tests/machines` has recorded it.
fn recorded(kind: &str) -> Vec<String> {
    let traces: BTreeMap<String, Vec<String>> =
        serde_json::from_str(include_str!("../../fixtures/machine-traces.json")).unwrap();
    traces[kind].clone()
}

fn key(credentials: Credentials) -> Value {
    json!({ "key": credentials.key, "secret": credentials.secret })
}

fn launch(client: Client, reloads: bool) -> Launcher {
    let mut launcher = Launcher::new(client);
    launcher.reloads = reloads;
    launcher.control_plane();
    launcher.pool(&node_facts(JOIN_TOKEN, CA_HASH));
    launcher.live(900);
    launcher
}

#[test]
fn a_cluster_comes_to_complete_evidence() {
    let mut launcher = launch(Client::calm(), false);
    assert_eq!(launcher.stages(), recorded("first control plane"));
    let evidence = launcher.last()["evidence"].clone();
    assert_eq!(evidence["nodes"].as_array().unwrap().len(), 3);
    for node in evidence["nodes"].as_array().unwrap() {
        assert_eq!(node["ready"], true);
        assert_eq!(node["initialised"], true);
        assert_eq!(node["version"], "v1.36.4");
        assert!(
            node["providerId"]
                .as_str()
                .unwrap()
                .starts_with("exoscale://")
        );
        assert!(node["internalIp"].as_str().unwrap().starts_with("10.0.0."));
    }
    assert_eq!(evidence["dns"], true);
    assert_eq!(
        evidence["autoscaler"],
        json!([{ "pool": POOL, "min": 2, "max": 5 }])
    );
    assert_eq!(
        evidence["rotation"],
        json!([{ "pool": POOL, "readBack": true }])
    );
    assert_eq!(evidence["pendingCertificates"], 0);
    assert_eq!(
        evidence["keys"],
        json!({ "autoscaler": true, "cloud-controller": true, "token-rotation": true })
    );
    assert_eq!(launcher.client.world.next_wake(), None);
    assert!(launcher.client.poll().is_none());
}

#[test]
fn stored_and_loaded_at_every_event_it_is_the_same_life() {
    let plain = launch(Client::calm(), false);
    let reloaded = launch(Client::calm(), true);
    assert_eq!(plain.heard, reloaded.heard);
}

#[test]
fn the_same_seed_gives_the_same_life_and_another_seed_another() {
    let life = |seed| launch(Client::open(Preset::Calm, seed), false).heard;
    assert_eq!(life(5), life(5));
    assert_ne!(life(5), life(6));
}

#[test]
fn a_call_in_flight_is_made_again_after_a_load() {
    let mut launcher = Launcher::new(Client::calm());
    launcher.control_plane();
    let first = loop {
        launcher.client.pass(1);
        if let Some(call) = launcher.client.poll() {
            break call;
        }
    };
    assert_eq!(launcher.client.poll(), None, "one at a time");
    launcher.client.reload(&mut BTreeMap::new());
    assert_eq!(launcher.client.poll(), Some(first));
}

#[test]
fn wrong_tokens_and_wrong_authorities_never_join() {
    let other = format!("sha256:{}", "0".repeat(64));
    for node in [
        node_facts("zzzzzz.0123456789abcdef", CA_HASH),
        node_facts(JOIN_TOKEN, &other),
    ] {
        let mut launcher = Launcher::new(Client::calm());
        launcher.control_plane();
        launcher.pool(&node);
        launcher.live(1_800);
        let evidence = &launcher.last()["evidence"];
        assert_eq!(launcher.last()["state"], "started");
        assert_eq!(evidence["nodes"].as_array().unwrap().len(), 1);
        assert_eq!(evidence["autoscaler"], json!([]));
        assert_eq!(evidence["dns"], true);
        let steps = launcher.client.world.take_changes();
        let failed = steps.iter().filter(|(key, json)| {
            key.starts_with("machine/")
                && json
                    .as_ref()
                    .is_some_and(|json| json.contains("\"Failed\""))
        });
        assert_eq!(failed.count(), 2);
    }
}

#[test]
fn a_token_lives_for_two_days_and_a_healed_member_uses_the_rotated_one() {
    let mut launcher = launch(Client::calm(), false);
    launcher.live(49 * 3_600);
    let before = nodes(&mut launcher);
    let gone = launcher.client.get("/instance?manager-type=instance-pool");
    let member = gone["instances"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["manager"].is_object())
        .unwrap();
    let path = format!("/instance/{}", member["id"].as_str().unwrap());
    launcher.client.done("DELETE", &path, Value::Null);
    launcher.live(600);
    let after = nodes(&mut launcher);
    assert_eq!(after.len(), 3);
    assert_ne!(before, after, "another member has taken its place");
}

#[test]
fn an_expired_token_is_not_let_in() {
    let mut launcher = Launcher::new(Client::calm());
    launcher.keys["token-rotation"] = json!({ "key": "EXOnone", "secret": "none" });
    launcher.control_plane();
    launcher.live(49 * 3_600);
    launcher.pool(&node_facts(JOIN_TOKEN, CA_HASH));
    launcher.live(900);
    assert_eq!(nodes(&mut launcher).len(), 1);
}

#[test]
fn keys_that_may_not_do_their_work_show() {
    let mut launcher = Launcher::new(Client::calm());
    launcher.keys["autoscaler"] = key(launcher
        .client
        .restricted("operation == 'get-quota' && broken("));
    launcher.keys["cloud-controller"] = key(launcher.client.restricted("zone == 'ch-dk-2'"));
    launcher.control_plane();
    launcher.pool(&node_facts(JOIN_TOKEN, CA_HASH));
    launcher.live(900);
    let evidence = &launcher.last()["evidence"];
    let keys = json!({ "autoscaler": false, "cloud-controller": false, "token-rotation": true });
    assert_eq!(evidence["keys"], keys);
    assert_eq!(evidence["pendingCertificates"], 3);
    assert_eq!(evidence["dns"], false);
    assert_eq!(evidence["nodes"][0]["initialised"], false);
}

#[test]
fn a_denied_bundle_is_reported_and_final() {
    for status in [401, 403] {
        let mut launcher = Launcher::new(Client::calm());
        launcher.before = vec![status];
        launcher.control_plane();
        launcher.live(600);
        assert_eq!(launcher.last()["stage"], "bundle");
        assert_eq!(launcher.last()["state"], "failed");
    }
}

#[test]
fn without_a_private_interface_nothing_is_fetched() {
    let mut launcher = Launcher::new(Client::calm());
    let body = launcher.client.instance(json!({
        "name": CONTROL_PLANE, "user-data": user_data(&control_plane_facts()),
    }));
    launcher.client.done("POST", "/instance", body);
    launcher.live(300);
    assert_eq!(launcher.stages(), ["network started"]);
}

#[test]
fn egress_rules_that_forget_https_keep_a_machine_silent() {
    let egress = json!({ "flow-direction": "egress", "protocol": "udp", "network": "0.0.0.0/0",
                         "start-port": 53, "end-port": 53 });
    for (filters, silent) in [(true, true), (false, false)] {
        let mut launcher = Launcher::new(Client::calm());
        launcher.client.world.set_switches(Switches {
            egress_filters_machines: filters,
            ..Switches::default()
        });
        let groups = launcher.client.get("/security-group");
        let group = groups["security-groups"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        launcher.client.done(
            "POST",
            &format!("/security-group/{group}/rules"),
            egress.clone(),
        );
        launcher.control_plane();
        launcher.live(300);
        assert_eq!(launcher.heard.is_empty(), silent);
    }
}

#[test]
fn without_a_machine_an_instance_just_runs() {
    let mut launcher = Launcher::new(Client::open(Preset::Unmanned, 1));
    let id = launcher.control_plane();
    launcher.live(600);
    assert_eq!(
        launcher.client.get(&format!("/instance/{id}"))["state"],
        "running"
    );
    assert!(launcher.heard.is_empty());
}

#[test]
fn a_reboot_resumes_where_it_was() {
    let mut launcher = Launcher::new(Client::calm());
    let id = launcher.control_plane();
    launcher.live(60);
    assert_eq!(launcher.stages().last().unwrap(), "packages started");
    launcher
        .client
        .done("PUT", &format!("/instance/{id}:reboot"), json!({}));
    launcher.pool(&node_facts(JOIN_TOKEN, CA_HASH));
    launcher.live(900);
    assert_eq!(launcher.last()["state"], "done");
    assert_eq!(
        launcher
            .heard
            .iter()
            .filter(|(route, _)| route == "bundle")
            .count(),
        2
    );
}

#[test]
fn three_control_planes_join_one_after_the_other() {
    let mut launcher = Launcher::new(Client::calm());
    let names = ["c1", "c2", "c3"];
    let planes: Vec<Value> = (1..)
        .zip(names)
        .map(|(at, name)| json!({ "name": name, "address": format!("10.0.0.{at}") }))
        .collect();
    for (at, name) in (1..).zip(names) {
        let mut facts = control_plane_facts();
        facts["controlPlanes"] = json!(planes);
        facts["callback"]["url"] = json!(format!("https://slipway.example/{name}"));
        let body = launcher.client.instance(json!({
            "name": name, "auto-start": false, "user-data": user_data(&facts),
        }));
        let id = launcher.client.done("POST", "/instance", body);
        let attach = json!({ "instance": { "id": id }, "ip": format!("10.0.0.{at}") });
        launcher.client.done(
            "PUT",
            &format!("/private-network/{}:attach", launcher.network),
            attach,
        );
        launcher
            .client
            .done("PUT", &format!("/instance/{id}:start"), json!({}));
    }
    launcher.pool(&node_facts(JOIN_TOKEN, CA_HASH));
    let mut heard: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
    let mut joined = Vec::new();
    while launcher.client.now < 1_800_000 {
        launcher.client.pass(1);
        while let Some(call) = launcher.client.poll() {
            let body: Value = serde_json::from_str(&call.body).unwrap();
            if body["stage"] == "kubeadm" && body["state"] == "done" {
                joined.push(call.machine.clone());
            }
            let route = call.url.rsplit_once('/').unwrap().1.to_owned();
            let reply = if route == "bundle" {
                bundle(&launcher.keys)
            } else {
                json!({})
            };
            heard.entry(call.machine).or_default().push((route, body));
            let now = launcher.client.now;
            launcher
                .client
                .world
                .answer(now, call.id, Some((200, &reply.to_string())));
        }
    }
    assert_eq!(joined, names);
    assert_eq!(trace(&heard["c1"]), recorded("first control plane"));
    for later in ["c2", "c3"] {
        assert_eq!(trace(&heard[later]), recorded("later control plane"));
    }
}

#[test]
fn user_data_that_is_not_ours_just_runs() {
    let mut client = Client::calm();
    let body = client.instance(json!({ "user-data": "IyEvYmluL3NoCnRydWUK" }));
    let id = client.done("POST", "/instance", body);
    client.pass(120);
    assert_eq!(client.poll(), None);
    assert_eq!(client.get(&format!("/instance/{id}"))["state"], "running");
    assert_eq!(client.world.next_wake(), None);
}

/// The names of the cluster's nodes, from its row.
fn nodes(launcher: &mut Launcher) -> Vec<String> {
    launcher.client.reload(&mut launcher.rows);
    let cluster: Value = serde_json::from_str(&launcher.rows["cluster/k3x9q"]).unwrap();
    cluster["nodes"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

#[test]
fn the_fixture_is_the_one_the_hash_is_of() {
    assert_eq!(
        super::spki::ca_hash(include_str!("../../fixtures/ca.crt")).unwrap(),
        CA_HASH
    );
}

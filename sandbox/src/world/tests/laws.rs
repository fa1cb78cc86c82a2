//! What must hold however errands are mixed, as a client sees it and, for what holds others back, within.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::errand::{errands, request};
use crate::Faults;
use crate::kinds::instance::{self, Blueprint, InstanceState, Order};
use crate::kinds::instance_pool::{Pool, PoolState};
use crate::kinds::kind::Kind as _;
use crate::testing::{Client, STANDARD_MEDIUM};

/// Where each kind is listed, and the key of the list.
const LISTS: [(&str, &str); 11] = [
    ("/instance", "instances"),
    ("/instance-pool", "instance-pools"),
    ("/snapshot", "snapshots"),
    ("/template?visibility=private", "templates"),
    ("/block-storage", "block-storage-volumes"),
    ("/block-storage-snapshot", "block-storage-snapshots"),
    ("/anti-affinity-group", "anti-affinity-groups"),
    ("/private-network", "private-networks"),
    ("/elastic-ip", "elastic-ips"),
    ("/load-balancer", "load-balancers"),
    ("/security-group", "security-groups"),
];

/// What a key of an answer refers to.
const REFERENCES: [(&str, &str); 15] = [
    ("template", "template"),
    ("instance-type", "instance-type"),
    ("instance", "instance"),
    ("instance-id", "instance"),
    ("instances", "instance"),
    ("instance-pool", "instance-pool"),
    ("manager", "instance-pool"),
    ("snapshots", "snapshot"),
    ("block-storage-volume", "block-storage"),
    ("block-storage-snapshots", "block-storage-snapshot"),
    ("anti-affinity-groups", "anti-affinity-group"),
    ("private-networks", "private-network"),
    ("elastic-ips", "elastic-ip"),
    ("security-groups", "security-group"),
    ("deploy-target", "deploy-target"),
];

/// Everything that a list tells, in this zone.
fn listed(client: &mut Client) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (path, key) in LISTS {
        let list = client.get(path);
        for row in list[key].as_array().unwrap() {
            let kind = path.split('?').next().unwrap();
            let shown = client.get(&format!("{kind}/{}", row["id"].as_str().unwrap()));
            all.push((kind.to_owned(), shown));
        }
    }
    all
}

/// Nothing refers to what is gone. `instances` of a pool may, for moments.
fn check_references(client: &mut Client, at_rest: bool) {
    let mut wanted = BTreeSet::new();
    for (kind, row) in listed(client) {
        let stale = kind == "/instance-pool" && !at_rest;
        for (key, target) in REFERENCES {
            let services = row["services"].as_array();
            let services = services.into_iter().flatten().map(|service| &service[key]);
            let values = std::iter::once(&row[key]).chain(services);
            for value in values.filter(|_| !(stale && key == "instances")) {
                let single = value.is_object().then_some(value);
                for one in value.as_array().into_iter().flatten().chain(single) {
                    let id = one["id"].as_str().unwrap();
                    wanted.insert((format!("/{target}/{id}"), format!("{key} of {kind}")));
                }
            }
        }
    }
    for (path, why) in wanted {
        let (status, _) = client.call("GET", &path, &Value::Null);
        assert_eq!(status, 200, "{path}, {why}, is gone");
    }
}

fn check_quotas(client: &mut Client) {
    let quotas = client.get("/quota");
    for quota in quotas["quotas"].as_array().unwrap() {
        let (usage, limit) = (quota["usage"].as_i64(), quota["limit"].as_i64().unwrap());
        assert!(limit < 0 || usage.unwrap() <= limit, "{quota}");
    }
}

fn check_addresses(client: &Client) {
    let state = &client.world.state;
    let machines = state.instances.values().filter_map(|one| one.public_ip);
    let mut seen = BTreeSet::new();
    for address in machines {
        assert!(seen.insert(address), "{address} is given twice");
    }
    for instance in state.instances.values().filter(|one| one.is_visible()) {
        for interface in &instance.interfaces {
            let place = (interface.network.clone(), interface.ip);
            let others = state.instances.values().filter(|one| one.id != instance.id);
            let mut same = others
                .filter(|one| one.is_visible())
                .flat_map(|one| &one.interfaces);
            let same =
                same.any(|peer| (peer.network.clone(), peer.ip) == place && peer.ip.is_some());
            assert!(!same, "{place:?} is leased twice");
        }
    }
}

/// After a while everything has ended, and nothing holds anything.
fn check_rest(client: &mut Client) {
    for row in listed(client) {
        let state = row.1["state"].as_str().unwrap_or("running");
        let resting = [
            "running", "stopped", "exported", "detached", "attached", "created",
        ];
        assert!(resting.contains(&state), "{row:?}");
    }
    let state = &client.world.state;
    for pool in state.pools.values() {
        assert_eq!(pool.state, PoolState::Running);
        assert_eq!(pool.operation, None);
        let members = state.instances.of(&pool.id).filter(|one| one.is_visible());
        let members: BTreeSet<&String> = members.map(|one| &one.id).collect();
        assert_eq!(members.len(), pool.size, "{}", pool.id);
        assert_eq!(members, pool.listed.iter().collect::<BTreeSet<_>>());
    }
    for instance in state.instances.values() {
        assert_ne!(instance.state, InstanceState::Expunging);
        assert!(instance.check_free(state).is_ok(), "{instance:?}");
    }
    for address in state.elastic_ips.values() {
        for holder in &address.instances {
            assert!(state.instances.get(holder).is_some(), "{address:?}");
        }
    }
    for (operation, _) in state.operations.iter() {
        let shown = crate::operation::view_of(state, operation);
        assert_ne!(shown["state"], "pending", "{shown}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// One world is stored and loaded after every errand, the other never: they say the same.
    #[test]
    fn whatever_is_done_the_world_holds_together(seed: u64, errands in errands()) {
        let mut client = Client::open(crate::Preset::Calm, seed);
        let mut twin = Client::open(crate::Preset::Calm, seed);
        let faults = Faults { operation_failure: 150, ..Faults::calm() };
        client.world.set_faults(faults.clone());
        twin.world.set_faults(faults);
        let mut rows = BTreeMap::new();
        for (index, errand) in errands.into_iter().enumerate() {
            let (method, path, body) = request(&mut client, errand);
            let answer = client.call(method, &path, &body);
            prop_assert!(answer.0 < 500, "{} {}: {}", method, path, answer.1);
            prop_assert_eq!(&answer, &twin.call(method, &path, &body));
            client.pass(errand.seconds);
            twin.pass(errand.seconds);
            client.poll();
            twin.poll();
            client.reload(&mut rows);
            check_addresses(&client);
            if index % 4 == 0 {
                check_quotas(&mut client);
                check_references(&mut client, false);
            }
        }
        client.pass(3600);
        twin.pass(3600);
        check_rest(&mut client);
        check_references(&mut client, true);
        check_quotas(&mut client);
        for (path, _) in LISTS {
            prop_assert_eq!(client.get(path), twin.get(path));
        }
    }
}

/// What belongs to a pool or a group is found without a look at the rest, so that lists of many stay cheap.
#[test]
fn ten_thousand_machines_in_a_thousand_pools() {
    let mut client = Client::calm();
    let pool = client.pool(json!({ "size": 1 }));
    let pool = client.done("POST", "/instance-pool", pool);
    let group = client.done("POST", "/anti-affinity-group", json!({ "name": "spread" }));
    let template = client.template();
    let state = &mut client.world.state;
    let original = state.pools.get(&pool).unwrap().clone();
    for number in 0..1_000 {
        let id = format!("00000000-0000-4000-8000-{number:012}");
        let row = Pool {
            id: id.clone(),
            size: 10,
            ..original.clone()
        };
        state.pools.insert(&id, row);
        for member in 0..10 {
            let order = Order {
                disk_size: 10,
                instance_type: STANDARD_MEDIUM.to_owned(),
                template: template.clone(),
                anti_affinity_groups: vec![group.clone()],
                ..Order::default()
            };
            let blueprint = Blueprint {
                zone: original.zone.clone(),
                settings: instance::Settings::default(),
                order,
                manager: (member > 0).then(|| id.clone()),
                starts: false,
            };
            instance::spawn(state, blueprint);
        }
    }
    let count = |list: &Value, key: &str| list[key].as_array().unwrap().len();
    assert_eq!(count(&client.get("/instance"), "instances"), 10_001);
    assert_eq!(
        count(&client.get("/instance-pool"), "instance-pools"),
        1_001
    );
    let groups = client.get("/anti-affinity-group");
    assert_eq!(
        count(&groups["anti-affinity-groups"][0], "instances"),
        10_000
    );
    assert_eq!(
        client.get("/quota/instance")["usage"],
        11_001,
        "one of each pool is still owed"
    );
    assert_eq!(client.get("/quota/cpu")["usage"], 20_002);
}

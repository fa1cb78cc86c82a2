//! Random errands over all kinds, and what must hold however they are mixed. It knows nothing of how kinds work.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::Faults;
use crate::kinds::instance::{self, Blueprint, InstanceState, Order};
use crate::kinds::instance_pool::PoolState;
use crate::kinds::kind::Kind as _;
use crate::store::{State, Stored};
use crate::testing::{Client, NOBODY, STANDARD_MEDIUM};

const OTHER_ZONE: &str = "de-fra-1";
const NODE_IMAGE: &str = "https://example.com/node.qcow2";

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

/// One errand: what kind of thing is done, to which of those that exist, and how.
#[derive(Debug, Clone, Copy)]
struct Errand {
    what: u8,
    one: usize,
    other: usize,
    seconds: u64,
}

type Request = (&'static str, String, Value);

fn errands() -> impl Strategy<Value = Vec<Errand>> {
    // Mostly at once, so that much is under way at the same time.
    let seconds = prop_oneof![3 => Just(0), 1 => 0..40_u64];
    let errand = (0..50_u8, 0..6_usize, 0..6_usize, seconds);
    let errand = errand.prop_map(|(what, one, other, seconds)| Errand {
        what,
        one,
        other,
        seconds,
    });
    prop::collection::vec(errand, 1..150)
}

fn pick<T: Stored>(
    table: impl Fn(&State) -> &crate::store::Table<T>,
    state: &State,
    one: usize,
) -> String {
    let ids = table(state).ids(|_| true);
    let index = one.checked_rem(ids.len()).unwrap_or(0);
    ids.get(index)
        .map_or_else(|| NOBODY.to_owned(), Clone::clone)
}

/// The request of an errand; it may well be one that is refused.
fn request(client: &mut Client, errand: Errand) -> Request {
    match errand.what {
        0..=16 => of_machines(client, errand),
        17..=22 => of_pools(client, errand),
        23..=36 => of_disks(client, errand),
        _ => of_networks(client, errand),
    }
}

fn template(client: &mut Client, errand: Errand) -> Value {
    let own = pick(|state| &state.templates, &client.world.state, errand.other);
    let id = if errand.one.is_multiple_of(2) {
        own
    } else {
        client.template()
    };
    json!({ "id": id })
}

fn group(client: &Client, errand: Errand) -> Value {
    let state = &client.world.state;
    let id = pick(|state| &state.anti_affinity_groups, state, errand.other);
    if id == NOBODY {
        json!([])
    } else {
        json!([{ "id": id }])
    }
}

fn of_machines(client: &mut Client, errand: Errand) -> Request {
    let Errand {
        what, one, other, ..
    } = errand;
    let id = pick(|state| &state.instances, &client.world.state, one);
    let path = format!("/instance/{id}");
    let act = |action: &str, body: Value| ("PUT", format!("{path}:{action}"), body);
    match what {
        0..=3 => {
            let template = template(client, errand);
            let body = client.instance(json!({
                "auto-start": other.is_multiple_of(2), "template": template, "anti-affinity-groups": group(client, errand),
            }));
            ("POST", "/instance".to_owned(), body)
        }
        4 => (
            "PUT",
            path,
            json!({ "public-ip-assignment": if other.is_multiple_of(2) { "none" } else { "dual" } }),
        ),
        5 | 6 => ("DELETE", path, Value::Null),
        7 => act("start", json!({})),
        8 | 9 => act("stop", Value::Null),
        10 => act("reboot", Value::Null),
        11 => {
            let template = template(client, errand);
            (
                "PUT",
                format!("{path}:reset"),
                json!({ "template": template }),
            )
        }
        12 => act("resize-disk", json!({ "disk-size": 20 + other * 5 })),
        13 => act(
            "scale",
            json!({ "instance-type": { "id": STANDARD_MEDIUM } }),
        ),
        14 => ("POST", format!("{path}:create-snapshot"), Value::Null),
        15 => {
            let snapshot = pick(|state| &state.snapshots, &client.world.state, other);
            (
                "POST",
                format!("{path}:revert-snapshot"),
                json!({ "id": snapshot }),
            )
        }
        _ if other == 0 => act("add-protection", Value::Null),
        _ => act("remove-protection", Value::Null),
    }
}

fn of_pools(client: &mut Client, errand: Errand) -> Request {
    let Errand {
        what, one, other, ..
    } = errand;
    let state = &client.world.state;
    let path = format!("/instance-pool/{}", pick(|state| &state.pools, state, one));
    let member = pick(|state| &state.instances, state, other);
    let network = pick(|state| &state.private_networks, state, other);
    let address = pick(|state| &state.elastic_ips, state, other);
    match what {
        17 | 18 => {
            let template = template(client, errand);
            let body = client.pool(json!({
                "size": other + 1, "template": template, "anti-affinity-groups": group(client, errand),
            }));
            ("POST", "/instance-pool".to_owned(), body)
        }
        19 if one.is_multiple_of(2) => (
            "PUT",
            path,
            json!({ "private-networks": [{ "id": network }] }),
        ),
        19 => {
            let template = template(client, errand);
            (
                "PUT",
                path,
                json!({ "elastic-ips": [{ "id": address }], "template": template }),
            )
        }
        20 => ("PUT", format!("{path}:scale"), json!({ "size": other })),
        21 => (
            "PUT",
            format!("{path}:evict"),
            json!({ "instances": [member] }),
        ),
        _ if other.is_multiple_of(2) => ("DELETE", format!("{path}/private-networks"), Value::Null),
        _ => ("DELETE", path, Value::Null),
    }
}

fn of_disks(client: &mut Client, errand: Errand) -> Request {
    let Errand {
        what, one, other, ..
    } = errand;
    let state = &client.world.state;
    let volume = format!(
        "/block-storage/{}",
        pick(|state| &state.volumes, state, one)
    );
    let copy = pick(|state| &state.volume_snapshots, state, one);
    let snapshot = format!("/snapshot/{}", pick(|state| &state.snapshots, state, one));
    let template = format!("/template/{}", pick(|state| &state.templates, state, one));
    let machine = json!({ "instance": { "id": pick(|state| &state.instances, state, other) } });
    match what {
        23 => (
            "POST",
            "/block-storage".to_owned(),
            json!({ "size": 10 + other }),
        ),
        24 => {
            let body = json!({ "block-storage-snapshot": { "id": copy } });
            ("POST", "/block-storage".to_owned(), body)
        }
        25 => ("PUT", format!("{volume}:attach"), machine),
        26 => ("PUT", format!("{volume}:detach"), Value::Null),
        27 => (
            "PUT",
            format!("{volume}:resize-volume"),
            json!({ "size": 12 + other }),
        ),
        28 => ("POST", format!("{volume}:create-snapshot"), json!({})),
        29 => ("DELETE", volume, Value::Null),
        30 => (
            "DELETE",
            format!("/block-storage-snapshot/{copy}"),
            Value::Null,
        ),
        31 => ("POST", format!("{snapshot}:export"), Value::Null),
        32 => (
            "POST",
            format!("{snapshot}:promote"),
            json!({ "name": "promoted" }),
        ),
        33 => ("DELETE", snapshot, Value::Null),
        34 => {
            let body = json!({
                "name": "foreign", "url": NODE_IMAGE, "checksum": "0123", "ssh-key-enabled": true,
                "password-enabled": false,
            });
            ("POST", "/template".to_owned(), body)
        }
        35 => (
            "POST",
            template,
            json!({ "target-zone": { "name": OTHER_ZONE } }),
        ),
        _ => ("DELETE", template, Value::Null),
    }
}

fn of_networks(client: &mut Client, errand: Errand) -> Request {
    let Errand {
        what, one, other, ..
    } = errand;
    let state = &client.world.state;
    let group = pick(|state| &state.anti_affinity_groups, state, one);
    let network = format!(
        "/private-network/{}",
        pick(|state| &state.private_networks, state, one)
    );
    let address = format!(
        "/elastic-ip/{}",
        pick(|state| &state.elastic_ips, state, one)
    );
    let balancer = format!(
        "/load-balancer/{}",
        pick(|state| &state.load_balancers, state, one)
    );
    let pool = pick(|state| &state.pools, state, other);
    let machine = json!({ "instance": { "id": pick(|state| &state.instances, state, other) } });
    match what {
        37 => (
            "POST",
            "/anti-affinity-group".to_owned(),
            json!({ "name": format!("group-{other}") }),
        ),
        38 => (
            "DELETE",
            format!("/anti-affinity-group/{group}"),
            Value::Null,
        ),
        39 => {
            let body = json!({
                "name": "net", "start-ip": "10.0.0.10", "end-ip": "10.0.0.12", "netmask": "255.255.255.0",
            });
            ("POST", "/private-network".to_owned(), body)
        }
        40 => ("PUT", format!("{network}:attach"), machine),
        41 => ("PUT", format!("{network}:detach"), machine),
        42 => ("DELETE", network, Value::Null),
        43 => ("POST", "/elastic-ip".to_owned(), json!({})),
        44 => ("PUT", format!("{address}:attach"), machine),
        45 => ("PUT", format!("{address}:detach"), machine),
        46 => ("DELETE", address, Value::Null),
        47 => ("POST", "/load-balancer".to_owned(), json!({ "name": "lb" })),
        48 => {
            let body = json!({
                "name": format!("s{other}"), "instance-pool": { "id": pool }, "protocol": "tcp",
                "strategy": "round-robin", "port": 80 + other, "target-port": 30_080,
                "healthcheck": { "mode": "tcp", "port": 30_080 },
            });
            ("POST", format!("{balancer}/service"), body)
        }
        _ => ("DELETE", balancer, Value::Null),
    }
}

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
        let row = crate::kinds::instance_pool::Pool {
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

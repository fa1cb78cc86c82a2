//! Random errands over all kinds: what a careless client might ask, about things that exist.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::store::{State, Stored, Table};
use crate::testing::{Client, NOBODY, STANDARD_MEDIUM};

const OTHER_ZONE: &str = "de-fra-1";
const NODE_IMAGE: &str = "https://example.com/node.qcow2";

/// One errand: what kind of thing is done, to which of those that exist, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Errand {
    what: u8,
    one: usize,
    other: usize,
    pub(super) seconds: u64,
}

pub(super) type Request = (&'static str, String, Value);

pub(super) fn errands() -> impl Strategy<Value = Vec<Errand>> {
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

fn pick<T: Stored>(table: impl Fn(&State) -> &Table<T>, state: &State, one: usize) -> String {
    let ids = table(state).ids(|_| true);
    let index = one.checked_rem(ids.len()).unwrap_or(0);
    ids.get(index)
        .map_or_else(|| NOBODY.to_owned(), Clone::clone)
}

/// The request of an errand; it may well be one that is refused.
pub(super) fn request(client: &mut Client, errand: Errand) -> Request {
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

//! kubeadm's refusals and time-outs.

use serde_json::{Value, json};

use super::launcher::{CONTROL_PLANE, Launcher, POOL};
use crate::testing::{Client, JOIN_TOKEN};

/// Changes the facts of a node before it is made; how many nodes there are after that long.
fn joined(change: impl Fn(&mut Value), seconds: u64) -> (Launcher, usize) {
    let mut launcher = Launcher::new(Client::calm());
    launcher.control_plane();
    let mut facts = launcher.node_facts(POOL, JOIN_TOKEN);
    change(&mut facts);
    launcher.pool(&facts);
    launcher.live(seconds);
    let nodes = launcher.nodes().len();
    (launcher, nodes)
}

/// How often the bootstrap of each machine of the pool has failed.
fn failures(launcher: &mut Launcher) -> Vec<u64> {
    launcher.client.reload(&mut launcher.rows);
    let machines = launcher
        .rows
        .iter()
        .filter(|(key, _)| key.starts_with("machine/"))
        .map(|(_, row)| serde_json::from_str::<Value>(row).unwrap());
    let nodes = machines.filter(|machine| machine["facts"]["role"] == "node");
    nodes
        .map(|node| node["failures"].as_u64().unwrap())
        .collect()
}

/// Seconds from the start of the first member until the bootstrap of the last one has failed so often.
fn failed(launcher: &mut Launcher, times: u64) -> u64 {
    while failures(launcher)
        .iter()
        .min()
        .is_none_or(|least| *least < times)
    {
        launcher.live(5);
    }
    let booted = |row: &String| {
        let machine: Value = serde_json::from_str(row).unwrap();
        machine["booted_at"].as_u64().unwrap()
    };
    let machines = launcher.rows.iter();
    let machines =
        machines.filter(|(key, row)| key.starts_with("machine/") && row.contains("\"join\":{"));
    let began = machines.map(|(_, row)| booted(row)).min().unwrap();
    (launcher.client.now - began) / 1_000
}

#[test]
fn all_is_well_when_nothing_is_changed() {
    let (mut launcher, nodes) = joined(|_| {}, 600);
    assert_eq!(nodes, 3);
    assert_eq!(failures(&mut launcher), [0, 0]);
}

#[test]
fn an_unknown_token_is_given_up_within_a_quarter_of_an_hour_and_tried_again() {
    let wrong = |facts: &mut Value| facts["join"]["token"] = json!("zzzzzz.0123456789abcdef");
    let (mut launcher, nodes) = joined(wrong, 700);
    assert_eq!((nodes, failures(&mut launcher)), (1, vec![0, 0]));
    let first = failed(&mut launcher, 1);
    assert!((780..=900).contains(&first), "{first}");
    let second = failed(&mut launcher, 2);
    assert!((1_620..=1_740).contains(&second), "{second}");
    let evidence = &launcher.last()["evidence"];
    assert_eq!(evidence["autoscaler"], json!([]));
    assert_eq!(evidence["dns"], true);
}

#[test]
fn another_authority_is_refused_at_once() {
    let other = format!("sha256:{}", "0".repeat(64));
    let wrong = |facts: &mut Value| facts["join"]["caHash"] = json!(other);
    let (mut launcher, nodes) = joined(wrong, 420);
    assert_eq!(nodes, 1);
    assert!(
        failures(&mut launcher)
            .iter()
            .all(|failures| *failures >= 1)
    );
    launcher.live(600);
    assert!(
        failures(&mut launcher)
            .iter()
            .all(|failures| *failures >= 5)
    );
    assert_eq!(launcher.nodes().len(), 1);
}

#[test]
fn a_name_that_the_certificate_does_not_have_is_refused() {
    let wrong = |facts: &mut Value| facts["cluster"]["endpoint"] = json!("api.other.internal");
    let (mut launcher, nodes) = joined(wrong, 600);
    assert_eq!(nodes, 1);
    assert!((780..=900).contains(&failed(&mut launcher, 1)));
    assert_eq!(launcher.nodes().len(), 1);
}

#[test]
fn a_name_that_leads_nowhere_is_given_up_within_a_quarter_of_an_hour() {
    let wrong = |facts: &mut Value| {
        facts["controlPlanes"] = json!([{ "name": CONTROL_PLANE, "address": "10.0.0.99" }]);
    };
    let (mut launcher, nodes) = joined(wrong, 600);
    assert_eq!((nodes, launcher.standing("Probe")), (1, 2));
    assert!((780..=900).contains(&failed(&mut launcher, 1)));
    assert_eq!(launcher.nodes().len(), 1);
}

#[test]
fn nodes_before_the_control_plane_wait_for_it_and_join() {
    let mut launcher = Launcher::new(Client::calm());
    let facts = launcher.node_facts(POOL, JOIN_TOKEN);
    launcher.pool(&facts);
    launcher.live(420);
    assert_eq!(launcher.standing("Probe"), 2);
    launcher.control_plane();
    launcher.live(600);
    assert_eq!(launcher.nodes().len(), 3);
}

#[test]
fn nodes_that_waited_too_long_join_by_themselves_and_at_once_after_a_reboot() {
    for reboots in [false, true] {
        let mut launcher = Launcher::new(Client::calm());
        let facts = launcher.node_facts(POOL, JOIN_TOKEN);
        let pool = launcher.pool(&facts);
        launcher.live(1_200);
        assert!(
            failures(&mut launcher)
                .iter()
                .all(|failures| *failures == 1)
        );
        let member = launcher.members(&pool).remove(0);
        let stop = format!("/instance/{member}:stop");
        launcher.client.done("PUT", &stop, json!({}));
        launcher.control_plane();
        launcher.live(600);
        assert_eq!(launcher.nodes().len(), 2, "the other one has joined");
        if reboots {
            let start = format!("/instance/{member}:start");
            launcher.client.done("PUT", &start, json!({}));
        }
        launcher.live(300);
        assert_eq!(launcher.nodes().len(), 2 + usize::from(reboots));
    }
}

#[test]
fn a_late_node_joins_with_the_rotated_token_and_not_with_the_expired_one() {
    for (rotates, nodes) in [(true, 4), (false, 3)] {
        let mut launcher = Launcher::new(Client::calm());
        let pool = launcher.launch().remove(0);
        if !rotates {
            launcher.revoke("token-rotation");
        }
        launcher.live(61 * 3_600);
        launcher.want(3);
        launcher.live(900);
        assert_eq!(launcher.size(&pool), 3);
        assert_eq!(launcher.nodes().len(), nodes);
    }
}

#[test]
fn rotation_writes_only_into_the_clusters_own_pools() {
    let mut launcher = Launcher::new(Client::calm());
    launcher.control_plane();
    let mut facts = launcher.node_facts(POOL, JOIN_TOKEN);
    facts["cluster"]["id"] = json!("other");
    let pool = launcher.pool(&facts);
    launcher.live(900);
    let shown = launcher.client.get(&format!("/instance-pool/{pool}"));
    let token = super::super::user_data::join_token(shown["user-data"].as_str().unwrap());
    assert_eq!(token.unwrap(), JOIN_TOKEN);
    let expected = json!([{ "pool": POOL, "readBack": false }]);
    assert_eq!(launcher.last()["evidence"]["rotation"], expected);
}

#[test]
fn a_control_plane_must_stand_where_it_was_planned_and_be_large_enough() {
    let tiny = "b6cd1ff5-3a2f-4e9d-a4d1-8988c1191fe8";
    let cases = [
        (2, json!({}), "the private address is not the planned one"),
        (
            1,
            json!({ "instance-type": { "id": tiny } }),
            "preflight: the machine is too small for a control plane",
        ),
    ];
    for (at, more, reason) in cases {
        let mut launcher = Launcher::new(Client::calm());
        let facts = launcher.control_plane_facts(CONTROL_PLANE);
        let mut body = json!({
            "name": CONTROL_PLANE, "auto-start": false, "user-data": crate::testing::user_data(&facts),
        });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let body = launcher.client.instance(body);
        let id = launcher.client.done("POST", "/instance", body);
        let attach = json!({ "instance": { "id": id }, "ip": format!("10.0.0.{at}") });
        let network = format!("/private-network/{}:attach", launcher.network);
        launcher.client.done("PUT", &network, attach);
        launcher
            .client
            .done("PUT", &format!("/instance/{id}:start"), json!({}));
        launcher.live(600);
        assert_eq!(launcher.last()["stage"], "kubeadm");
        assert_eq!(launcher.last()["state"], "failed");
        assert_eq!(launcher.last()["detail"], reason);
    }
}

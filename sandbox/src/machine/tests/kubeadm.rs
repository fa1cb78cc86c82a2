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

#[test]
fn all_is_well_when_nothing_is_changed() {
    let (mut launcher, nodes) = joined(|_| {}, 600);
    assert_eq!(nodes, 3);
    assert_eq!(launcher.standing("Failed"), 0);
}

#[test]
fn an_unknown_token_waits_for_three_discoveries() {
    let wrong = |facts: &mut Value| facts["join"]["token"] = json!("zzzzzz.0123456789abcdef");
    let (mut launcher, nodes) = joined(wrong, 1_500);
    assert_eq!((nodes, launcher.standing("Failed")), (1, 0));
    launcher.live(900);
    assert_eq!(
        (launcher.nodes().len(), launcher.standing("Failed")),
        (1, 2)
    );
    let evidence = &launcher.last()["evidence"];
    assert_eq!(evidence["autoscaler"], json!([]));
    assert_eq!(evidence["dns"], true);
}

#[test]
fn another_authority_is_refused_at_once() {
    let other = format!("sha256:{}", "0".repeat(64));
    let wrong = |facts: &mut Value| facts["join"]["caHash"] = json!(other);
    let (mut launcher, nodes) = joined(wrong, 600);
    assert_eq!((nodes, launcher.standing("Failed")), (1, 2));
}

#[test]
fn a_name_that_the_certificate_does_not_have_is_refused() {
    let wrong = |facts: &mut Value| facts["cluster"]["endpoint"] = json!("api.other.internal");
    let (mut launcher, nodes) = joined(wrong, 2_400);
    assert_eq!((nodes, launcher.standing("Failed")), (1, 2));
}

#[test]
fn a_name_that_leads_nowhere_is_given_up_after_72_looks() {
    let wrong = |facts: &mut Value| {
        facts["controlPlanes"] = json!([{ "name": CONTROL_PLANE, "address": "10.0.0.99" }]);
    };
    let (mut launcher, nodes) = joined(wrong, 600);
    assert_eq!((nodes, launcher.standing("Probe")), (1, 2));
    launcher.live(600);
    assert_eq!(
        (launcher.nodes().len(), launcher.standing("Failed")),
        (1, 2)
    );
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
fn nodes_that_waited_too_long_join_after_a_reboot() {
    let mut launcher = Launcher::new(Client::calm());
    let facts = launcher.node_facts(POOL, JOIN_TOKEN);
    let pool = launcher.pool(&facts);
    launcher.live(1_200);
    assert_eq!(launcher.standing("Failed"), 2);
    launcher.control_plane();
    launcher.live(600);
    assert_eq!(launcher.nodes().len(), 1);
    for member in launcher.members(&pool) {
        let path = format!("/instance/{member}:reboot");
        launcher.client.done("PUT", &path, json!({}));
    }
    launcher.live(300);
    assert_eq!(launcher.nodes().len(), 3);
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

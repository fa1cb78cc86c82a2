//! Whole lives of machines: a control plane, its pool, and what keeps them from each other.

#![expect(
    clippy::needless_pass_by_value,
    reason = "tests pass `json!` as it stands"
)]

mod autoscaler;
mod boot;
mod cloud_controller;
mod control_planes;
mod csi;
mod day_two;
mod image;
mod kubeadm;
mod launcher;
mod reach;
mod renewal;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::launcher::{CONTROL_PLANE, Launcher, POOL, key};
use crate::testing::{CA_HASH, Client, JOIN_TOKEN, user_data};
use crate::{Faults, Preset};

fn launch(client: Client, reloads: bool) -> Launcher {
    let mut launcher = Launcher::new(client);
    launcher.reloads = reloads;
    launcher.launch();
    launcher
}

/// What machines say when the real bootstrap runs on them, as `tests/machines` has recorded it.
fn recorded(kind: &str) -> Vec<String> {
    let traces: BTreeMap<String, Vec<String>> =
        serde_json::from_str(include_str!("../../fixtures/machine-traces.json")).unwrap();
    traces[kind].clone()
}

#[test]
fn a_cluster_comes_to_complete_evidence() {
    let mut launcher = launch(Client::calm(), false);
    assert_eq!(
        launcher.stages(),
        recorded("first control plane"),
        "as the real bootstrap does"
    );
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
        json!({ "autoscaler": true, "cloud-controller": true, "csi": true, "token-rotation": true })
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
fn a_token_lives_for_two_days_and_a_healed_member_uses_the_rotated_one() {
    let mut launcher = launch(Client::calm(), false);
    launcher.live(49 * 3_600);
    let before = launcher.nodes();
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
    let after = launcher.nodes();
    assert_eq!(after.len(), 3);
    assert_ne!(before, after, "another member has taken its place");
}

#[test]
fn keys_that_may_not_do_their_work_show() {
    let mut launcher = Launcher::new(Client::calm());
    launcher.keys["autoscaler"] = key(launcher
        .client
        .restricted("operation == 'get-quota' && broken("));
    launcher.keys["cloud-controller"] = key(launcher.client.restricted("zone == 'ch-dk-2'"));
    launcher.control_plane();
    let node = launcher.node_facts(POOL, JOIN_TOKEN);
    launcher.pool(&node);
    launcher.live(900);
    let evidence = &launcher.last()["evidence"];
    // The cloud controller's key answers in this zone; it is its call to another one that fails.
    let keys = json!({ "autoscaler": false, "cloud-controller": true, "csi": true, "token-rotation": true });
    assert_eq!(evidence["keys"], keys);
    assert_eq!(evidence["autoscaler"], json!([]));
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
        "name": CONTROL_PLANE, "user-data": user_data(&launcher.control_plane_facts(CONTROL_PLANE)),
    }));
    launcher.client.done("POST", "/instance", body);
    launcher.live(300);
    assert_eq!(launcher.stages(), ["network started"]);
}

#[test]
fn some_machines_never_boot() {
    let mut launcher = Launcher::new(Client::calm());
    launcher.client.world.set_faults(Faults {
        machine_never_boots: 1000,
        ..Faults::calm()
    });
    let id = launcher.control_plane();
    launcher.live(600);
    assert_eq!(
        launcher.client.get(&format!("/instance/{id}"))["state"],
        "running"
    );
    assert!(launcher.heard.is_empty());
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

#[test]
fn the_fixture_is_the_one_the_hash_is_of() {
    assert_eq!(
        super::spki::ca_hash(include_str!("../../fixtures/ca.crt")).unwrap(),
        CA_HASH
    );
}

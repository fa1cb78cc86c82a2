//! Booting: images, cloud-init, late interfaces, and what a second boot does not do.

use serde_json::{Value, json};

use super::launcher::{CONTROL_PLANE, Launcher, POOL};
use crate::machine::guest;
use crate::testing::{Client, JOIN_TOKEN, user_data};

fn ready(launcher: &mut Launcher) -> usize {
    let cluster = launcher.cluster();
    let nodes = cluster["nodes"].as_object().unwrap().values();
    nodes.filter(|node| node["ready"] == true).count()
}

#[test]
fn a_reboot_begins_the_stage_under_way_anew() {
    let mut launcher = Launcher::new(Client::calm());
    let id = launcher.control_plane();
    launcher.live(60);
    assert_eq!(launcher.stages().last().unwrap(), "packages started");
    let reboot = format!("/instance/{id}:reboot");
    launcher.client.done("PUT", &reboot, json!({}));
    let facts = launcher.node_facts(POOL, JOIN_TOKEN);
    launcher.pool(&facts);
    launcher.live(900);
    assert_eq!(launcher.last()["state"], "done");
    let asked = |route: &str, stage: Value| {
        let same = launcher.heard.iter().filter(|heard| {
            heard.route == route && heard.body["stage"] == stage && heard.body["state"] != "done"
        });
        same.count()
    };
    assert_eq!(
        asked("bundle", Value::Null),
        2,
        "425 and 200, and never again"
    );
    assert_eq!(asked("report", json!("packages")), 2);
    assert_eq!(asked("report", json!("network")), 1);
    let heard = launcher.heard.len();
    launcher.client.done("PUT", &reboot, json!({}));
    launcher.live(900);
    assert_eq!(launcher.heard.len(), heard, "what is done is done");
    assert_eq!(ready(&mut launcher), 3);
}

#[test]
fn user_data_is_run_once_and_stays_what_it_was() {
    let mut launcher = Launcher::new(Client::calm());
    let body = launcher.client.instance(json!({
        "name": CONTROL_PLANE, "auto-start": false, "user-data": "IyEvYmluL3NoCnRydWUK",
    }));
    let id = launcher.client.done("POST", "/instance", body);
    let path = format!("/instance/{id}");
    let attach = json!({ "instance": { "id": id }, "ip": "10.0.0.1" });
    let network = format!("/private-network/{}:attach", launcher.network);
    launcher.client.done("PUT", &network, attach);
    launcher
        .client
        .done("PUT", &format!("{path}:start"), json!({}));
    launcher.live(60);
    let ours = user_data(&launcher.control_plane_facts(CONTROL_PLANE));
    launcher
        .client
        .done("PUT", &path, json!({ "user-data": ours }));
    launcher
        .client
        .done("PUT", &format!("{path}:reboot"), json!({}));
    launcher.live(300);
    launcher
        .client
        .done("PUT", &format!("{path}:stop"), json!({}));
    launcher
        .client
        .done("PUT", &format!("{path}:start"), json!({}));
    launcher.live(300);
    assert_eq!(launcher.heard, [], "the first boot was another one's");
    launcher
        .client
        .done("PUT", &format!("{path}:stop"), json!({}));
    guest::forget(launcher.client.world.state(), &id);
    launcher
        .client
        .done("PUT", &format!("{path}:start"), json!({}));
    launcher.live(300);
    assert_eq!(launcher.finished("kubeadm"), [CONTROL_PLANE], "a new disk");
}

#[test]
fn members_keep_the_user_data_they_were_made_with() {
    let mut launcher = Launcher::new(Client::calm());
    let pool = launcher.launch().remove(0);
    let member = launcher.members(&pool).remove(0);
    let shown = |launcher: &mut Launcher, path: &str| {
        launcher.client.get(path)["user-data"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let old = shown(&mut launcher, &format!("/instance/{member}"));
    launcher.live(13 * 3_600);
    assert_eq!(shown(&mut launcher, &format!("/instance/{member}")), old);
    assert_ne!(shown(&mut launcher, &format!("/instance-pool/{pool}")), old);
}

#[test]
fn interfaces_of_members_come_late_and_sometimes_after_cloud_init() {
    let mut late = Vec::new();
    for seed in 0..8 {
        let mut launcher = Launcher::new(Client::open(crate::Preset::Calm, seed));
        let facts = launcher.node_facts(POOL, JOIN_TOKEN);
        let pool = launcher.pool(&facts);
        let mut since = 0;
        while late.len() < usize::try_from(seed).unwrap() + 1 {
            launcher.client.pass(1);
            since += 1;
            let member = launcher.members(&pool).remove(0);
            let shown = launcher.client.get(&format!("/instance/{member}"));
            if shown.get("private-networks").is_some() {
                late.push(since);
            }
        }
    }
    assert!(late.iter().all(|seconds| *seconds <= 41), "{late:?}");
    let after_boot = late.iter().filter(|seconds| **seconds > 22).count();
    assert!(after_boot > 0 && after_boot < late.len(), "{late:?}");
}

#[test]
fn without_an_interface_the_bootstrap_gives_up_after_ten_minutes() {
    let mut launcher = Launcher::new(Client::calm());
    let facts = launcher.control_plane_facts(CONTROL_PLANE);
    let body = launcher
        .client
        .instance(json!({ "name": CONTROL_PLANE, "user-data": user_data(&facts) }));
    launcher.client.done("POST", "/instance", body);
    launcher.live(550);
    assert_eq!(launcher.stages(), ["network started"]);
    launcher.live(300);
    assert_eq!(launcher.stages(), ["network started", "network failed"]);
}

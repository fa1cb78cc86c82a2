//! Golden images, by plain API calls: a machine installs and cleans, a snapshot of it becomes a template, machines start.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::launcher::{CONTROL_PLANE, Launcher, POOL};
use crate::Switches;
use crate::testing::{Client, JOIN_TOKEN, ZONE, user_data};

const VERSION: &str = "1.36.4";
const STAGES: [&str; 4] = [
    "packages started",
    "packages done",
    "clean started",
    "clean done",
];

/// A machine of which an image is to be made.
fn begin(launcher: &mut Launcher, version: &str) -> String {
    let facts = json!({
        "schema": 1, "role": "image", "cluster": { "name": "slipway-1.36.4" }, "controlPlanes": [],
        "kubernetes": { "minor": "1.36", "version": version, "crio": "v1.36.3" },
        "network": { "private": "10.0.0.0/24" }, "images": ["registry.k8s.io/pause:3.10"],
        "callback": { "url": "https://slipway.example/api/runs/bake/machines/image", "ticket": "t1" },
    });
    let body = json!({ "name": "image", "user-data": user_data(&facts) });
    let body = launcher.client.instance(body);
    launcher.client.done("POST", "/instance", body)
}

/// Lives until the machine says that.
fn until(launcher: &mut Launcher, line: &str) {
    for _ in 0..600 {
        if launcher.stages_of("image").iter().any(|said| said == line) {
            return;
        }
        launcher.live(1);
    }
    panic!("it never says {line}");
}

/// Where its snapshot can be fetched: the snapshot, the address, the checksum.
fn export(launcher: &mut Launcher, machine: &str) -> (String, String, String) {
    let path = format!("/instance/{machine}");
    let client = &mut launcher.client;
    client.done("PUT", &format!("{path}:stop"), json!({}));
    let snapshot = client.done("POST", &format!("{path}:create-snapshot"), Value::Null);
    let path = format!("/snapshot/{snapshot}");
    client.done("POST", &format!("{path}:export"), Value::Null);
    let export = client.get(&path)["export"].clone();
    let text = |name: &str| export[name].as_str().unwrap().to_owned();
    (snapshot, text("presigned-url"), text("md5sum"))
}

fn registration(boot_mode: &str, url: &str, checksum: &str) -> Value {
    json!({
        "name": "slipway-1.36.4", "url": url, "checksum": checksum, "boot-mode": boot_mode,
        "ssh-key-enabled": true, "password-enabled": false, "default-user": "ubuntu",
    })
}

/// The whole path; from now on all machines start from the template, and nobody remembers how it was made.
fn bake(launcher: &mut Launcher, version: &str, last: &str, boot_mode: &str) {
    let machine = begin(launcher, version);
    until(launcher, last);
    let (_, url, checksum) = export(launcher, &machine);
    let body = registration(boot_mode, &url, &checksum);
    launcher.template = Some(launcher.client.done("POST", "/template", body));
    let client = &mut launcher.client;
    client.done("DELETE", &format!("/instance/{machine}"), Value::Null);
    launcher.heard.clear();
}

fn addresses(launcher: &mut Launcher) -> BTreeSet<String> {
    let cluster = launcher.cluster();
    let nodes = cluster["nodes"].as_object().unwrap().values();
    let members = nodes.filter(|node| node["role"] == "node");
    members
        .map(|node| node["internal_ip"].as_str().unwrap().to_owned())
        .collect()
}

fn ready(launcher: &mut Launcher) -> usize {
    let cluster = launcher.cluster();
    let nodes = cluster["nodes"].as_object().unwrap().values();
    nodes.filter(|node| node["ready"] == true).count()
}

#[test]
fn the_machine_of_an_image_installs_cleans_and_rests() {
    let mut launcher = Launcher::new(Client::calm());
    let machine = begin(&mut launcher, VERSION);
    launcher.live(600);
    assert_eq!(launcher.stages_of("image"), STAGES);
    let told = launcher.told("bake");
    assert!(told[1].body["seconds"].as_u64().unwrap() >= 80);
    assert_eq!(told[1].body["detail"], "cri-o 1.36, kubelet 1.36.4");
    assert!(told.iter().all(|heard| heard.route == "report"));
    assert_eq!(launcher.client.world.next_wake(), None);
    assert_eq!(launcher.cluster(), Value::Null, "it joins nothing");
    // It knows nothing of all that: switched on once more it begins anew.
    let reboot = format!("/instance/{machine}:reboot");
    launcher.client.done("PUT", &reboot, json!({}));
    launcher.live(600);
    assert_eq!(launcher.stages_of("image"), [STAGES, STAGES].concat());
}

#[test]
fn without_a_callback_or_a_way_out_there_is_no_image() {
    let mut launcher = Launcher::new(Client::calm());
    super::reach::rule(&mut launcher, "egress", "udp", (53, 53), "0.0.0.0/0");
    begin(&mut launcher, VERSION);
    launcher.live(900);
    assert_eq!(launcher.stages_of("image"), [""; 0]);
    assert_eq!(launcher.standing("Packages"), 1);
}

#[test]
fn a_snapshot_of_a_cleaned_machine_is_a_golden_image() {
    let mut launcher = Launcher::new(Client::calm());
    let machine = begin(&mut launcher, VERSION);
    until(&mut launcher, "clean done");
    let (snapshot, url, checksum) = export(&mut launcher, &machine);
    let body = registration("uefi", &url, &checksum);
    let client = &mut launcher.client;
    let template = client.done("POST", "/template", body.clone());
    assert_eq!(
        client.get(&format!("/template/{template}"))["zone"],
        json!(null)
    );
    client.done("DELETE", &format!("/snapshot/{snapshot}"), Value::Null);
    client.refused(400, "POST", "/template", body);
    assert_eq!(client.zone, ZONE);
    launcher.template = Some(template);
    launcher.launch();
    assert_eq!(addresses(&mut launcher).len(), 2);
    assert_eq!(ready(&mut launcher), 3);
}

#[test]
fn a_presigned_address_ends_with_its_machine() {
    let mut launcher = Launcher::new(Client::calm());
    let machine = begin(&mut launcher, VERSION);
    until(&mut launcher, "clean done");
    let (_, url, checksum) = export(&mut launcher, &machine);
    let client = &mut launcher.client;
    client.done("DELETE", &format!("/instance/{machine}"), Value::Null);
    let body = registration("uefi", &url, &checksum);
    client.refused(400, "POST", "/template", body);
}

#[test]
fn an_image_that_was_not_cleaned_gives_all_the_same_address() {
    for (shares, different, works) in [(true, 1, 2), (false, 2, 3)] {
        let mut launcher = Launcher::new(Client::calm());
        launcher.client.world.set_switches(Switches {
            uncleaned_images_share_a_lease: shares,
            ..Switches::default()
        });
        bake(&mut launcher, VERSION, "packages started", "uefi");
        launcher.launch();
        assert_eq!(launcher.nodes().len(), 3);
        assert_eq!(addresses(&mut launcher).len(), different);
        assert_eq!(ready(&mut launcher), works);
    }
}

#[test]
fn an_image_in_the_wrong_boot_mode_runs_and_never_reports() {
    let mut launcher = Launcher::new(Client::calm());
    bake(&mut launcher, VERSION, "clean done", "legacy");
    let id = launcher.control_plane();
    launcher.live(900);
    assert_eq!(
        launcher.client.get(&format!("/instance/{id}"))["state"],
        "running"
    );
    assert_eq!(launcher.heard, []);
}

#[test]
fn baked_packages_save_most_of_the_time_if_they_are_the_right_ones() {
    let seconds = |baked: Option<&str>| {
        let mut launcher = Launcher::new(Client::calm());
        if let Some(version) = baked {
            bake(&mut launcher, version, "clean done", "uefi");
        }
        launcher.launch();
        let mut heard = launcher
            .heard
            .iter()
            .filter(|heard| heard.machine == CONTROL_PLANE);
        let done =
            heard.find(|heard| heard.body["stage"] == "packages" && heard.body["state"] == "done");
        done.unwrap().body["seconds"].as_u64().unwrap()
    };
    assert!(seconds(None) >= 80);
    assert!(seconds(Some(VERSION)) <= 10);
    assert!(seconds(Some("1.36.3")) >= 80);
}

/// From the order for one more node until it is there.
#[test]
fn nodes_of_a_pool_from_it_are_there_sooner() {
    let seconds = |baked: bool| {
        let mut launcher = Launcher::new(Client::calm());
        if baked {
            bake(&mut launcher, VERSION, "clean done", "uefi");
        }
        launcher.control_plane();
        launcher.live(600);
        let facts = launcher.node_facts(POOL, JOIN_TOKEN);
        launcher.pool(&facts);
        let began = launcher.client.now;
        while ready(&mut launcher) < 3 {
            launcher.live(1);
        }
        (launcher.client.now - began) / 1_000
    };
    let (stock, golden) = (seconds(false), seconds(true));
    assert!(golden + 60 < stock, "{golden} and {stock}");
}

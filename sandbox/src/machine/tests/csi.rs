//! Volumes: made and attached where the driver is installed, left behind when the cluster is gone.

use serde_json::{Value, json};

use super::launcher::Launcher;
use crate::Load;
use crate::testing::Client;

fn launched(csi: bool) -> (Launcher, String) {
    let mut launcher = Launcher::new(Client::calm());
    launcher.csi = csi;
    let pool = launcher.launch().remove(0);
    launcher.load(claims(3));
    launcher.live(120);
    (launcher, pool)
}

fn claims(volumes: u32) -> Load {
    Load {
        volumes,
        ..Load::default()
    }
}

#[test]
fn claims_are_volumes_with_the_clusters_prefix_on_nodes_of_pools() {
    let (mut launcher, pool) = launched(true);
    let members = launcher.members(&pool);
    let volumes = launcher.volumes();
    assert_eq!(volumes.len(), 3);
    for volume in &volumes {
        assert!(volume["name"].as_str().unwrap().starts_with("k3x9q-"));
        let instance = volume["instance"]["id"].as_str().unwrap().to_owned();
        assert!(members.contains(&instance));
    }
    launcher.load(claims(1));
    launcher.live(180);
    assert_eq!(launcher.volumes().len(), 1);
}

#[test]
fn without_the_driver_or_its_key_nothing_is_made() {
    let (mut launcher, _) = launched(false);
    assert_eq!(launcher.volumes().len(), 0);
    let mut launcher = Launcher::new(Client::calm());
    launcher.csi = true;
    launcher.keys.as_object_mut().unwrap().remove("csi");
    launcher.launch();
    launcher.load(claims(3));
    launcher.live(120);
    assert_eq!(launcher.volumes().len(), 0);
}

#[test]
fn a_volume_follows_its_claim_to_another_node() {
    let (mut launcher, pool) = launched(true);
    let volume = launcher.volumes().remove(0);
    let before = volume["instance"]["id"].as_str().unwrap().to_owned();
    launcher
        .client
        .done("DELETE", &format!("/instance/{before}"), Value::Null);
    launcher.live(600);
    let path = format!("/block-storage/{}", volume["id"].as_str().unwrap());
    let after = launcher.client.get(&path)["instance"]["id"].clone();
    assert_ne!(after, json!(before));
    let members = launcher.members(&pool);
    assert!(members.contains(&after.as_str().unwrap().to_owned()));
}

#[test]
fn a_dead_cluster_leaves_its_volumes_detached() {
    let (mut launcher, pool) = launched(true);
    for name in ["autoscaler", "cloud-controller", "csi", "token-rotation"] {
        launcher.revoke(name);
    }
    launcher
        .client
        .done("DELETE", &format!("/instance-pool/{pool}"), Value::Null);
    let list = launcher.client.get("/instance");
    let plane = list["instances"][0]["id"].as_str().unwrap();
    launcher
        .client
        .done("DELETE", &format!("/instance/{plane}"), Value::Null);
    launcher.live(600);
    let volumes = launcher.volumes();
    assert_eq!(volumes.len(), 3);
    assert!(volumes.iter().all(|volume| volume["state"] == "detached"));
    assert_eq!(launcher.cluster(), Value::Null);
}

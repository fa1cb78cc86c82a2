//! Three control planes: joining one after the other or all at once, and losing one or two.

use serde_json::{Value, json};

use super::launcher::{CONTROL_PLANE, Launcher};
use super::recorded;
use crate::testing::Client;

fn three() -> Launcher {
    let mut launcher = Launcher::new(Client::calm());
    let name = |number| format!("demo-k3x9q-control-plane-{number}");
    launcher.planes = (1..=3).map(name).collect();
    launcher
}

fn lose(launcher: &mut Launcher, id: &str) {
    launcher
        .client
        .done("DELETE", &format!("/instance/{id}"), Value::Null);
}

#[test]
fn they_join_one_after_the_other() {
    let mut launcher = three();
    launcher.launch();
    assert_eq!(launcher.finished("kubeadm"), launcher.planes);
    for (number, plane) in launcher.planes.iter().enumerate() {
        let kind = ["first control plane", "later control plane"][number.min(1)];
        assert_eq!(launcher.stages_of(plane), recorded(kind), "{plane}");
    }
    let mut ready = launcher.finished("ready");
    ready.sort_unstable();
    assert_eq!(ready, launcher.planes);
    assert_eq!(launcher.nodes().len(), 5);
}

#[test]
fn two_at_the_same_moment_get_in_each_others_way_and_try_again() {
    let mut launcher = three();
    launcher.orderly = false;
    launcher.control_planes();
    let mut stumbled = 0;
    for _ in 0..900 {
        launcher.live(1);
        launcher.client.reload(&mut launcher.rows);
        let machines = launcher
            .rows
            .iter()
            .filter(|(key, _)| key.starts_with("machine/"));
        let tries = machines.filter(|(_, row)| {
            let machine: Value = serde_json::from_str(row).unwrap();
            machine["step"] == "Join" && machine["tries"] != 0
        });
        stumbled = stumbled.max(tries.count());
    }
    assert_eq!(stumbled, 1);
    assert_eq!(launcher.joined().len(), 3);
}

#[test]
fn one_of_three_may_be_lost() {
    let mut launcher = three();
    launcher.control_planes();
    let facts = launcher.node_facts(super::POOL, crate::testing::JOIN_TOKEN);
    let pool = launcher.pool(&facts);
    launcher.live(900);
    let list = launcher.client.get("/instance");
    let planes = ids_of(&list, "control-plane");
    lose(&mut launcher, &planes[1]);
    launcher.want(4);
    launcher.live(600);
    assert_eq!(launcher.size(&pool), 4, "the autoscaler works");
    assert_eq!(launcher.nodes().len(), 2 + 4, "the lost node is removed");
}

#[test]
fn two_of_three_lost_is_the_end_of_the_api() {
    let mut launcher = three();
    let planes = launcher.control_planes();
    let facts = launcher.node_facts(super::POOL, crate::testing::JOIN_TOKEN);
    let pool = launcher.pool(&facts);
    launcher.live(900);
    let address = public_ip(&mut launcher, &planes[0]);
    open_api(&mut launcher);
    assert!(answers(&launcher, address));
    lose(&mut launcher, &planes[1]);
    assert!(answers(&launcher, address));
    lose(&mut launcher, &planes[2]);
    assert!(!answers(&launcher, address));
    let before = launcher.nodes();
    launcher.want(5);
    launcher.serve(1);
    launcher.live(1_200);
    assert_eq!(launcher.size(&pool), 2, "no controller works");
    assert_eq!(launcher.balancers().len(), 0);
    assert_eq!(launcher.nodes(), before, "nobody clears up");
}

#[test]
fn evidence_ends_with_the_api() {
    let mut launcher = three();
    launcher.keys["token-rotation"] = json!({ "key": "EXOnone", "secret": "none" });
    let planes = launcher.control_planes();
    launcher.live(900);
    assert_eq!(launcher.last()["evidence"]["nodes"][0]["ready"], true);
    lose(&mut launcher, &planes[1]);
    launcher.live(60);
    assert_eq!(launcher.last()["evidence"]["dns"], true);
    lose(&mut launcher, &planes[2]);
    launcher.live(60);
    assert_eq!(launcher.last()["evidence"]["nodes"], json!([]));
    assert_eq!(launcher.last()["evidence"]["dns"], false);
    lose(&mut launcher, &planes[0]);
    let heard = launcher.heard.len();
    launcher.live(600);
    assert_eq!(launcher.heard.len(), heard);
    assert_eq!(launcher.cluster(), Value::Null);
}

#[test]
fn a_cluster_that_is_never_complete_is_given_up_after_an_hour() {
    let mut launcher = Launcher::new(Client::calm());
    launcher.control_plane();
    launcher.live(3_000);
    assert_eq!(launcher.last()["state"], "started");
    launcher.live(1_800);
    assert_eq!(launcher.last()["stage"], "ready");
    assert_eq!(launcher.last()["state"], "failed");
}

fn ids_of(list: &Value, name: &str) -> Vec<String> {
    let all = list["instances"].as_array().unwrap().iter();
    let named = all.filter(|one| one["name"].as_str().unwrap().contains(name));
    named
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

fn public_ip(launcher: &mut Launcher, id: &str) -> std::net::Ipv4Addr {
    let shown = launcher.client.get(&format!("/instance/{id}"));
    assert_eq!(shown["name"], CONTROL_PLANE);
    shown["public-ip"].as_str().unwrap().parse().unwrap()
}

fn open_api(launcher: &mut Launcher) {
    super::reach::rule(launcher, "ingress", "tcp", (6443, 6443), "0.0.0.0/0");
}

fn answers(launcher: &Launcher, to: std::net::Ipv4Addr) -> bool {
    let caller = "198.51.100.7".parse().unwrap();
    launcher.client.world.answers(caller, to, 6443)
}

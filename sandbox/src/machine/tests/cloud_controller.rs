//! The cloud controller: taints and load balancers.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::launcher::{CONTROL_PLANE, EXCLUDED, Launcher, OPERATIONS, Pool};
use crate::testing::{Client, JOIN_TOKEN};
use crate::{Load, Service};

fn launched() -> (Launcher, String) {
    let mut launcher = Launcher::new(Client::calm());
    let pool = launcher.launch().remove(0);
    (launcher, pool)
}

fn two_pools(labels: Value) -> (Launcher, Vec<String>) {
    let mut launcher = Launcher::new(Client::calm());
    launcher.pools.push(Pool {
        name: "demo-k3x9q-others",
        min: 1,
        max: 2,
        labels,
    });
    let pools = launcher.launch();
    (launcher, pools)
}

fn target(balancer: &Value) -> &str {
    balancer["services"][0]["instance-pool"]["id"]
        .as_str()
        .unwrap()
}

#[test]
fn each_service_gets_a_load_balancer_that_points_at_the_pool() {
    let (mut launcher, pool) = launched();
    launcher.serve(2);
    launcher.live(120);
    let balancers = launcher.balancers();
    assert_eq!(balancers.len(), 2);
    for balancer in &balancers {
        assert!(balancer["name"].as_str().unwrap().starts_with("k8s-"));
        assert_eq!(target(balancer), pool);
        let port = balancer["services"][0]["target-port"].as_u64().unwrap();
        assert!((30_000..=32_767).contains(&port));
    }
    let locked = format!("/instance-pool/{pool}");
    launcher.client.refused(403, "DELETE", &locked, Value::Null);
}

#[test]
fn a_service_that_goes_takes_its_load_balancer_along() {
    let (mut launcher, _) = launched();
    launcher.serve(2);
    launcher.live(120);
    launcher.serve(1);
    launcher.live(180);
    assert_eq!(launcher.balancers().len(), 1);
    launcher.serve(0);
    launcher.live(180);
    assert_eq!(launcher.balancers().len(), 0);
    assert_eq!(launcher.cluster()["balancers"], json!({}));
}

#[test]
fn a_deleted_one_is_made_again_until_the_key_is_dead() {
    let (mut launcher, _) = launched();
    launcher.serve(1);
    launcher.live(120);
    let first = launcher.balancers().remove(0);
    let delete = |launcher: &mut Launcher, balancer: &Value| {
        let path = format!("/load-balancer/{}", balancer["id"].as_str().unwrap());
        launcher.client.done("DELETE", &path, Value::Null);
    };
    delete(&mut launcher, &first);
    launcher.live(180);
    let second = launcher.balancers().remove(0);
    assert_eq!(second["name"], first["name"]);
    assert_ne!(second["id"], first["id"]);
    assert_eq!(target(&second), target(&first));
    launcher.revoke("cloud-controller");
    delete(&mut launcher, &second);
    launcher.live(3_600);
    assert_eq!(launcher.balancers().len(), 0);
}

#[test]
fn several_pools_are_refused_until_all_but_one_are_excluded() {
    let (mut launcher, _) = two_pools(json!({}));
    launcher.serve(1);
    launcher.live(600);
    assert_eq!(launcher.balancers().len(), 0);
    let (mut launcher, pools) = two_pools(json!({ EXCLUDED: "true" }));
    launcher.serve(1);
    launcher.live(120);
    assert_eq!(target(&launcher.balancers()[0]), pools[0]);
}

#[test]
fn an_annotation_chooses_among_several_pools() {
    let (mut launcher, pools) = two_pools(json!({}));
    let service = Service {
        name: "web".to_owned(),
        pool: Some(pools[1].clone()),
    };
    launcher.load(Load {
        services: vec![service],
        ..Load::default()
    });
    launcher.live(120);
    assert_eq!(target(&launcher.balancers()[0]), pools[1]);
}

#[test]
fn the_pool_sticks_to_a_service() {
    let (mut launcher, pool) = launched();
    launcher.serve(1);
    launcher.live(120);
    let facts = launcher.node_facts("demo-k3x9q-more", JOIN_TOKEN);
    launcher.pool_of(&facts, 1);
    launcher.live(600);
    let id = launcher.balancers()[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/load-balancer/{id}");
    launcher.client.done("DELETE", &path, Value::Null);
    launcher.live(180);
    assert_eq!(target(&launcher.balancers()[0]), pool);
    launcher.serve(2);
    launcher.live(300);
    assert_eq!(launcher.balancers().len(), 1, "a new Service has no pool");
}

#[test]
fn the_taint_goes_only_by_name_and_private_network() {
    for (change, expected) in [(0, true), (1, false), (2, false)] {
        let mut launcher = Launcher::new(Client::calm());
        let id = launcher.control_plane();
        while !launcher.joined().contains(CONTROL_PLANE) {
            launcher.live(1);
        }
        match change {
            1 => {
                let body = json!({ "name": "other" });
                let path = format!("/instance/{id}");
                launcher.client.done("PUT", &path, body);
            }
            2 => {
                let body = json!({ "instance": { "id": id } });
                let path = format!("/private-network/{}:detach", launcher.network);
                launcher.client.done("PUT", &path, body);
            }
            _ => {}
        }
        launcher.live(600);
        let node = launcher.cluster()["nodes"][CONTROL_PLANE].clone();
        assert_eq!(node["initialised"], expected, "{change}");
        assert_eq!(node["ready"], true);
    }
}

#[test]
fn what_it_needs_for_nodes_and_for_services() {
    let (_, operations) = OPERATIONS[1];
    for (missing, initialised, balanced) in [
        ("list-zones", false, false),
        ("list-instances", false, false),
        ("get-instance", false, false),
        ("get-instance-type", false, false),
        ("list-load-balancers", true, false),
        ("create-load-balancer", true, false),
        ("add-service-to-load-balancer", true, false),
        ("", true, true),
    ] {
        let mut launcher = Launcher::new(Client::calm());
        launcher.keys["cloud-controller"] = launcher.key_without(operations, missing);
        launcher.launch();
        launcher.serve(1);
        launcher.live(120);
        let node = launcher.cluster()["nodes"][CONTROL_PLANE].clone();
        assert_eq!(node["initialised"], initialised, "without {missing}");
        let balancers = launcher.balancers();
        let serves = |one: &Value| one["services"][0].is_object();
        let found = balancers.iter().any(serves);
        assert_eq!(found, balanced, "without {missing}");
    }
}

#[test]
fn a_guard_by_zone_kills_it() {
    let mut launcher = Launcher::new(Client::calm());
    let key = launcher.client.restricted("zone == 'ch-dk-2'");
    launcher.keys["cloud-controller"] = super::key(key);
    launcher.control_plane();
    launcher.live(600);
    assert_eq!(
        launcher.cluster()["nodes"][CONTROL_PLANE]["initialised"],
        false
    );
}

#[test]
fn a_deleted_member_is_healed_and_its_node_replaced() {
    let (mut launcher, pool) = launched();
    let before = launcher.nodes();
    let member = launcher.members(&pool).remove(0);
    launcher
        .client
        .done("DELETE", &format!("/instance/{member}"), Value::Null);
    launcher.live(600);
    let after = launcher.nodes();
    assert_eq!(after.len(), 3);
    assert_eq!(launcher.members(&pool).len(), 2);
    let new = after.iter().find(|name| !before.contains(name)).unwrap();
    assert_eq!(launcher.cluster()["nodes"][new]["ready"], true);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn nothing_appears_after_the_key_is_dead(
        seed: u64,
        services in prop::collection::vec((0..4_usize, 1..120_u64, any::<bool>()), 1..6),
        at in 0..6_usize,
    ) {
        let mut launcher = Launcher::new(Client::open(crate::Preset::Calm, seed));
        launcher.launch();
        let mut dead = false;
        let mut seen: Vec<String> = Vec::new();
        for (step, (count, seconds, deletes)) in services.into_iter().enumerate() {
            if step == at {
                launcher.revoke("cloud-controller");
                dead = true;
                seen = ids(&mut launcher);
            }
            launcher.serve(count);
            launcher.live(seconds);
            if deletes && let Some(id) = ids(&mut launcher).first() {
                launcher.client.call("DELETE", &format!("/load-balancer/{id}"), &Value::Null);
                launcher.live(30);
            }
            if dead {
                for id in ids(&mut launcher) {
                    prop_assert!(seen.contains(&id), "{id} is new");
                }
            }
        }
    }
}

fn ids(launcher: &mut Launcher) -> Vec<String> {
    let balancers = launcher.balancers();
    let id = |one: &Value| one["id"].as_str().unwrap().to_owned();
    balancers.iter().map(id).collect()
}

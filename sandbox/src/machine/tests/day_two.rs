//! Day two: what stands in labels is brought about.

use serde_json::{Value, json};

use super::launcher::{Launcher, OPERATIONS, POOL, Pool};
use crate::testing::{Client, JOIN_TOKEN, user_data};

const ADDED: &str = "demo-k3x9q-added";

fn launched() -> (Launcher, String) {
    let mut launcher = Launcher::new(Client::calm());
    let pool = launcher.launch().remove(0);
    (launcher, pool)
}

fn flags(launcher: &mut Launcher) -> Value {
    launcher.cluster()["autoscaler"]["flags"].clone()
}

fn workers(min: u32, max: u32) -> Value {
    json!({ "pool": POOL, "min": min, "max": max })
}

#[test]
fn labels_as_the_launch_leaves_them_change_nothing() {
    let (mut launcher, _) = launched();
    assert_eq!(flags(&mut launcher), json!([workers(2, 5)]));
    assert_eq!(launcher.cluster()["autoscaler"]["ready_at"], 0);
    assert_eq!(launcher.last()["evidence"]["flags"], json!([workers(2, 5)]));
}

#[test]
fn bounds_of_a_label_hold_from_then_on() {
    let (mut launcher, pool) = launched();
    launcher.want(50);
    launcher.live(900);
    assert_eq!(launcher.size(&pool), 5);
    launcher.label_pool(&pool, &[("slipway/min", "3"), ("slipway/max", "7")]);
    assert_eq!(launcher.client.world.next_wake(), None);
    launcher.live(600);
    assert_eq!(flags(&mut launcher), json!([workers(3, 7)]));
    assert_eq!(launcher.size(&pool), 7);
    launcher.live(3_600);
    assert_eq!(launcher.size(&pool), 7, "and no further");
    launcher.want(0);
    launcher.live(3_600);
    assert_eq!(launcher.size(&pool), 3, "and no lower");
    assert_eq!(launcher.nodes().len(), 4);
}

#[test]
fn a_change_is_seen_within_half_a_minute_and_the_autoscaler_is_away_for_a_moment() {
    let (mut launcher, pool) = launched();
    launcher.label_pool(&pool, &[("slipway/min", "1"), ("slipway/max", "4")]);
    let changed = launcher.client.now;
    while flags(&mut launcher) == json!([workers(2, 5)]) {
        launcher.live(1);
    }
    assert!(launcher.client.now - changed <= 31_000);
    assert_eq!(launcher.cluster()["autoscaler"]["bounds"], json!([]));
    launcher.want(4);
    launcher.live(5);
    assert_eq!(launcher.size(&pool), 2, "nobody is there to scale");
    launcher.live(60);
    assert_eq!(launcher.size(&pool), 4);
}

#[test]
fn labels_that_say_nothing_leave_what_machine_json_says() {
    let (mut launcher, pool) = launched();
    for (min, max) in [("1", "many"), ("", "3"), ("-1", "3")] {
        launcher.label_pool(&pool, &[("slipway/min", min), ("slipway/max", max)]);
        launcher.live(120);
        assert_eq!(flags(&mut launcher), json!([workers(2, 5)]));
    }
}

/// As a resize does it: expected first, then made with the token of its sibling.
fn add(launcher: &mut Launcher, sibling: &str) -> String {
    launcher.label_plane(&[("slipway/expect-demo-k3x9q-added", "1-3")]);
    launcher.live(60);
    let sibling = launcher.client.get(&format!("/instance-pool/{sibling}"));
    let token = super::super::user_data::join_token(sibling["user-data"].as_str().unwrap());
    launcher.pools.push(Pool {
        name: ADDED,
        min: 1,
        max: 3,
        labels: json!({}),
    });
    let facts = launcher.node_facts(ADDED, &token.unwrap());
    launcher.pool_of(&facts, 1)
}

#[test]
fn a_pool_that_was_expected_is_never_outside_its_bounds() {
    let (mut launcher, pool) = launched();
    launcher.live(60 * 3_600);
    launcher.load(crate::Load {
        nodes: [(POOL.to_owned(), 50), (ADDED.to_owned(), 50)].into(),
        ..crate::Load::default()
    });
    launcher.live(900);
    let added = add(&mut launcher, &pool);
    let both = json!([{ "pool": ADDED, "min": 1, "max": 3 }, workers(2, 5)]);
    assert_eq!(flags(&mut launcher), both, "before it was there");
    launcher.live(240);
    assert_eq!(launcher.nodes().len(), 1 + 5 + 1, "it has joined");
    for _ in 0..60 {
        launcher.live(30);
        assert!((1..=3).contains(&launcher.size(&added)));
        let bounds = launcher.cluster()["autoscaler"]["bounds"].clone();
        for bound in bounds.as_array().unwrap() {
            assert!(both.as_array().unwrap().contains(bound), "{bound}");
        }
    }
    assert_eq!(launcher.size(&added), 3);
    launcher.unlabel_plane("slipway/expect-demo-k3x9q-added");
    launcher.live(120);
    assert_eq!(flags(&mut launcher), both, "its own labels say it now");
}

#[test]
fn a_new_pool_gets_its_token_at_once_and_a_removed_one_is_forgotten() {
    let (mut launcher, pool) = launched();
    let added = add(&mut launcher, &pool);
    launcher.live(60);
    let read_back = |launcher: &mut Launcher| launcher.cluster()["rotations"].clone();
    assert_eq!(
        read_back(&mut launcher),
        json!({ POOL: { "Done": true }, ADDED: { "Done": true } })
    );
    let shown = launcher.client.get(&format!("/instance-pool/{added}"));
    let token = super::super::user_data::join_token(shown["user-data"].as_str().unwrap());
    assert_ne!(token.unwrap(), JOIN_TOKEN);
    launcher.unlabel_plane("slipway/expect-demo-k3x9q-added");
    launcher
        .client
        .done("DELETE", &format!("/instance-pool/{added}"), Value::Null);
    launcher.live(120);
    assert_eq!(read_back(&mut launcher), json!({ POOL: { "Done": true } }));
    assert_eq!(flags(&mut launcher), json!([workers(2, 5)]));
    assert_eq!(launcher.nodes().len(), 3);
    // The last pool of machine.json, too, may go.
    launcher
        .client
        .done("DELETE", &format!("/instance-pool/{pool}"), Value::Null);
    launcher.live(120);
    assert_eq!(flags(&mut launcher), json!([]));
}

#[test]
fn pools_of_another_cluster_are_left_alone() {
    let (mut launcher, _) = launched();
    let mut facts = launcher.node_facts(ADDED, JOIN_TOKEN);
    facts["cluster"]["id"] = json!("other");
    let body = launcher.client.pool(json!({
        "name": ADDED, "user-data": user_data(&facts), "size": 1, "private-networks": [{ "id": launcher.network }],
        "labels": { "slipway/cluster": "demo-other", "slipway/min": "1", "slipway/max": "9" },
    }));
    launcher.client.done("POST", "/instance-pool", body);
    launcher.live(300);
    assert_eq!(flags(&mut launcher), json!([workers(2, 5)]));
    assert_eq!(
        launcher.cluster()["rotations"],
        json!({ POOL: { "Done": true } })
    );
}

/// The key of a cluster that was launched before there was a day two.
#[test]
fn without_get_instance_only_what_stands_on_pools_is_seen() {
    let mut launcher = Launcher::new(Client::calm());
    let (_, operations) = OPERATIONS[2];
    launcher.keys["token-rotation"] = launcher.key_without(operations, "get-instance");
    let pool = launcher.launch().remove(0);
    assert_eq!(launcher.last()["state"], "done");
    launcher.label_plane(&[("slipway/expect-demo-k3x9q-added", "1-3")]);
    launcher.label_pool(&pool, &[("slipway/min", "2"), ("slipway/max", "6")]);
    launcher.live(120);
    assert_eq!(flags(&mut launcher), json!([workers(2, 6)]));
    launcher.live(13 * 3_600);
    assert_eq!(
        launcher.cluster()["rotations"],
        json!({ POOL: { "Done": true } })
    );
}

#[test]
fn a_dead_key_leaves_what_was_known() {
    let (mut launcher, pool) = launched();
    launcher.revoke("token-rotation");
    launcher.label_pool(&pool, &[("slipway/min", "2"), ("slipway/max", "9")]);
    launcher.live(300);
    assert_eq!(flags(&mut launcher), json!([workers(2, 5)]));
}

#[test]
fn when_the_first_control_plane_is_lost_the_next_one_looks() {
    let mut launcher = Launcher::new(Client::calm());
    let name = |number| format!("demo-k3x9q-control-plane-{number}");
    launcher.planes = (1..=3).map(name).collect();
    let pool = launcher.launch().remove(0);
    let first = launcher.instance_named(&name(1));
    launcher
        .client
        .done("DELETE", &format!("/instance/{first}"), Value::Null);
    launcher.label_pool(&pool, &[("slipway/min", "4"), ("slipway/max", "6")]);
    launcher.live(600);
    assert_eq!(flags(&mut launcher), json!([workers(4, 6)]));
    assert_eq!(launcher.size(&pool), 4);
}

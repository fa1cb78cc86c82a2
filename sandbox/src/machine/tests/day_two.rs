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
    assert_eq!(launcher.cluster()["autoscaler"]["next"], Value::Null);
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
fn a_change_is_seen_within_half_a_minute_and_another_autoscaler_takes_over() {
    let (mut launcher, pool) = launched();
    launcher.label_pool(&pool, &[("slipway/min", "1"), ("slipway/max", "4")]);
    let changed = launcher.client.now;
    let wait = |launcher: &mut Launcher, seen: &dyn Fn(&Value) -> bool| {
        while !seen(&launcher.cluster()["autoscaler"]) {
            launcher.live(1);
        }
        launcher.client.now - changed
    };
    let seen = wait(&mut launcher, &|it| !it["next"].is_null());
    assert!(seen <= 31_000, "{seen}");
    assert_eq!(
        flags(&mut launcher),
        json!([workers(2, 5)]),
        "the old one works"
    );
    let ready = wait(&mut launcher, &|it| it["next"].is_null());
    assert!((seen + 9_000..=seen + 16_000).contains(&ready), "{ready}");
    assert_eq!(flags(&mut launcher), json!([workers(1, 4)]));
    launcher.want(5);
    launcher.live(600);
    assert_eq!(launcher.size(&pool), 4);
}

#[test]
fn labels_that_say_nothing_leave_what_machine_json_says() {
    let (mut launcher, pool) = launched();
    for (min, max) in [
        ("1", "many"),
        ("", "3"),
        ("-1", "3"),
        ("0", "3"),
        ("4", "3"),
    ] {
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
    // A pool of machine.json may go as well, and is not named any more.
    launcher
        .client
        .done("DELETE", &format!("/instance-pool/{pool}"), Value::Null);
    launcher.live(120);
    assert_eq!(read_back(&mut launcher), json!({}));
    assert_eq!(flags(&mut launcher), json!([]));
    assert_eq!(launcher.client.world.next_wake(), None);
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

/// Asks, and lives for so long.
fn ask(launcher: &mut Launcher, run: &str, seconds: u64) {
    launcher.label_plane(&[("slipway/ask", run)]);
    launcher.live(seconds);
}

#[test]
fn a_run_that_asks_hears_evidence_every_ten_seconds_until_it_stops() {
    let (mut launcher, _) = launched();
    assert_eq!(launcher.client.world.next_wake(), None);
    ask(&mut launcher, "abc", 130);
    let told = launcher.told("abc");
    assert!((10..=13).contains(&told.len()), "{}", told.len());
    for heard in told {
        assert_eq!(heard.machine, "demo-k3x9q-control-plane-1");
        assert_eq!(heard.route, "report");
        assert_eq!(heard.body["stage"], "ready");
        assert_eq!(heard.body["state"], "started");
        assert_eq!(heard.body["evidence"]["nodes"].as_array().unwrap().len(), 3);
        assert_eq!(heard.body["evidence"]["flags"], json!([workers(2, 5)]));
    }
    launcher.unlabel_plane("slipway/ask");
    launcher.live(30);
    let heard = launcher.heard.len();
    assert_eq!(launcher.client.world.next_wake(), None);
    launcher.live(3_600);
    assert_eq!(launcher.heard.len(), heard);
}

/// The host sleeps until `next_wake`: it must not sleep through the question, though nobody asks after the operation.
#[test]
fn the_host_wakes_for_a_question() {
    let (mut launcher, _) = launched();
    let plane = launcher.instance_named("demo-k3x9q-control-plane-1");
    let labels = json!({ "labels": { "slipway/cluster": "demo-k3x9q", "slipway/ask": "abc" } });
    let path = format!("/instance/{plane}");
    assert_eq!(launcher.client.call("PUT", &path, &labels).0, 200);
    let asked = launcher.client.now;
    while launcher.told("abc").is_empty() {
        let wake = launcher.client.world.next_wake().expect("a wake");
        assert!(wake > launcher.client.now);
        launcher.client.now = wake;
        launcher.answer_all();
    }
    assert!(launcher.client.now - asked <= 33_000);
}

#[test]
fn a_run_that_has_ended_is_asked_no_more_and_the_next_one_is() {
    for status in [401, 403, 410] {
        let (mut launcher, _) = launched();
        launcher.refusals.insert("abc".to_owned(), status);
        ask(&mut launcher, "abc", 300);
        assert_eq!(launcher.told("abc").len(), 1, "{status}");
        assert_eq!(launcher.client.world.next_wake(), None);
        ask(&mut launcher, "def", 100);
        assert!(launcher.told("def").len() > 5);
        assert_eq!(launcher.told("abc").len(), 1);
    }
}

#[test]
fn a_run_that_cannot_be_reached_is_tried_again_and_other_ids_are_none() {
    let (mut launcher, _) = launched();
    launcher.refusals.insert("abc".to_owned(), 503);
    ask(&mut launcher, "abc", 100);
    assert!(launcher.told("abc").len() > 5);
    let heard = launcher.heard.len();
    ask(&mut launcher, "../x", 100);
    assert!(launcher.heard.len() <= heard + 3);
    assert_eq!(launcher.client.world.next_wake(), None);
}

#[test]
fn questions_are_not_seen_without_get_instance() {
    let mut launcher = Launcher::new(Client::calm());
    let (_, operations) = OPERATIONS[2];
    launcher.keys["token-rotation"] = launcher.key_without(operations, "get-instance");
    launcher.launch();
    ask(&mut launcher, "abc", 300);
    assert!(launcher.told("abc").is_empty());
    assert_eq!(launcher.client.world.next_wake(), None);
}

#[test]
fn the_first_control_plane_that_lives_answers() {
    let mut launcher = Launcher::new(Client::calm());
    let name = |number: usize| format!("demo-k3x9q-control-plane-{number}");
    launcher.planes = (1..=3).map(name).collect();
    launcher.launch();
    for plane in launcher.planes.clone() {
        let plane = launcher.instance_named(&plane);
        let path = format!("/instance/{plane}");
        launcher.relabel(&path, &[("slipway/ask", "abc")], "");
    }
    launcher.live(100);
    let speakers = |launcher: &Launcher, from: usize| {
        let told = launcher.told("abc");
        let mut names: Vec<String> = told[from..].iter().map(|it| it.machine.clone()).collect();
        names.dedup();
        names
    };
    assert_eq!(speakers(&launcher, 0), [name(1)]);
    let first = launcher.instance_named(&name(1));
    let stop = format!("/instance/{first}:stop");
    launcher.client.done("PUT", &stop, Value::Null);
    launcher.answer_all();
    let from = launcher.told("abc").len();
    launcher.live(100);
    assert_eq!(speakers(&launcher, from), [""; 0], "the lease still holds");
    launcher.live(150);
    assert_eq!(speakers(&launcher, from), [name(2)]);
    let second = launcher.instance_named(&name(2));
    let gone = format!("/instance/{second}");
    launcher.client.done("DELETE", &gone, Value::Null);
    let from = launcher.told("abc").len();
    launcher.live(300);
    assert_eq!(speakers(&launcher, from), [""; 0], "one of three is no API");
    let start = format!("/instance/{first}:start");
    launcher.client.done("PUT", &start, json!({}));
    launcher.live(250);
    assert_eq!(speakers(&launcher, from), [name(1)]);
}

#[test]
fn stored_and_loaded_at_every_event_a_second_day_is_the_same() {
    let life = |reloads| {
        let (mut launcher, pool) = launched();
        launcher.reloads = reloads;
        launcher.label_plane(&[
            ("slipway/ask", "abc"),
            ("slipway/expect-demo-k3x9q-added", "1-3"),
        ]);
        launcher.label_pool(&pool, &[("slipway/retire", "true")]);
        launcher.live(200);
        (launcher.cluster(), launcher.heard)
    };
    assert_eq!(life(false), life(true));
}

#[test]
fn a_pool_that_retires_is_emptied_and_keeps_its_size() {
    let (mut launcher, pool) = launched();
    let second = add(&mut launcher, &pool);
    launcher.live(600);
    launcher.label_plane(&[("slipway/ask", "abc")]);
    launcher.label_pool(&pool, &[("slipway/retire", "true")]);
    launcher.load(crate::Load {
        nodes: [(POOL.to_owned(), 0), (ADDED.to_owned(), 2)].into(),
        ..crate::Load::default()
    });
    let retired = |launcher: &Launcher| -> Vec<Value> {
        let told = launcher.told("abc");
        told.iter()
            .map(|heard| heard.body["evidence"]["retired"].clone())
            .collect()
    };
    launcher.live(70);
    assert_eq!(
        retired(&launcher).first().unwrap(),
        &json!([]),
        "drained first"
    );
    assert_eq!(retired(&launcher).last().unwrap(), &json!([POOL]));
    launcher.live(3_600);
    assert_eq!(launcher.size(&pool), 2, "held");
    assert_eq!(launcher.size(&second), 2, "the other one grows");
    let held = json!([{ "pool": ADDED, "min": 1, "max": 3 }, workers(1, 2)]);
    assert_eq!(flags(&mut launcher), held);
    // A member that is healed is drained as well.
    let member = launcher.members(&pool).remove(0);
    launcher
        .client
        .done("DELETE", &format!("/instance/{member}"), Value::Null);
    launcher.live(600);
    let nodes = launcher.cluster()["nodes"].clone();
    let of_pool = launcher.members(&pool);
    let nodes = nodes.as_object().unwrap().values();
    for node in nodes {
        let leaves = of_pool.iter().any(|member| node["instance"] == *member);
        assert_eq!(!node["drained_at"].is_null(), leaves, "{node}");
    }
    assert_eq!(retired(&launcher).last().unwrap(), &json!([POOL]));
    // The run thinks better of it: the bounds are back.
    launcher.relabel(&format!("/instance-pool/{pool}"), &[], "slipway/retire");
    launcher.live(60);
    assert_eq!(retired(&launcher).last().unwrap(), &json!([]));
    assert_eq!(flags(&mut launcher)[1], workers(2, 5));
}

#[test]
fn volumes_leave_nodes_that_are_drained() {
    let mut launcher = Launcher::new(Client::calm());
    launcher.csi = true;
    let pool = launcher.launch().remove(0);
    let added = add(&mut launcher, &pool);
    launcher.live(300);
    launcher.load(crate::Load {
        volumes: 2,
        ..crate::Load::default()
    });
    launcher.live(300);
    launcher.label_pool(&pool, &[("slipway/retire", "true")]);
    launcher.live(300);
    let home = launcher.members(&added).remove(0);
    for volume in launcher.volumes() {
        assert_eq!(volume["instance"]["id"], home.as_str());
    }
}

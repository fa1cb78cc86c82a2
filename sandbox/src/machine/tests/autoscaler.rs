//! The autoscaler under a load.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::launcher::{Launcher, OPERATIONS, POOL, Pool};
use crate::testing::{Client, JOIN_TOKEN};
use crate::{Load, Switches};

const OTHERS: &str = "demo-k3x9q-others";

fn launched() -> (Launcher, String) {
    let mut launcher = Launcher::new(Client::calm());
    let pool = launcher.launch().remove(0);
    (launcher, pool)
}

/// Two to five workers and one to three others.
fn two_pools() -> (Launcher, Vec<String>) {
    let mut launcher = Launcher::new(Client::calm());
    launcher.pools.push(Pool {
        name: OTHERS,
        min: 1,
        max: 3,
        labels: json!({}),
    });
    let pools = launcher.launch();
    (launcher, pools)
}

/// From now on new members have a token that nobody knows.
fn spoil(launcher: &mut Launcher, pool: &str) {
    let strangers = launcher.node_facts(POOL, "zzzzzz.0123456789abcdef");
    let body = json!({ "user-data": crate::testing::user_data(&strangers) });
    launcher
        .client
        .done("PUT", &format!("/instance-pool/{pool}"), body);
}

#[test]
fn it_grows_to_the_maximum_and_no_further() {
    let (mut launcher, pool) = launched();
    launcher.want(4);
    launcher.live(600);
    assert_eq!(launcher.size(&pool), 4);
    assert_eq!(launcher.nodes().len(), 5);
    launcher.want(50);
    launcher.live(600);
    assert_eq!(launcher.size(&pool), 5);
    launcher.live(3_600);
    assert_eq!(launcher.size(&pool), 5);
    assert_eq!(launcher.nodes().len(), 6, "and all of them have joined");
}

#[test]
fn a_pool_keeps_to_its_own_maximum_where_the_total_leaves_room() {
    let (mut launcher, pools) = two_pools();
    launcher.want(50);
    launcher.live(1_800);
    assert_eq!(launcher.size(&pools[0]), 5);
    assert_eq!(launcher.size(&pools[1]), 1);
}

#[test]
fn it_shrinks_to_the_minimum_and_no_lower_after_ten_minutes() {
    let (mut launcher, pool) = launched();
    launcher.want(5);
    launcher.live(900);
    launcher.want(0);
    launcher.live(540);
    assert_eq!(launcher.size(&pool), 5, "ten minutes are not over");
    launcher.live(360);
    assert_eq!(launcher.size(&pool), 2);
    launcher.live(3_600);
    assert_eq!(launcher.size(&pool), 2);
    assert_eq!(launcher.nodes().len(), 3);
}

#[test]
fn it_evicts_the_nodes_it_has_chosen_and_not_the_oldest() {
    let (mut launcher, pool) = launched();
    let oldest = launcher.members(&pool);
    launcher.want(4);
    launcher.live(600);
    launcher.want(2);
    launcher.live(1_500);
    let mut left = launcher.members(&pool);
    left.sort();
    let mut expected = oldest;
    expected.sort();
    assert_eq!(left, expected);
}

#[test]
fn a_pool_without_a_load_is_left_as_it_is() {
    let (mut launcher, pool) = launched();
    launcher.want(4);
    launcher.live(600);
    launcher.load(Load::default());
    launcher.live(7_200);
    assert_eq!(launcher.size(&pool), 4);
}

#[test]
fn a_pool_below_its_minimum_is_brought_up_to_it() {
    let (mut launcher, pool) = launched();
    launcher.client.done(
        "PUT",
        &format!("/instance-pool/{pool}:scale"),
        json!({ "size": 1 }),
    );
    launcher.live(600);
    assert_eq!(launcher.size(&pool), 2);
    assert_eq!(launcher.nodes().len(), 3);
}

#[test]
fn control_planes_count_in_the_total() {
    let mut launcher = Launcher::new(Client::calm());
    launcher.launch();
    // A pool that no flag names may grow to the quota, but the total of 5 + 1 holds.
    let facts = launcher.node_facts("demo-k3x9q-more", JOIN_TOKEN);
    let more = launcher.pool_of(&facts, 1);
    launcher.live(600);
    let bounds = launcher.cluster()["autoscaler"]["bounds"].clone();
    let unnamed = json!({ "pool": "demo-k3x9q-more", "min": 1, "max": 20 });
    assert!(bounds.as_array().unwrap().contains(&unnamed), "{bounds}");
    launcher.load(Load {
        nodes: BTreeMap::from([("demo-k3x9q-more".to_owned(), 12)]),
        ..Load::default()
    });
    launcher.live(1_200);
    assert_eq!(
        launcher.size(&more),
        3,
        "1 control plane, 2 workers, 3 more"
    );
}

#[test]
fn a_pool_without_a_ready_node_is_invisible() {
    let mut launcher = Launcher::new(Client::calm());
    launcher.control_plane();
    let facts = launcher.node_facts(POOL, "zzzzzz.0123456789abcdef");
    let pool = launcher.pool(&facts);
    launcher.live(600);
    launcher.want(5);
    launcher.live(3_600);
    assert_eq!(launcher.size(&pool), 2);
    assert_eq!(launcher.cluster()["autoscaler"]["bounds"], json!([]));
}

#[test]
fn members_that_never_register_are_evicted_again_and_again() {
    let (mut launcher, pool) = launched();
    spoil(&mut launcher, &pool);
    launcher.want(3);
    launcher.live(600);
    assert_eq!(launcher.size(&pool), 3);
    let first = launcher.members(&pool);
    launcher.live(900);
    let second = launcher.members(&pool);
    assert_ne!(first, second, "evicted, and made again since it is wanted");
    assert_eq!(launcher.nodes().len(), 3);
    launcher.load(Load::default());
    launcher.live(1_500);
    assert_eq!(launcher.size(&pool), 2, "nobody wants another one");
}

#[test]
fn members_that_never_register_stay_where_the_minimum_needs_them() {
    let (mut launcher, pool) = launched();
    spoil(&mut launcher, &pool);
    let member = launcher.members(&pool).remove(0);
    launcher
        .client
        .done("DELETE", &format!("/instance/{member}"), Value::Null);
    launcher.live(120);
    let healed = launcher.members(&pool);
    launcher.live(7_200);
    assert_eq!(launcher.members(&pool), healed);
    assert_eq!(launcher.size(&pool), 2);
    assert_eq!(launcher.nodes().len(), 2);
}

#[test]
fn local_storage_keeps_a_node_only_by_the_autoscalers_own_default() {
    for (skips, left) in [(false, 2), (true, 4)] {
        let (mut launcher, pool) = launched();
        launcher.client.world.set_switches(Switches {
            autoscaler_skips_local_storage: skips,
            ..Switches::default()
        });
        launcher.want(5);
        launcher.live(900);
        launcher.load(Load {
            nodes: BTreeMap::from([(POOL.to_owned(), 0)]),
            local_storage: BTreeMap::from([(POOL.to_owned(), 4)]),
            ..Load::default()
        });
        launcher.live(3_600);
        assert_eq!(launcher.size(&pool), left);
    }
}

#[test]
fn each_of_its_six_operations_is_needed() {
    let (_, operations) = OPERATIONS[0];
    assert_eq!(operations.len(), 6);
    for missing in operations {
        let mut launcher = Launcher::new(Client::calm());
        launcher.keys["autoscaler"] = launcher.key_without(operations, missing);
        let pool = launcher.launch().remove(0);
        launcher.want(4);
        launcher.live(600);
        let grown = launcher.size(&pool) == 4;
        launcher.want(2);
        launcher.live(1_800);
        let shrunk = launcher.size(&pool) == 2;
        let troubled = launcher.cluster()["autoscaler"]["backoff"] != json!({});
        let (expected, trouble) = match *missing {
            "get-operation" => ((true, true), true),
            "evict-instance-pool-members" => ((true, false), true),
            "scale-instance-pool" => ((false, true), true),
            _ => ((false, true), false),
        };
        assert_eq!((grown, shrunk), expected, "without {missing}");
        assert_eq!(troubled, trouble, "without {missing}");
    }
}

#[test]
fn a_dead_key_ends_it() {
    let (mut launcher, pool) = launched();
    launcher.revoke("autoscaler");
    launcher.want(5);
    launcher.live(1_200);
    assert_eq!(launcher.size(&pool), 2);
}

#[test]
fn a_pool_added_by_resize_joins_at_once_with_its_siblings_token() {
    let (mut launcher, pool) = launched();
    launcher.live(60 * 3_600);
    let sibling = launcher.client.get(&format!("/instance-pool/{pool}"));
    let token = super::super::user_data::join_token(sibling["user-data"].as_str().unwrap());
    let token = token.unwrap();
    assert_ne!(token, JOIN_TOKEN, "rotated since");
    for (token, nodes) in [(JOIN_TOKEN, 3), (token.as_str(), 5)] {
        let facts = launcher.node_facts("demo-k3x9q-added", token);
        let added = launcher.pool(&facts);
        launcher.live(300);
        assert_eq!(launcher.nodes().len(), nodes, "within five minutes");
        launcher
            .client
            .done("DELETE", &format!("/instance-pool/{added}"), Value::Null);
    }
}

#[test]
fn a_cluster_at_rest_wakes_nobody_and_a_loaded_one_neither() {
    let (mut launcher, _) = launched();
    assert_eq!(launcher.client.world.next_wake(), None);
    launcher.want(5);
    assert_eq!(launcher.client.world.next_wake(), None);
    launcher.live(900);
    assert_eq!(launcher.client.world.next_wake(), None);
}

#[test]
fn stored_and_loaded_at_every_event_a_loaded_life_is_the_same() {
    let life = |reloads| {
        let mut launcher = Launcher::new(Client::calm());
        launcher.reloads = reloads;
        launcher.csi = true;
        launcher.launch();
        launcher.load(Load {
            nodes: BTreeMap::from([(POOL.to_owned(), 4)]),
            services: vec![crate::Service {
                name: "web".to_owned(),
                pool: None,
            }],
            volumes: 2,
            ..Load::default()
        });
        launcher.live(1_200);
        launcher.want(2);
        launcher.live(900);
        launcher.cluster()
    };
    assert_eq!(life(false), life(true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_autoscaler_keeps_to_its_bounds(
        loads in prop::collection::vec((0..9_u32, 0..6_u32, 0..6_u32, 1..2_500_u64), 1..6),
    ) {
        let (mut launcher, pools) = two_pools();
        let bounds = [(2, 5), (1, 3)];
        let mut last = [0, 0];
        for (workers, others, held, seconds) in loads {
            last = [workers.into(), others.into()];
            launcher.load(Load {
                nodes: BTreeMap::from([(POOL.to_owned(), workers), (OTHERS.to_owned(), others)]),
                local_storage: BTreeMap::from([(POOL.to_owned(), held)]),
                ..Load::default()
            });
            for _ in 0..seconds / 100 {
                launcher.live(100);
                for (pool, (min, max)) in pools.iter().zip(bounds) {
                    let size = launcher.size(pool);
                    prop_assert!((min..=max).contains(&size), "{size}");
                }
            }
        }
        launcher.live(3_600);
        for ((pool, (min, max)), wanted) in pools.iter().zip(bounds).zip(last) {
            let expected = u64::clamp(wanted, min, max);
            prop_assert_eq!(launcher.size(pool), expected);
            prop_assert_eq!(launcher.members(pool).len() as u64, expected);
        }
    }
}

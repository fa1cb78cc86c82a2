//! What must hold whatever a client sends.

mod errand;
mod laws;

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use crate::testing::Client;
use crate::{Answer, Preset};

/// What a careless client might ask, in any order.
fn errands() -> impl Strategy<Value = (String, String, String)> {
    let method = prop::sample::select(vec!["GET", "POST", "PUT", "DELETE"]);
    let path = prop::sample::select(vec![
        "/instance",
        "/instance-pool",
        "/private-network",
        "/security-group",
        "/elastic-ip",
        "/ssh-key",
        "/load-balancer",
        "/iam-role",
        "/api-key",
        "/block-storage",
        "/quota/instance",
        "/operation/x",
        "/anti-affinity-group",
        "/instance/x:start",
        "/instance-pool/x:scale",
        "/template?family=%zz&a",
    ]);
    let body = prop_oneof![Just(String::new()), Just("{}".to_owned()), ".{0,40}", any::<u64>().prop_map(|size| {
        json!({ "name": "n", "size": size, "disk-size": size, "instances": ["x"], "policy": {} }).to_string()
    })];
    (method, path, body).prop_map(|(method, path, body)| (method.to_owned(), path.to_owned(), body))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_a_client_sends_breaks_the_world(
        seed: u64,
        errands in prop::collection::vec((errands(), 0..100_u64), 1..30),
    ) {
        let mut client = Client::open(Preset::Hostile, seed);
        let mut rows = BTreeMap::new();
        for ((method, path, body), seconds) in errands {
            client.ask(&method, &path, &body);
            client.pass(seconds);
            client.poll();
            client.reload(&mut rows);
        }
    }
}

#[test]
fn a_hostile_account_can_still_be_used_by_a_patient_client() {
    let mut client = Client::open(Preset::Hostile, 3);
    let body = json!({ "name": "one" }).to_string();
    let made = (0..100).any(|_| {
        client.pass(1);
        matches!(
            client.ask("POST", "/security-group", &body),
            Answer::Response {
                status: 200 | 409,
                ..
            }
        )
    });
    assert!(made);
}

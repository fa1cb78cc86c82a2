//! What the machines read, checked by those who will read it: cloud-init's YAML parser, bash and Python.
//! A run of the whole script is elsewhere.

mod day_two;
mod programs;
mod user_data;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::machine::MachineFacts;

const TICKET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const TOKEN: &str = "abcdef.0123456789abcdef";

/// The two examples in the contract.
fn documented() -> [MachineFacts; 2] {
    let contract = include_str!("../../../../docs/machines.md");
    let mut blocks = contract
        .split("```json\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap());
    let control_plane: Value = serde_json::from_str(blocks.next().unwrap()).unwrap();
    let only_node: Value = serde_json::from_str(blocks.next().unwrap()).unwrap();
    let mut node = control_plane.clone();
    for key in ["callback", "pools", "spec", "addons", "components"] {
        node.as_object_mut().unwrap().remove(key);
    }
    node["role"] = json!("node");
    node["pool"] = only_node["pool"].clone();
    node["join"] = only_node["join"].clone();
    [facts(control_plane), facts(node)]
}

fn facts(value: Value) -> MachineFacts {
    serde_json::from_value(value).unwrap()
}

/// Eight pools, as many labels and taints as the longest link can hold, three control planes.
fn large() -> MachineFacts {
    let [control_plane, _] = documented();
    let mut value = serde_json::to_value(control_plane).unwrap();
    let word = |seed: &str| crate::pki::hash_hex(seed);
    let labels: BTreeMap<_, _> = (0..4)
        .map(|n| (format!("example.com/label-{n}"), word(&n.to_string())))
        .collect();
    let pool = |n: usize| {
        json!({ "name": format!("demo-k3x9q-pool-{n}"), "prefix": format!("k3x9q-pool-{n}"), "min": 1, "max": 50, "labels": labels,
            "taints": [format!("dedicated={}:NoSchedule", word("taint")), "spot=true:NoExecute"], "ingress": n == 0 })
    };
    value["pools"] = (0..8).map(pool).collect();
    value["controlPlanes"] =
        (1..4).map(|n| json!({ "name": format!("demo-k3x9q-control-plane-{n}"), "address": format!("10.0.0.{n}") })).collect();
    value["spec"] = json!(format!(
        "v1.{}",
        (0..31)
            .map(|n| word(&format!("link {n}")))
            .collect::<String>()
    ));
    facts(value)
}

fn facts_and_shown(value: Value) -> MachineFacts {
    let facts = facts(value);
    assert!(!format!("{facts:?}").contains(TICKET) && !format!("{facts:?}").contains(TOKEN));
    facts
}

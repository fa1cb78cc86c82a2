//! Whole launches of the fixed shapes of a spec, lived by the production run and driver against the sandbox: one line
//! of JSON for each, with every request that left, every secret there ever was, and what each machine was told.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool of the tests stops at the first surprise"
)]

#[path = "render/told.rs"]
mod told;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use sandbox::Preset;
use serde_json::{Value, json};
use shared::bootstrap::machine::Programs;
use shared::catalog::bill;
use shared::plan::{Facts, Plan, Resource, StepId, launch};
use shared::run::Outcome;
use shared::secret::Secret;
use shared::spec::Spec;
use tests::life::{Harbour, RUN};
use told::{Known, machines, told};

fn main() {
    for (seed, (shape, spec)) in (1..).zip(shapes()) {
        println!("{}", lived(&shape, &spec, seed));
    }
}

/// What a spec can change about a machine, one shape for each, and a last one with everything at once.
fn shapes() -> Vec<(String, Value)> {
    let long = "a".repeat(19);
    let pool = |n: u32| {
        json!({
            "name": format!("{long}{n}"), "type": "standard.small", "min": 1, "max": 2, "spread": n.is_multiple_of(2),
            "labels": { "example.com/tier": format!("{n}.front_end"), "on": "true", "y": "" },
            "taints": [format!("only=pool-{n}:NoSchedule"), "bare:NoExecute"],
        })
    };
    let pools: Vec<Value> = (0..8).map(pool).collect();
    let named = |name: &str, more: Value| (name.to_owned(), more);
    let mut shapes = vec![
        named("default", json!({})),
        named("three", json!({ "controlPlane": { "count": 3 } })),
        named("pools", json!({ "pools": pools })),
        named("csi", json!({ "addons": { "csi": true } })),
        named("list", json!({ "egress": "list" })),
        named(
            "bare",
            json!({ "addons": { "metricsServer": false, "csi": false } }),
        ),
        named(
            "everything",
            json!({
                "kubernetes": "1.37", "controlPlane": { "count": 3 }, "pools": pools, "egress": "list",
                "addons": { "metricsServer": true, "csi": true },
                "network": { "private": "192.168.40.0/22", "domain": "a.b-c", "nodePorts": "30100-30900" },
            }),
        ),
    ];
    shapes.extend(["1.35", "1.36", "1.37"].map(|minor| {
        named(
            minor,
            json!({ "kubernetes": minor, "addons": { "csi": true } }),
        )
    }));
    shapes
}

fn lived(shape: &str, more: &Value, seed: u64) -> Value {
    let mut spec = json!({ "name": "demo", "zone": "ch-dk-2" });
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    let spec = Spec::from_json(&spec.to_string()).unwrap_or_else(|why| panic!("{shape}: {why:?}"));
    let facts = Facts {
        run: RUN.to_owned(),
        origin: "https://slipway.example".to_owned(),
        caller: vec!["198.51.100.7/32".parse().unwrap()],
        kubernetes: bill(spec.kubernetes()).kubernetes_floor.to_owned(),
        key: None,
        roles: BTreeMap::new(),
        standing: None,
    };
    let mut harbour = Harbour::open(launch(&spec, facts), Preset::Calm, seed);
    harbour.live();
    let transcript = harbour.transcript();
    assert_eq!(
        harbour.outcome,
        Some(Outcome::Ready),
        "{shape}\n{transcript}"
    );
    let kept = Kept {
        secrets: harbour.berth().ever_secret.clone(),
        ca_hash: harbour.run().state().public["ca-hash"].clone(),
        elastic_ip: harbour
            .run()
            .state()
            .addresses
            .get(&StepId::from("address"))
            .copied(),
    };
    let mut secrets: BTreeMap<&str, &str> = kept
        .secrets
        .iter()
        .map(|(name, secret)| (name.as_str(), secret.expose().as_str()))
        .collect();
    let outside = harbour.sea();
    secrets.insert("credentials", outside.credentials.secret.expose());
    let requests: Vec<Value> = outside
        .requests
        .iter()
        .map(|request| json!({ "method": request.method.as_str(), "target": request.target(), "body": request.body }))
        .collect();
    let machines: Vec<Value> = told(machines(&harbour.plan), &kept)
        .iter()
        .map(|told| told.json(true))
        .collect();
    json!({
        "shape": shape, "spec": spec, "facts": harbour.plan.facts, "secrets": secrets, "requests": requests,
        "machines": machines, "bundled": bundled(&harbour.plan),
    })
}

/// The files that the control planes' bundle brings.
fn bundled(plan: &Plan) -> Programs {
    let planes = plan.resources().filter_map(|resource| {
        let Resource::Instance(plane) = resource else {
            return None;
        };
        Some(Programs::of(&plane.facts.role))
    });
    planes.last().unwrap()
}

/// What the run kept sealed.
struct Kept {
    secrets: BTreeMap<String, Secret<String>>,
    ca_hash: String,
    elastic_ip: Option<Ipv4Addr>,
}

impl Known for Kept {
    fn secret(&self, name: &str) -> Secret<String> {
        self.secrets[name].clone()
    }

    fn ca_hash(&self) -> String {
        self.ca_hash.clone()
    }

    fn elastic_ip(&self) -> Option<Ipv4Addr> {
        self.elastic_ip
    }
}

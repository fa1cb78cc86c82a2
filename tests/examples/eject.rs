//! Prints, for the tests of what is ejected, one line of JSON for each of some clusters: the plan, and the files.
//!
//! `cargo run -p tests --features arbitrary --example eject -- <random specs>`

use std::io::Write as _;

use ipnet::IpNet;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::json;
use shared::catalog::bill;
use shared::eject;
use shared::plan::Facts;
use shared::spec::{Spec, arbitrary, parse};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count = std::env::args().nth(1).unwrap_or_default().parse()?;
    let mut runner = TestRunner::deterministic();
    let mut specs = fixed()?;
    for at in 0..count {
        let strategy = if at % 4 == 0 {
            arbitrary::worst_spec().boxed()
        } else {
            arbitrary::spec().boxed()
        };
        specs.push(
            strategy
                .new_tree(&mut runner)
                .map_err(|reason| reason.to_string())?
                .current(),
        );
    }
    let mut out = std::io::stdout().lock();
    for spec in specs {
        let plan = eject::plan(&spec, facts(&spec)?);
        let files: serde_json::Map<_, _> = eject::files(&plan)
            .into_iter()
            .map(|file| (file.path, file.content.into()))
            .collect();
        let marker = plan.cluster.tag().map(|tag| tag.to_string());
        let line = json!({ "marker": marker, "plan": plan, "files": files });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// The default cluster, one with everything, and one whose words are not meant for Terraform.
fn fixed() -> Result<Vec<Spec>, Box<dyn std::error::Error>> {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
    let shapes = [
        json!({ "name": "demo", "zone": "ch-dk-2" }),
        json!({
            "name": "large", "zone": "ch-gva-2", "controlPlane": { "count": 3 }, "egress": "list",
            "sshKey": format!("{key} me@work"),
            "access": { "api": ["caller", "192.0.2.0/24"], "ssh": [], "nodePorts": ["198.51.100.0/24"] },
            "pools": [
                { "name": "workers", "min": 2, "max": 4, "labels": { "tier": "a" } },
                { "name": "batch", "min": 1, "max": 30, "taints": ["only=this:NoSchedule"] },
            ],
        }),
        json!({
            "name": "words", "zone": "de-fra-1",
            "sshKey": format!("{key} ${{path.module}}%{{if-true}}$${{x}}'EOT"),
        }),
    ];
    let mut specs = Vec::new();
    for shape in &shapes {
        specs.push(parse(shape).map_err(|problems| format!("{problems:?}"))?);
    }
    Ok(specs)
}

fn facts(spec: &Spec) -> Result<Facts, ipnet::AddrParseError> {
    let caller: [IpNet; 2] = ["192.0.2.7/32".parse()?, "2001:db8::7/128".parse()?];
    Ok(Facts {
        run: "k3x9q27abcdefghijklmnopqrs".to_owned(),
        origin: "https://slipway.example".to_owned(),
        caller: caller.into(),
        kubernetes: bill(spec.kubernetes()).kubernetes_floor.to_owned(),
        key: None,
        roles: [].into(),
        standing: None,
    })
}

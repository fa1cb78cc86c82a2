//! Whether what leaves is the plan, the whole plan, and no secret.

use proptest::prelude::*;

use super::{File, eject, files, plan};
use crate::exoscale::Rule;
use crate::plan::{Action, Facts, Plan, Resource};
use crate::spec::{Spec, arbitrary};

fn facts() -> Facts {
    Facts {
        run: "k3x9q27abcdefghijklmnopqrs".to_owned(),
        origin: "https://slipway.example".to_owned(),
        caller: vec!["192.0.2.7/32".parse().unwrap()],
        kubernetes: "1.36.4".to_owned(),
        key: None,
        roles: [].into(),
        standing: None,
    }
}

/// All of Terraform's blocks: each from its first line to the brace that closes it.
fn blocks(files: &[File]) -> Vec<&str> {
    let sheets = files
        .iter()
        .filter(|file| file.path.rsplit('.').next() == Some("tf"));
    sheets
        .flat_map(|file| file.content.split_inclusive("\n}\n"))
        .collect()
}

/// The block of a resource; there must be one, and only one.
fn block<'a>(files: &'a [File], kind: &str, step: &str) -> &'a str {
    let head = format!("resource \"{kind}\" \"{}\" {{", step.replace('-', "_"));
    let found: Vec<&str> = blocks(files)
        .into_iter()
        .filter(|block| block.contains(&head))
        .collect();
    assert_eq!(found.len(), 1, "{head}");
    found[0]
}

fn has(block: &str, name: &str, value: &str) -> bool {
    block.lines().any(|line| {
        let pair = line.split_once('=');
        pair.is_some_and(|(left, right)| left.trim() == name && right.trim() == value)
    })
}

fn check_resource(files: &[File], step: &str, resource: &Resource) {
    let text = |value: &str| super::hcl::quoted(value);
    let kind = super::terraform::kind_name(resource.kind());
    let block = block(files, kind, step);
    let must =
        |name: &str, value: String| assert!(has(block, name, &value), "{name} = {value}\n{block}");
    // An elastic IP has no name, only a description.
    if !matches!(resource, Resource::ElasticIp { .. }) {
        must("name", text(resource.name()));
    }
    match resource {
        Resource::SshKey { public_key, .. } => must("public_key", text(public_key)),
        Resource::PrivateNetwork {
            start,
            end,
            netmask,
            ..
        } => {
            must("start_ip", text(&start.to_string()));
            must("end_ip", text(&end.to_string()));
            must("netmask", text(&netmask.to_string()));
        }
        Resource::Instance(instance) => {
            must("type", text(&instance.instance_type));
            must("disk_size", instance.disk_gib.to_string());
        }
        Resource::InstancePool(pool) => {
            must("instance_type", text(&pool.instance_type));
            must("disk_size", pool.disk_gib.to_string());
            must("size", pool.size.to_string());
            must("instance_prefix", text(&pool.prefix));
            for (key, value) in &pool.labels {
                must(&text(key), text(value));
            }
        }
        Resource::ElasticIp { healthcheck, .. } => must("uri", text(&healthcheck.uri)),
        Resource::SecurityGroup { .. }
        | Resource::AntiAffinityGroup { .. }
        | Resource::Role { .. }
        | Resource::ApiKey { .. }
        | Resource::Snapshot { .. }
        | Resource::Template { .. } => {}
    }
}

fn check_rule(files: &[File], name: &str, rule: &Rule) {
    let block = block(files, "exoscale_security_group_rule", name);
    let description = super::hcl::quoted(&rule.description);
    assert!(has(block, "description", &description));
    if let Some((first, last)) = rule.ports {
        assert!(has(block, "start_port", &first.to_string()));
        assert!(has(block, "end_port", &last.to_string()));
    }
}

fn check(plan: &Plan, files: &[File]) {
    let mut expected = 0;
    for step in &plan.steps {
        for (at, task) in step.tasks.iter().enumerate() {
            if let Action::Create { resource } = &task.action {
                check_resource(files, &step.id.0, resource);
            } else if let Action::AddRule { rule, .. } = &task.action {
                check_rule(files, &format!("{}-{at}", step.id), rule);
            } else {
                continue;
            }
            expected += 1;
        }
    }
    let made = blocks(files)
        .iter()
        .filter(|block| block.contains("resource \"exoscale_"))
        .count();
    assert_eq!(made, expected, "nothing is there that is not in the plan");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_resource_of_the_plan_is_there_once(spec in arbitrary::spec()) {
        let plan = plan(&spec, facts());
        check(&plan, &files(&plan));
    }

    #[test]
    fn the_same_spec_makes_the_same_files_without_a_secret(spec in arbitrary::worst_spec()) {
        let files = eject(&spec, facts());
        prop_assert_eq!(&files, &eject(&spec, facts()));
        for file in &files {
            secretless(file);
        }
    }
}

/// Templates name files that hold keys; keys themselves begin in these ways.
fn secretless(file: &File) {
    for word in ["PRIVATE KEY-----\n", "slipway.example"] {
        assert!(!file.content.contains(word), "{word} in {}", file.path);
    }
    // Links and public keys are words too, and may have these letters inside.
    let in_word = |letter: char| letter.is_ascii_alphanumeric() || "+/_-".contains(letter);
    let mut words = file.content.split(|letter| !in_word(letter));
    let is_key = |word: &&str| {
        let letters = word.bytes().all(|letter| letter.is_ascii_alphanumeric());
        word.starts_with("EXO") && word.len() > 20 && letters
    };
    let key = words.find(is_key);
    assert_eq!(key, None, "{}", file.path);
    if file.path.starts_with("cloud-init/machines/") {
        let machine: serde_json::Value = serde_json::from_str(&file.content).unwrap();
        for pointer in ["/callback/ticket", "/join/token", "/join/caHash"] {
            let empty = machine.pointer(pointer).is_none_or(|value| value == "");
            assert!(empty, "{pointer} in {}", file.path);
        }
    }
}

#[test]
fn the_archive_has_what_it_promises() {
    let spec = Spec::from_json(r#"{"name":"demo","zone":"ch-dk-2"}"#).unwrap();
    let files = eject(&spec, facts());
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    for path in [
        "README.md",
        "versions.tf",
        "variables.tf",
        "network.tf",
        "firewall.tf",
        "access.tf",
        "control_planes.tf",
        "pools.tf",
        "outputs.tf",
        "cloud-init/control-plane.yaml.tftpl",
        "cloud-init/node.yaml.tftpl",
        "kubeadm/control-plane-1.yaml",
        "kubeadm/pool-workers.yaml",
        "manifests/autoscaler.yaml",
    ] {
        assert!(paths.contains(&path), "{path} not in {paths:?}");
    }
    let mut once = paths.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), paths.len(), "{paths:?}");
}

#[test]
fn what_answers_in_the_launchers_place_still_compiles_without_its_comments() {
    let spec = Spec::from_json(r#"{"name":"demo","zone":"ch-dk-2"}"#).unwrap();
    let files = eject(&spec, facts());
    let launcher = files
        .iter()
        .find(|file| file.path == "cloud-init/files/launcher.py")
        .unwrap();
    assert!(!launcher.content.contains("\"\"\""));
    let program = "import sys; compile(sys.stdin.read(), 'program', 'exec')";
    crate::pki::programs::python(program, &launcher.content);
}

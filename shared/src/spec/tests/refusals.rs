//! Everything a spec refuses: the field that is named, and words of the rule that a person reads.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::super::{Problem, Spec, parse};
use super::ED25519;
use crate::limits;

/// One refusal a line: pointer, value, field, words.
const TABLE: &str = include_str!("refusals.txt");

/// The default cluster with the value at a pointer (`/network/private`) replaced.
fn changed(pointer: &str, value: Value) -> Value {
    let mut raw = Spec::default_for("demo".parse().unwrap(), super::Zone::ChDk2).to_value();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match (raw.pointer_mut(parent).unwrap(), key.parse::<usize>()) {
        (Value::Array(entries), Ok(index)) => entries[index] = value,
        (parent, _) => parent[key] = value,
    }
    raw
}

fn problems(raw: &Value) -> Vec<Problem> {
    parse(raw).expect_err(&raw.to_string())
}

/// One wrong value is exactly one problem, at that field, with those words in its rule.
fn refused(pointer: &str, value: Value, field: &str, words: &str) {
    let shown = format!("{pointer} {value}");
    let problems = problems(&changed(pointer, value));
    assert_eq!(problems.len(), 1, "{shown}: {problems:#?}");
    assert_eq!(problems[0].field, field, "{shown}: {problems:#?}");
    assert!(
        problems[0].rule.contains(words),
        "{shown}: {problems:#?}, not {words}"
    );
}

#[test]
fn every_line_of_the_table_is_refused() {
    let mut count = 0;
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split(" | ").collect();
        let [pointer, value, field, words] = columns[..] else {
            panic!("not four columns: {line}");
        };
        refused(pointer, serde_json::from_str(value).unwrap(), field, words);
        count += 1;
    }
    assert!(count > 100, "{count} lines");
}

#[test]
fn long_values_and_long_lists() {
    let long = |length| json!("a".repeat(length));
    refused("/name", long(21), "name", "1 to 20");
    refused("/pools/0/name", long(21), "pools[0].name", "1 to 20");
    refused("/network/domain", long(64), "network.domain", "at most 63");
    let (labels, words) = ("pools[0].labels", "1 to 63");
    refused(
        "/pools/0/labels",
        json!({ "a".repeat(64): "b" }),
        labels,
        words,
    );
    let many: Map<String, Value> = (0..17)
        .map(|index| (format!("k{index}"), json!("")))
        .collect();
    refused("/pools/0/labels", Value::Object(many), labels, "at most 16");
    let many: Vec<String> = (0..9).map(|index| format!("k{index}=:NoExecute")).collect();
    refused(
        "/pools/0/taints",
        json!(many),
        "pools[0].taints",
        "at most 8",
    );
    let many: Vec<Value> = (0..9)
        .map(|index| json!({"name": format!("p{index}")}))
        .collect();
    refused("/pools", json!(many), "pools", "1 to 8 pools");
    let many: Vec<String> = (1..=9).map(|last| format!("203.0.113.{last}")).collect();
    refused("/access/ssh", json!(many), "access.ssh", "at most 8");
}

#[test]
fn what_is_no_spec_at_all() {
    for raw in [json!(null), json!([]), json!("demo"), json!(1)] {
        assert_eq!(problems(&raw)[0].rule, "An object with fields is required.");
    }
    assert_eq!(Spec::from_json("{").unwrap_err()[0].rule, "A spec is JSON.");
    let missing: Vec<String> = problems(&json!({}))
        .into_iter()
        .map(|problem| problem.field)
        .collect();
    assert_eq!(missing, ["name", "zone"]);
}

#[test]
fn a_type_is_not_blamed_for_an_unknown_zone() {
    let raw = json!({"name": "demo", "zone": "x", "pools": [{"name": "a", "type": "gpu2.small"}]});
    assert_eq!(problems(&raw).len(), 1);
    let gpu = changed("/pools/0/type", json!("gpurtx6000pro.small"));
    assert!(parse(&gpu).is_ok(), "pools may have GPUs");
}

#[test]
fn an_empty_pool_is_explained() {
    let zero = &problems(&changed("/pools/0/min", json!(0)))[0];
    assert!(zero.hint.contains("autoscaler"), "{zero}");
}

#[test]
fn control_planes_behind_the_first_are_looked_at_too() {
    let raw = json!({
        "name": "demo", "zone": "ch-dk-2", "controlPlane": {"count": 3}, "network": {"controlPlane": "10.0.0.8"},
    });
    let found = problems(&raw);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0]
            .rule
            .starts_with("The 3 control planes stand outside the DHCP range")
    );
    let outside = problems(&changed("/network/dhcpStart", json!("10.0.1.10")));
    assert!(
        outside
            .iter()
            .any(|problem| problem.field == "network.dhcpStart")
    );
}

fn key(algorithm: &str, chunks: &[&[u8]]) -> String {
    let mut blob = Vec::new();
    for chunk in chunks {
        blob.extend(u32::try_from(chunk.len()).unwrap().to_be_bytes());
        blob.extend(*chunk);
    }
    format!("{algorithm} {}", STANDARD.encode(blob))
}

fn rsa(bits: usize) -> String {
    let modulus = [&[0, 0x80][..], &vec![7; bits / 8 - 1]].concat();
    key("ssh-rsa", &[b"ssh-rsa", &[1, 0, 1], &modulus])
}

#[test]
fn ssh_keys() {
    let ed25519 = |point: &[u8]| key("ssh-ed25519", &[b"ssh-ed25519", point]);
    let ecdsa = |point: &[u8]| {
        key(
            "ecdsa-sha2-nistp256",
            &[b"ecdsa-sha2-nistp256", b"nistp256", point],
        )
    };
    let uncompressed = [&[4][..], &[7; 64]].concat();
    for sound in [
        rsa(2_048),
        rsa(4_096),
        ed25519(&[7; 32]),
        ecdsa(&uncompressed),
        ED25519.to_owned(),
    ] {
        assert!(parse(&changed("/sshKey", json!(sound))).is_ok(), "{sound}");
    }
    let refusals = [
        ("", "one line"),
        ("ssh-ed25519", "one line"),
        ("ssh-ed25519 ###", "one line"),
        ("ssh-dss AAAA", "begins with its algorithm"),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk",
            "private key",
        ),
        (&ED25519[..59], "one line"),
        (&ED25519[..60], "does not hold a key"),
        (&ed25519(&[7; 31]), "does not hold a key"),
        (
            &key("ssh-ed25519", &[b"ssh-rsa", &[7; 32]]),
            "does not hold a key",
        ),
        (
            &key("ssh-ed25519", &[b"ssh-ed25519", &[7; 32], b"more"]),
            "does not hold a key",
        ),
        (&ecdsa(&[7; 65]), "does not hold a key"),
        (&rsa(1_024), "2048 to 4096 bits"),
        (&rsa(8_192), "2048 to 4096 bits"),
        (&format!("{ED25519}\nssh-rsa AAAA"), "plain ASCII"),
        (&format!("{ED25519} {}", "a".repeat(100)), "at most 100"),
        (&format!("{ED25519} \"x\""), "without quotes"),
        (&format!("{ED25519} é"), "plain ASCII"),
    ];
    for (text, words) in refusals {
        refused("/sshKey", json!(text), "sshKey", words);
    }
    refused("/sshKey", json!(7), "sshKey", "Text");
}

#[test]
fn more_text_than_a_link_holds() {
    let labels: Map<String, Value> = (10..20)
        .map(|index| (format!("k{index}"), json!("a".repeat(60))))
        .collect();
    let mut raw = changed("/pools/0/labels", Value::Object(labels));
    assert!(parse(&raw).is_ok(), "one pool may say much");
    raw["sshKey"] = json!(rsa(4_096));
    let found = problems(&raw);
    assert_eq!((found.len(), found[0].field.as_str()), (1, "sshKey"));
    assert!(
        found[0].rule.contains("at most 1000 characters together"),
        "{}",
        found[0]
    );
    assert!(found[0].hint.contains("Ed25519"));
}

#[test]
fn secrets_are_not_repeated() {
    let private = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk";
    for raw in [
        changed("/sshKey", json!(private)),
        changed("/name", json!(private)),
        changed("/secret", json!(private)),
    ] {
        let found = format!("{:?}", problems(&raw));
        assert!(!found.contains("BEGIN"), "{found}");
    }
}

#[test]
fn every_problem_is_reported_at_once() {
    let found = problems(&json!({
        "name": "Demo", "zone": "mars", "kubernetes": "1.2", "extra": 1,
        "pools": [{"name": "a", "max": 0}, {"name": "a", "min": 9, "max": 3, "labels": {"b c": ""}}],
        "network": {"private": "10.0.0.0/24", "pods": "10.0.0.0/16", "controlPlane": "10.0.0.20"},
        "access": {"api": ["caller", "x", "y"]},
    }));
    let fields: Vec<&str> = found.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "extra",
            "name",
            "zone",
            "kubernetes",
            "pools[0].max",
            "pools[1].labels",
            "access.api[1]",
            "access.api[2]",
            "pools[1].name",
            "network.pods",
            "network.controlPlane",
        ]
    );
}

#[test]
fn problems_are_short_and_few() {
    let long = &problems(&changed("/name", json!("x\n".repeat(500))))[0];
    assert!(
        long.value.chars().count() <= limits::PROBLEM_VALUE_CHARS_MAX + 1
            && !long.value.contains('\n')
    );
    let many: Map<String, Value> = (0..1_000)
        .map(|index| (format!("f{index}"), json!(1)))
        .collect();
    assert_eq!(problems(&Value::Object(many)).len(), limits::PROBLEMS_MAX);
    let shown = problems(&changed("/pools/0/max", json!(101)))[0].to_string();
    assert!(
        shown.starts_with("pools[0].max (now 101): A pool grows to at most 100"),
        "{shown}"
    );
}

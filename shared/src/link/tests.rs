//! Links: round trips, the length that the worst spec takes, damage, and links that must open for ever.

use proptest::prelude::*;
use serde_json::Value;

use super::{LinkError, V1_POOL, V1_SPEC, checksum, decode, encode, frozen};
use crate::limits;
use crate::spec::{Spec, arbitrary};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;

/// Links that are out in the world: `link canonical-JSON`, a line each. Lines are only ever added.
const CORPUS: &str = include_str!("../link_corpus.txt");

fn demo() -> Spec {
    Spec::from_json(r#"{"name":"demo","zone":"ch-dk-2"}"#).unwrap()
}

/// A link around any bytes, with a checksum that is right.
fn sealed(deflated: &[u8]) -> String {
    let body = format!("v1.{}", URL_SAFE_NO_PAD.encode(deflated));
    format!("{body}.{}", checksum(&body))
}

fn sealed_json(json: &str) -> String {
    sealed(&compress_to_vec(json.as_bytes(), 6))
}

#[test]
fn old_links_open_and_mean_what_they_meant() {
    let mut count = 0;
    for line in CORPUS
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let (link, json) = line.split_once(' ').unwrap();
        let expected: Value = serde_json::from_str(json).unwrap();
        assert_eq!(decode(link).unwrap().to_value(), expected, "{link}");
        count += 1;
    }
    assert!(count >= 5, "the corpus only grows");
}

#[test]
fn the_frozen_tables_are_read() {
    assert_eq!(frozen(V1_SPEC).len(), 9);
    assert_eq!(frozen(V1_POOL).len(), 6);
}

#[test]
fn a_default_cluster_is_a_short_link() {
    let link = encode(&demo());
    assert!(link.len() < 220, "{} characters: {link}", link.len());
    assert!(
        link.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    );
}

#[test]
fn what_defaults_must_not_decide_is_always_said() {
    let sparse = super::fold(demo().to_value());
    for pointer in [
        "/name",
        "/zone",
        "/kubernetes",
        "/controlPlane/type",
        "/pools/0/name",
        "/pools/0/type",
    ] {
        assert!(sparse.pointer(pointer).is_some(), "{pointer}");
    }
    let incomplete = |json: &str| decode(&sealed_json(json)).unwrap_err();
    let cases = [
        (
            r#"{"name":"demo","zone":"ch-dk-2","controlPlane":{"type":"standard.medium"},"pools":[]}"#,
            "its Kubernetes version",
        ),
        (
            r#"{"name":"demo","zone":"ch-dk-2","kubernetes":"1.36","pools":[]}"#,
            "the control plane's instance type",
        ),
        (
            r#"{"kubernetes":"1.36","controlPlane":{"type":"standard.medium"}}"#,
            "its pools",
        ),
        (
            r#"{"kubernetes":"1.36","controlPlane":{"type":"standard.medium"},"pools":[{"name":"a"}]}"#,
            "a pool's instance type",
        ),
    ];
    for (json, what) in cases {
        assert_eq!(incomplete(json), LinkError::Incomplete(what));
    }
}

#[test]
fn strangers_and_later_versions_are_told_apart() {
    for (link, expected) in [
        ("", LinkError::NotALink),
        ("#v1.abc", LinkError::NotALink),
        ("w1.abc", LinkError::NotALink),
        ("v.abc", LinkError::NotALink),
        ("v+1.abc", LinkError::NotALink),
        ("v01.abc", LinkError::NotALink),
        ("version", LinkError::NotALink),
        ("v2.abc.defghijk", LinkError::LaterVersion(2)),
        ("v1", LinkError::CutShort),
        ("v1.", LinkError::CutShort),
        ("v1.abc.defg", LinkError::CutShort),
        ("v1.abc.defghijk", LinkError::Damaged),
    ] {
        assert_eq!(decode(link), Err(expected), "{link}");
    }
    let long = "v1.".to_owned() + &"a".repeat(limits::LINK_INPUT_BYTES_MAX);
    assert_eq!(decode(&long), Err(LinkError::TooLong));
}

#[test]
fn every_cut_is_noticed() {
    let link = encode(&demo());
    for end in 2..link.len() {
        assert_eq!(decode(&link[..end]), Err(LinkError::CutShort), "{end}");
    }
}

#[test]
fn bombs_and_stowaways_are_refused() {
    let bomb = compress_to_vec(&vec![b' '; 4 << 20], 9);
    assert!(sealed(&bomb).len() < limits::LINK_INPUT_BYTES_MAX);
    assert_eq!(decode(&sealed(&bomb)), Err(LinkError::TooLarge));
    let mut stowaway = compress_to_vec(super::fold(demo().to_value()).to_string().as_bytes(), 9);
    assert!(decode(&sealed(&stowaway)).is_ok());
    stowaway.push(0);
    assert_eq!(decode(&sealed(&stowaway)), Err(LinkError::Damaged));
    stowaway.truncate(20);
    assert_eq!(decode(&sealed(&stowaway)), Err(LinkError::Damaged));
    for json in ["", "{", "{} {}", "[[["] {
        assert_eq!(
            decode(&sealed_json(json)),
            Err(LinkError::Damaged),
            "{json}"
        );
    }
    assert_eq!(
        decode(&sealed_json(&"[".repeat(16_000))),
        Err(LinkError::Damaged)
    );
}

#[test]
fn a_spec_with_problems_says_which() {
    let json = r#"{"name":"Demo","zone":"ch-dk-2","kubernetes":"1.36","controlPlane":{"type":"standard.medium"},
        "pools":[{"name":"workers","type":"standard.medium"}],"secret":"x"}"#;
    let Err(LinkError::Problems(problems)) = decode(&sealed_json(json)) else {
        panic!("a spec was expected to be refused");
    };
    let fields: Vec<&str> = problems
        .iter()
        .map(|problem| problem.field.as_str())
        .collect();
    assert_eq!(fields, ["secret", "name"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_spec_survives_its_link(spec in arbitrary::spec()) {
        let link = encode(&spec);
        prop_assert!(link.len() <= limits::LINK_CHARS_MAX, "{} characters", link.len());
        prop_assert_eq!(decode(&link), Ok(spec));
    }
}

proptest! {
    #[test]
    fn the_worst_spec_still_fits(spec in arbitrary::worst_spec()) {
        let link = encode(&spec);
        prop_assert!(link.len() <= limits::LINK_CHARS_MAX, "{} characters", link.len());
        let unfolded = super::fold(spec.to_value()).to_string();
        prop_assert!(unfolded.len() <= limits::LINK_OUTPUT_BYTES_MAX / 4, "{} bytes", unfolded.len());
    }

    #[test]
    fn one_wrong_character_is_noticed(spec in arbitrary::spec(), place in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_-]") {
        let mut link = encode(&spec);
        let place = 3 + place.index(link.len() - 3);
        prop_assume!(link[place..=place] != letter);
        link.replace_range(place..=place, &letter);
        prop_assert!(decode(&link).is_err());
    }

    #[test]
    fn no_text_panics(text in ".{0,200}") {
        let _ = decode(&text);
        let _ = decode(&format!("v1.{text}"));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = decode(&sealed(&bytes));
    }

    #[test]
    fn no_json_panics(json in "\\{(\"(name|zone|pools|network|access|kubernetes|controlPlane|image)\":(1|-1|null|\\[\\]|\\{\\}|\"x\"|\\[\\{\\}\\]|1e400),?){0,8}\\}") {
        let _ = decode(&sealed_json(&json));
        let _ = Spec::from_json(&json);
    }
}

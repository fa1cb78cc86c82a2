//! Links: they come from chats, mails and strangers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec;
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use shared::limits::{LINK_CHARS_MAX, LINK_INPUT_BYTES_MAX};
use shared::link::{LinkError, decode, encode};

use crate::damage::{damaged, damaged_text, damages, wounded, wounds};
use crate::drill::{Judged, drill, json, lines, one_of, timely};
use crate::specs::obeys_every_limit;

/// Links that are out in the world, each with what it means.
const CORPUS: &str = include_str!("../../shared/src/link_corpus.txt");

/// A browser that opens a link must not notice that it reads it.
const LINK_MS_MAX: u64 = 10;

fn links() -> Vec<&'static str> {
    let all = lines(CORPUS).into_iter();
    all.map(|line| line.split(' ').next().unwrap()).collect()
}

/// What is folded inside.
fn payload(link: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode(link.split('.').nth(1).unwrap())
        .unwrap()
}

fn sparse(link: &str) -> Value {
    json(&String::from_utf8(decompress_to_vec(&payload(link)).unwrap()).unwrap())
}

/// A link around any bytes whose checksum is right, made without the code that is drilled.
fn sealed(deflated: &[u8]) -> String {
    let body = format!("v1.{}", URL_SAFE_NO_PAD.encode(deflated));
    let sum = URL_SAFE_NO_PAD.encode(Sha256::digest(&body));
    format!("{body}.{}", &sum[..8])
}

/// It is read in time; if it is a spec, then a good one, which has one link.
fn judge(link: &str) -> Judged {
    match timely(LINK_MS_MAX, || decode(link))? {
        Ok(spec) => {
            prop_assert!(link.len() <= LINK_INPUT_BYTES_MAX);
            obeys_every_limit(&spec)?;
            let again = encode(&spec);
            prop_assert!(again.len() <= LINK_CHARS_MAX);
            prop_assert_eq!(decode(&again), Ok(spec));
        }
        Err(error) => prop_assert!(!error.to_string().is_empty()),
    }
    Ok(())
}

#[test]
fn a_hundred_thousand_damaged_links_are_each_read_within_ten_milliseconds() {
    let all = links();
    let rounds = 100_000_u32.div_ceil(all.len().try_into().unwrap());
    drill(rounds, &(one_of(links()), damages()), |(other, damages)| {
        for link in &all {
            let after = damaged_text(link, other, &damages);
            prop_assert!(all.contains(&after.as_str()) || decode(&after).is_err());
            judge(&after)?;
        }
        Ok(())
    });
}

#[test]
fn a_payload_that_does_not_unfold_is_refused() {
    let input = (one_of(links()), one_of(links()), damages());
    drill(1_000, &input, |(link, other, damages)| {
        judge(&sealed(&damaged(&payload(link), &payload(other), &damages)))
    });
}

#[test]
fn a_payload_that_unfolds_to_broken_json_is_refused() {
    let input = (one_of(links()), one_of(links()), damages());
    drill(1_000, &input, |(link, other, damages)| {
        let [one, other] = [link, other].map(|link| sparse(link).to_string());
        let text = damaged(one.as_bytes(), other.as_bytes(), &damages);
        judge(&sealed(&compress_to_vec(&text, 1)))
    });
}

#[test]
fn a_payload_that_says_something_else_is_judged_as_any_spec() {
    drill(1_000, &(one_of(links()), wounds()), |(link, wounds)| {
        let text = wounded(&sparse(link), &wounds).to_string();
        judge(&sealed(&compress_to_vec(text.as_bytes(), 1)))
    });
}

/// Links of strangers that are all of one thing, as much of it as there may be.
#[test]
fn the_deepest_and_the_widest_are_refused_in_time() {
    for piece in [
        "[",
        "{\"a\":",
        "{\"pools\":[",
        "[{},",
        "\"",
        "9",
        "\\u0000",
        " ",
    ] {
        for bytes in [1_000, UNFOLDED_BYTES, 1 << 20, 8 << 20] {
            let text = piece.repeat(bytes / piece.len());
            let link = sealed(&compress_to_vec(text.as_bytes(), 9));
            let refused = timely(LINK_MS_MAX, || decode(&link)).unwrap().unwrap_err();
            assert!(!matches!(refused, LinkError::Problems(_)), "{piece}");
        }
    }
    for (before, piece, after) in [
        ("", "{\"type\":\"\"},", ""),
        (
            "{\"type\":\"standard.medium\",\"name\":\"a\",\"taints\":[",
            "\"k%=:NoSchedule\",",
            "\"\"]}",
        ),
        (
            "{\"type\":\"standard.medium\",\"name\":\"a\",\"labels\":{",
            "\"k%\":\"\",",
            "\"\":\"\"}}",
        ),
        (
            "{\"type\":\"standard.medium\",\"name\":\"a\",",
            "\"k%\":[],",
            "\"min\":1}",
        ),
        ("{\"type\":\"", "standard.medium", "\"}"),
    ] {
        let pieces: String = (0..UNFOLDED_BYTES / (piece.len() + 3))
            .map(|number| piece.replace('%', &number.to_string()))
            .collect();
        let pools = format!("{before}{pieces}{after}");
        let pools = pools.trim_end_matches(',');
        let spec = format!(
            r#"{{"name":"a","zone":"ch-dk-2","kubernetes":"1.36","controlPlane":{{"type":"standard.medium"}},"pools":[{pools}]}}"#
        );
        let link = sealed(&compress_to_vec(spec.as_bytes(), 9));
        let refused = timely(LINK_MS_MAX, || decode(&link)).unwrap().unwrap_err();
        assert!(matches!(refused, LinkError::Problems(_)), "{refused}");
    }
}

/// A little less than a link may unfold to.
const UNFOLDED_BYTES: usize = 16_000;

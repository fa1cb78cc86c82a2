//! User-data as an account gives it back: whoever may update an instance has had the chance to write into it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value, json};
use shared::bootstrap::user_data::{UserDataError, launch_link, read, render};
use shared::link;

use crate::damage::{damaged, damaged_text, damages, wounded, wounds};
use crate::drill::{Judged, drill, json as read_json, lines, one_of, timely};

/// `operation body` a line: the bodies of instances and pools have user-data.
const STANDING: &str = include_str!("corpus/standing.txt");

/// Half a megabyte may be unpacked, and is not optimised here.
const USER_DATA_MS_MAX: u64 = 300;

fn corpus() -> Vec<String> {
    let bodies = lines(STANDING)
        .into_iter()
        .map(|line| line.split_once(' ').unwrap().1);
    bodies
        .filter_map(|body| Some(read_json(body).get("user-data")?.as_str()?.to_owned()))
        .collect()
}

/// Bytes as a person would put them into the portal: without gzip, which is read as well.
fn plain(machine_json: &[u8]) -> String {
    let content = STANDARD.encode(machine_json);
    let file = json!({ "path": "/etc/slipway/machine.json", "content": content });
    STANDARD.encode(format!(
        "#cloud-config\n{}",
        json!({ "write_files": [file] })
    ))
}

/// What is read can be written again, unless it has become too long, and says the same.
fn judge(user_data: &str) -> Judged {
    let Ok(facts) = timely(USER_DATA_MS_MAX, || read(user_data))? else {
        return Ok(());
    };
    if let Some(link) = launch_link(&facts) {
        drop(link::decode(link));
    }
    match render(&facts) {
        Ok(again) => {
            let value = |facts| serde_json::to_value(facts).unwrap();
            prop_assert_eq!(value(read(&again).unwrap()), value(facts));
        }
        Err(error) => prop_assert!(matches!(error, UserDataError::TooLong(_)), "{error}"),
    }
    Ok(())
}

#[test]
fn every_user_data_of_the_corpus_is_read() {
    for user_data in corpus() {
        read(&user_data).unwrap();
        judge(&user_data).unwrap();
    }
    assert!(corpus().len() >= 3);
}

#[test]
fn damaged_text_or_bytes_are_refused() {
    let input = (one_of(corpus()), one_of(corpus()), damages());
    drill(300, &input, |(user_data, other, damages)| {
        judge(&damaged_text(&user_data, &other, &damages))?;
        let bytes = |text: &str| STANDARD.decode(text).unwrap();
        let changed = damaged(&bytes(&user_data), &bytes(&other), &damages);
        judge(&STANDARD.encode(changed))
    });
}

#[test]
fn damaged_facts_are_refused_or_read() {
    let facts: Vec<Value> = corpus()
        .iter()
        .map(|user_data| serde_json::to_value(read(user_data).unwrap()).unwrap())
        .collect();
    let input = (one_of(facts.clone()), one_of(facts), damages(), wounds());
    drill(300, &input, |(facts, other, damages, wounds)| {
        judge(&plain(wounded(&facts, &wounds).to_string().as_bytes()))?;
        let [one, other] = [facts, other].map(|facts| facts.to_string());
        judge(&plain(&damaged(one.as_bytes(), other.as_bytes(), &damages)))
    });
}

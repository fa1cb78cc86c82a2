//! The rendered user-data as a whole.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{TICKET, TOKEN, documented, facts, facts_and_shown, large};
use crate::bootstrap::gzip;
use crate::bootstrap::machine::MachineFacts;
use crate::bootstrap::user_data::{
    USER_DATA_CHARS_LIMIT, UserDataError, launch_link, read, render,
};
use crate::pki::programs;

/// What cloud-init gets to read.
fn text(facts: &MachineFacts) -> String {
    String::from_utf8(gzip::decompress(&STANDARD.decode(render(facts).unwrap()).unwrap()).unwrap())
        .unwrap()
}

fn tree(facts: &MachineFacts) -> Value {
    serde_json::from_str(text(facts).strip_prefix("#cloud-config\n").unwrap()).unwrap()
}

#[test]
fn reads_back_what_it_rendered() {
    for given in documented().into_iter().chain([large()]) {
        let again = read(&render(&given).unwrap()).unwrap();
        assert_eq!(
            serde_json::to_value(&again).unwrap(),
            serde_json::to_value(&given).unwrap()
        );
        assert_eq!(launch_link(&again), launch_link(&given));
    }
}

#[test]
fn reads_plain_user_data_too_and_refuses_what_is_not_ours() {
    let [given, _] = documented();
    let mut small = tree(&given);
    small["write_files"].as_array_mut().unwrap().truncate(1);
    read(&STANDARD.encode(format!("#cloud-config\n{small}"))).unwrap();
    let not_ours = |bytes: &str| {
        matches!(
            read(&STANDARD.encode(bytes)),
            Err(UserDataError::NotOurs(_))
        )
    };
    assert!(not_ours("#!/bin/sh\n"));
    assert!(not_ours("#cloud-config\n{}"));
    assert!(not_ours("#cloud-config\n{\"write_files\":[]}"));
    assert!(not_ours("\u{1f}\u{8b}"));
    let mut newer = serde_json::to_value(&given).unwrap();
    newer["schema"] = json!(2);
    assert!(matches!(
        read(&render(&facts(newer)).unwrap()),
        Err(UserDataError::UnknownSchema(2))
    ));
}

#[test]
fn fits_with_room_to_grow() {
    for facts in documented() {
        let length = render(&facts).unwrap().len();
        assert!(length < USER_DATA_CHARS_LIMIT / 2, "{length}");
    }
    let length = render(&large()).unwrap().len();
    assert!(length < USER_DATA_CHARS_LIMIT * 2 / 3, "{length}");
    let mut huge = serde_json::to_value(large()).unwrap();
    huge["spec"] = json!(
        (0..1_000)
            .map(|n| crate::pki::hash_hex(&n.to_string()))
            .collect::<String>()
    );
    assert!(matches!(
        render(&facts(huge)),
        Err(UserDataError::TooLong(_))
    ));
}

#[test]
fn all_but_machine_json_is_constant() {
    let constant = |facts: &MachineFacts| {
        let mut tree = tree(facts);
        let file = tree["write_files"][0].as_object_mut().unwrap();
        assert_eq!(file["path"], "/etc/slipway/machine.json");
        assert_eq!(
            (&file["encoding"], &file["permissions"]),
            (&json!("b64"), &json!("0600"))
        );
        file.remove("content");
        tree.to_string()
    };
    let [control_plane, node] = documented();
    assert_eq!(constant(&control_plane), constant(&large()));
    assert!(
        !constant(&node).contains("exoscale.com"),
        "a node needs no API"
    );
}

#[test]
fn holds_no_secret_but_the_ticket_or_the_token() {
    let [control_plane, node] = documented();
    let machine = |facts: &MachineFacts, pointer: &str, secret: &str| {
        let mut value = serde_json::to_value(facts).unwrap();
        *value.pointer_mut(pointer).unwrap() = json!(secret);
        let facts = facts_and_shown(value);
        let content = tree(&facts)["write_files"][0]["content"]
            .as_str()
            .unwrap()
            .to_owned();
        let json = String::from_utf8(STANDARD.decode(content).unwrap()).unwrap();
        assert!(json.contains(secret) && !text(&facts).contains(secret));
        json
    };
    let control_plane = machine(&control_plane, "/callback/ticket", TICKET);
    let node = machine(&node, "/join/token", TOKEN);
    assert!(!control_plane.contains("\"join") && !node.contains("\"callback"));
    for word in ["PRIVATE KEY", "\"EXO", "secret"] {
        assert!(
            !control_plane.contains(word) && !node.contains(word),
            "{word}"
        );
    }
}

#[test]
fn cloud_inits_parser_reads_the_same_tree() {
    for facts in documented() {
        if let Some(documents) = programs::yaml(&text(&facts)) {
            assert_eq!(documents, json!([tree(&facts)]));
        }
    }
}

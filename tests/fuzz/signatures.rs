//! What a signature covers: what was signed is let in, and nothing that differs from it by a letter.

use std::collections::BTreeMap;

use proptest::prelude::*;
use shared::exoscale::Request;

use crate::damage::{damaged_text, damages};
use crate::drill::{drill, one_of};
use crate::requests::{Account, request, requests};

/// What a header says, whatever its order and its spaces; nothing if it is none.
fn meaning(header: &str) -> Option<BTreeMap<&str, String>> {
    let parts = header.strip_prefix("EXO2-HMAC-SHA256 ")?.split(',');
    parts
        .map(|part| {
            let (name, value) = part.trim().split_once('=')?;
            let number = (name == "expires")
                .then(|| value.parse::<u64>().ok())
                .flatten();
            Some((
                name,
                number.map_or_else(|| value.to_owned(), |number| number.to_string()),
            ))
        })
        .collect()
}

fn any_request() -> impl Strategy<Value = Request> {
    one_of(requests()).prop_map(|recorded| request(recorded.method, recorded.target, recorded.body))
}

/// The account's first key may do everything, so that only who cannot show that they hold it is forbidden anything.
fn is_refused(account: &mut Account, request: &Request, authorization: &str) -> bool {
    account.send(request, authorization).0 == 403
}

#[test]
fn what_was_signed_is_let_in_and_no_other_body_or_path() {
    drill(600, &(any_request(), damages()), |(request, damages)| {
        let account = &mut Account::open();
        let authorization = account.signed(&request);
        let body = request.body.clone().unwrap_or_default();
        let path = damaged_text(&request.path, &body, &damages).replace('?', "%3F");
        let others = [
            Request {
                body: Some(damaged_text(&body, &request.path, &damages)),
                ..request.clone()
            },
            Request {
                path,
                ..request.clone()
            },
        ];
        let same = |other: &Request| {
            let body = |request: &Request| request.body.clone().unwrap_or_default();
            other.path == request.path && body(other) == body(&request)
        };
        for other in others.iter().filter(|other| !same(other)) {
            prop_assert!(is_refused(account, other, &authorization), "{other:?}");
        }
        prop_assert!(
            !is_refused(account, &request, &authorization),
            "{request:?}"
        );
        Ok(())
    });
}

#[test]
fn a_header_that_says_something_else_lets_nobody_in() {
    drill(2_000, &(any_request(), damages()), |(request, damages)| {
        let account = &mut Account::open();
        let authorization = account.signed(&request);
        let other = damaged_text(&authorization, &request.path, &damages);
        if meaning(&other) != meaning(&authorization) {
            prop_assert!(is_refused(account, &request, &other), "{other}");
        }
        Ok(())
    });
}

//! The operator's log: lines of JSON. A refusal says when, on which route and with which status, a run what became of
//! it, and both say for whom by names that mean nothing elsewhere. No identifier, address, query or word of the client's
//! is in any of them; a mistake of ours says its cause.

use serde::Serialize;
use shared::time::Timestamp;
use worker::{Env, console_error, console_log};

use crate::config::{pseudonym, wall};

/// What a line says.
#[derive(Serialize)]
struct Line<'a> {
    at: u64,
    kind: &'a str,
    what: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller: Option<String>,
}

/// A mistake of ours, with its cause: the client is told nothing of it.
pub(crate) fn mistake(cause: &dyn std::fmt::Display) {
    console_error!(
        "{}",
        line(wall(), "mistake", &cause.to_string(), None, None)
    );
}

/// Something that was tried beside the way and did not come about.
pub(crate) fn note(what: &str) {
    console_log!("{}", line(wall(), "note", what, None, None));
}

/// Something became of a run; `what` is made of our own words.
pub(crate) fn run(env: &Env, what: &str, run: &str, caller: Option<&str>) {
    let run = pseudonym(env, "run", run);
    let caller = caller.and_then(|caller| pseudonym(env, "caller", caller));
    console_log!("{}", line(wall(), "run", what, run, caller));
}

/// An answer, if it is one that whoever watches for attacks wants to see.
pub(crate) fn answered(env: &Env, method: &str, path: &str, caller: Option<&str>, status: u16) {
    if is_telling(path, status) {
        let what = format!("{method} {}", route(path));
        let run = run_of(path).and_then(|run| pseudonym(env, "run", run));
        let caller = caller.and_then(|caller| pseudonym(env, "caller", caller));
        console_log!(
            "{}",
            line(wall(), &format!("refused {status}"), &what, run, caller)
        );
    }
}

fn line(
    at: Timestamp,
    kind: &str,
    what: &str,
    run: Option<String>,
    caller: Option<String>,
) -> String {
    let at = at.millis();
    serde_json::to_string(&Line {
        at,
        kind,
        what,
        run,
        caller,
    })
    .unwrap_or_default()
}

/// The run that a path is about, as it was asked for.
fn run_of(path: &str) -> Option<&str> {
    path.strip_prefix("/api/runs/")?.split('/').next()
}

/// Wrong capabilities, tickets, keys, origins and bodies, and our own failures. What a machine or a page meets on its
/// ordinary way is not told, nor what goes on in the pretend Exoscale, whose refusals are a part of it.
fn is_telling(path: &str, status: u16) -> bool {
    path.starts_with("/api/")
        && matches!(
            status,
            400 | 401 | 403 | 404 | 405 | 413 | 415 | 426 | 429 | 500..
        )
}

/// A path without anything but our own words.
fn route(path: &str) -> String {
    let word = |part| WORDS.iter().find(|word| **word == part).unwrap_or(&"*");
    let parts = path.trim_matches('/').split('/').take(PARTS_MAX);
    parts
        .map(word)
        .fold(String::new(), |route, word| format!("{route}/{word}"))
}

/// The longest route has six.
const PARTS_MAX: usize = 7;

const WORDS: [&str; 18] = [
    "accounts",
    "admin-key",
    "api",
    "bundle",
    "cancel",
    "catalog",
    "clusters",
    "collected",
    "confirm",
    "events",
    "inside",
    "live",
    "machines",
    "report",
    "retry",
    "runs",
    "sandbox",
    "share",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_json_whatever_is_in_it() {
        let said = line(
            Timestamp::from_unix_seconds(1),
            "mistake",
            "two\nlines, \"quoted\"",
            None,
            Some("1f".to_owned()),
        );
        assert_eq!(
            said,
            r#"{"at":1000,"kind":"mistake","what":"two\nlines, \"quoted\"","caller":"1f"}"#
        );
    }

    #[test]
    fn a_route_has_nothing_of_the_clients() {
        for (path, expected) in [
            ("/api/catalog", "/api/catalog"),
            (
                "/api/runs/k3x9qaaaaaaaaaaaaaaaaaaaaa/events",
                "/api/runs/*/events",
            ),
            (
                "/api/runs/x/machines/control-plane-1/bundle",
                "/api/runs/*/machines/*/bundle",
            ),
            ("/api/EXO123/secret\n", "/api/*/*"),
            ("/api/a/b/c/d/e/f/g/h", "/api/*/*/*/*/*/*"),
        ] {
            assert_eq!(route(path), expected);
        }
    }

    #[test]
    fn a_line_is_about_the_run_of_its_path() {
        assert_eq!(run_of("/api/runs/k3x9q/events"), Some("k3x9q"));
        assert_eq!(run_of("/api/runs/k3x9q"), Some("k3x9q"));
        assert_eq!(run_of("/api/clusters"), None);
    }

    #[test]
    fn refusals_are_told_and_the_ordinary_is_not() {
        let run = "/api/runs/k3x9qaaaaaaaaaaaaaaaaaaaaa";
        for status in [400, 401, 403, 404, 413, 429, 500, 502] {
            assert!(is_telling(run, status), "{status}");
        }
        for status in [101, 200, 201, 202, 409, 410, 425] {
            assert!(!is_telling(run, status), "{status}");
        }
        assert!(!is_telling("/sandbox/ch-dk-2/v2/instance", 403));
    }
}

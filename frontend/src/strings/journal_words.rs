//! A line of the journal in words. Lines of kinds that this page does not know are shown by their kind.

use serde_json::Value;

use crate::api::{Line, named};
use crate::tongue::tr;

/// A line of the journal in words.
pub fn words(line: &Line) -> String {
    let (kind, event) = line.event();
    let text = |path: &str| text(event, path);
    let at = || at(event);
    match kind {
        "run-started" => tr!("The run was accepted.").to_owned(),
        "task-started" => tr!("{} began.", at()),
        "intended" => tr!("{}: about to call {}.", at(), text("/call")),
        "accepted" => tr!("{}: Exoscale took it. {}", at(), text("/id")),
        "refused" => tr!("{}: {} It is tried again.", at(), error(event)),
        "doubted" => tr!(
            "{}: {} Whether it happened is looked up first.",
            at(),
            error(event)
        ),
        "found" => tr!("{}: it had happened, and is adopted.", at()),
        "not-done" => tr!("{}: it had not happened.", at()),
        "listed" => tr!("{}: {} found.", at(), count(event, "/items")),
        "inventory" => tr!(
            "Listed everything: {} ours, {} left alone.",
            count(event, "/items"),
            count(event, "/kept")
        ),
        "checked" => tr!("Checked {} things.", count(event, "/checks")),
        "learned" => learned(event),
        "made" => tr!("Made: {}.", keys(event, "/public")),
        "task-done" => tr!("{} is done. {}", at(), text("/detail")),
        "task-failed" => tr!(
            "{} failed: {} {}",
            at(),
            text("/problem/what"),
            text("/problem/why")
        ),
        "reported" => tr!(
            "{}: {} {} after {} s. {}",
            text("/machine"),
            text("/report/stage"),
            text("/report/state"),
            text("/report/seconds"),
            text("/report/detail")
        ),
        "confirmed" => tr!("{} has its bundle; the ticket is dead.", text("/machine")),
        "undoing" => tr!(
            "Everything is taken back: {} {}",
            text("/problem/what"),
            text("/problem/why")
        ),
        "stuck" => tr!(
            "Stuck: {} could not be removed.",
            count(event, "/leftovers")
        ),
        "retried" => tr!("Somebody asked to try again.").to_owned(),
        "finished" => tr!("The run is over: {}.", text("/outcome")),
        "collected" => tr!("The kubeconfig was collected.").to_owned(),
        "shredded" => tr!("Secrets were destroyed.").to_owned(),
        "away" => tr!(
            "The launcher was away for {} ms; nobody is blamed for that.",
            text("/ms")
        ),
        other => format!("{other}."),
    }
}

fn text(event: &Value, path: &str) -> String {
    match event.pointer(path) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => {
            String::new()
        }
    }
}

fn at(event: &Value) -> String {
    let task = event
        .pointer("/target/task")
        .and_then(Value::as_u64)
        .unwrap_or_default()
        .saturating_add(1);
    format!(
        "{}/{task} {}",
        text(event, "/target/step"),
        text(event, "/target/item")
    )
    .trim_end()
    .to_owned()
}

fn error(event: &Value) -> String {
    let (_, error) = named(event.get("error").unwrap_or(&Value::Null));
    let said = ["/status", "/reason", "/message", "/why"].map(|path| text(error, path));
    said.into_iter()
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn learned(event: &Value) -> String {
    let (_, fact) = named(event.get("fact").unwrap_or(&Value::Null));
    let (name, id) = (text(fact, "/name"), text(fact, "/id"));
    let (step, address) = (text(fact, "/step"), text(fact, "/address"));
    if address.is_empty() {
        tr!("{name} is {id}.", name, id)
    } else {
        tr!("{step} has the address {address}.", step, address)
    }
}

fn count(event: &Value, path: &str) -> usize {
    event
        .pointer(path)
        .and_then(Value::as_array)
        .map_or(0, Vec::len)
}

fn keys(event: &Value, path: &str) -> String {
    let keys = event
        .pointer(path)
        .and_then(Value::as_object)
        .map(|fields| fields.keys().cloned().collect::<Vec<_>>());
    keys.unwrap_or_default().join(", ")
}

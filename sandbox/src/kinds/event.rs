//! The audit trail: every request that changes something or tries to, with who asked and what came of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::store::State;
use crate::wire::door::Errand;
use crate::wire::object::Object;
use crate::wire::route::{Ask, Found, Outcome, Route};
use crate::wire::time::{parse, rfc3339};

pub(crate) const ROUTES: &[Route] = &[("list-events", list)];

/// The trail of an account that nobody sweeps must not grow for ever.
const KEPT: usize = 500;
const DAY_MS: u64 = 24 * 3_600_000;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Event {
    /// Wall time.
    pub(crate) at: u64,
    pub(crate) operation: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) zone: String,
    pub(crate) status: u16,
    pub(crate) message: Option<String>,
    parameters: Value,
    body: Value,
    key: Value,
    role: Value,
    request: String,
}

pub(crate) fn record(state: &mut State, errand: &Errand<'_>, found: &Found, outcome: &Outcome) {
    let key = state.keys.get(errand.key);
    let role = key.and_then(|key| state.roles.get(&key.role));
    let event = Event {
        at: state.meta.wall,
        operation: found.operation.id.to_owned(),
        method: errand.method.to_owned(),
        path: errand.path.to_owned(),
        zone: errand.zone.to_owned(),
        status: outcome.as_ref().err().map_or(200, |refusal| refusal.status),
        message: outcome
            .as_ref()
            .err()
            .map(|refusal| refusal.message.clone()),
        parameters: json!(found.parameters),
        body: serde_json::from_slice::<Map<String, Value>>(errand.body)
            .map(Value::Object)
            .unwrap_or_default(),
        key: key.map_or(
            Value::Null,
            |key| json!({ "key": key.id, "name": key.name, "role-id": key.role }),
        ),
        role: role.map_or(
            Value::Null,
            |role| json!({ "id": role.id, "name": role.name }),
        ),
        request: state.uuid(),
    };
    let number = state.next_sequence();
    state.events.insert(&format!("{number:012}"), event);
    if let Some(oldest) = state.events.oldest_beyond(KEPT) {
        state.events.remove(&oldest);
    }
}

/// The last day's, unless the query says otherwise. A bare array, unlike every other list.
fn list(ask: &mut Ask<'_>) -> Outcome {
    let moment = |name: &str| ask.query.get(name).and_then(|text| parse(text));
    let until = moment("to").unwrap_or(ask.state.meta.wall);
    let from = moment("from").unwrap_or_else(|| until.saturating_sub(DAY_MS));
    let events = ask.state.events.values();
    let events = events.filter(|event| (from..=until).contains(&event.at));
    Ok(events.map(view).collect())
}

fn view(event: &Event) -> Value {
    Object::new()
        .with("timestamp", rfc3339(event.at))
        .with("handler", &event.operation)
        .with("uri", format!("/v2{}", event.path))
        .with("zone", &event.zone)
        .with("status", event.status)
        .with("elapsed-ms", 1)
        .with("request-id", &event.request)
        .with("path-params", &event.parameters)
        .maybe("body-params", Some(&event.body))
        .maybe("message", event.message.as_ref())
        .maybe("iam-api-key", Some(&event.key))
        .maybe("iam-role", Some(&event.role))
        .with("source-ip", "192.0.2.1")
        .done()
}

#[cfg(test)]
mod tests {
    use crate::testing::Client;
    use serde_json::{Value, json};

    #[test]
    fn who_changed_what_and_who_tried() {
        let mut client = Client::calm();
        client.done("POST", "/security-group", json!({ "name": "one" }));
        client.refused(409, "POST", "/security-group", json!({ "name": "one" }));
        client.get("/security-group");
        let events = client.get("/event");
        let said: Vec<_> = events.as_array().unwrap().iter().collect();
        assert_eq!(said.len(), 2);
        assert_eq!(said[0]["handler"], "create-security-group");
        assert_eq!(said[0]["body-params"], json!({ "name": "one" }));
        assert_eq!(said[0]["iam-api-key"]["name"], "first");
        assert_eq!(said[1]["status"], 409);
        assert!(
            said[1]["message"]
                .as_str()
                .unwrap()
                .contains("already in use")
        );
    }

    #[test]
    fn of_a_period_and_not_for_ever() {
        let mut client = Client::calm();
        client.done("POST", "/security-group", json!({ "name": "one" }));
        let early = "/event?from=2020-01-01T00%3A00%3A00Z&to=2020-01-02T00%3A00%3A00Z";
        assert_eq!(client.get(early), json!([]));
        client.refused(400, "GET", "/event?from=yesterday", Value::Null);
        for _ in 0..super::KEPT + 10 {
            client.refused(400, "POST", "/security-group", json!({}));
        }
        assert_eq!(client.get("/event").as_array().unwrap().len(), super::KEPT);
    }
}

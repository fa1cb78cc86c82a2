//! The front door: a request is authenticated, the weather has its say, the policy is asked, the handler answers.

use std::collections::BTreeMap;

use super::refusal::Refusal;
use super::route::{self, Ask, Found, Outcome};
use super::target::Target;
use super::{Answer, Request};
use crate::catalog::{instance_types, zones};
use crate::document::document;
use crate::iam::signature::{Authorization, Received};
use crate::iam::{self, Attempt};
use crate::kinds::event;
use crate::store::State;

/// Answers a request from outside.
pub(crate) fn answer(state: &mut State, request: &Request<'_>) -> Answer {
    let target = Target::parse(request.target);
    if request.authorization.is_none()
        && let Some(body) = public("", request.method, request.target)
    {
        return Answer::Response { status: 200, body };
    }
    let key = match authenticate(state, request, &target) {
        Ok(key) => key,
        Err(refusal) => return respond(Err(refusal)),
    };
    match weather(state) {
        Weather::Fair => {}
        Weather::Lost => return Answer::Lost,
        Weather::Refused(refusal) => return respond(Err(refusal)),
    }
    let errand = Errand {
        key: &key,
        zone: request.zone,
        method: request.method,
        path: target.path.unwrap_or_default(),
        query: &target.query,
        body: request.body,
    };
    let outcome = run(state, &errand);
    if state.meta.random.chance(state.meta.faults.reply_lost) {
        return Answer::Lost;
    }
    respond(outcome)
}

/// A call by a key whose holder is inside the world: policy and handlers as ever, no signature, no weather.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Errand<'a> {
    pub(crate) key: &'a str,
    pub(crate) zone: &'a str,
    pub(crate) method: &'a str,
    /// Below `/v2`.
    pub(crate) path: &'a str,
    pub(crate) query: &'a BTreeMap<String, String>,
    pub(crate) body: &'a [u8],
}

/// Routes, authorises, checks, serves; what was changed, or tried to be, stands in the trail of events.
pub(crate) fn run(state: &mut State, errand: &Errand<'_>) -> Outcome {
    let unknown = || Refusal::new(404, "Not Found");
    let found = route::find(errand.method, errand.path).ok_or_else(unknown)?;
    if !zones::exists(errand.zone) {
        return Err(unknown());
    }
    let outcome = serve(state, errand, &found);
    if errand.method != "GET" {
        event::record(state, errand, &found, &outcome);
    }
    outcome
}

fn serve(state: &mut State, errand: &Errand<'_>, found: &Found) -> Outcome {
    let operation = found.operation;
    let attempt = Attempt {
        operation: operation.id,
        service: operation.service(),
        zone: errand.zone,
        parameters: &found.parameters,
        query: errand.query,
        body: errand.body,
    };
    iam::authorize(state, errand.key, &attempt)?;
    let handler = found.handler.ok_or_else(|| {
        Refusal::new(
            501,
            format!("The sandbox does not serve {} yet", operation.id),
        )
    })?;
    let strict = state.meta.switches.unknown_fields_refused;
    let mut problems = document().check_path(operation, &found.parameters);
    problems.extend(document().check_request(operation, errand.query, errand.body, strict));
    if !problems.is_empty() {
        return Err(Refusal::off_document(&problems));
    }
    let answer = handler(&mut Ask {
        state,
        key: errand.key,
        zone: errand.zone,
        parameters: &found.parameters,
        query: errand.query,
        body: errand.body,
    })?;
    let problems = document().check_answer(operation, &answer);
    if problems.is_empty() {
        Ok(answer)
    } else {
        Err(Refusal::own_mistake(operation.id, &problems))
    }
}

/// What is answered to anybody, without a signature and without an account: the zones, with endpoints under the origin
/// that this is served from, and the instance types.
pub fn public(origin: &str, method: &str, target: &str) -> Option<String> {
    let answer = match (method, Target::parse(target).path?) {
        ("GET", "/zone") => zones::view(origin),
        ("GET", "/instance-type") => instance_types::list_unsigned(),
        _ => return None,
    };
    Some(answer.to_string())
}

fn authenticate(
    state: &State,
    request: &Request<'_>,
    target: &Target<'_>,
) -> Result<String, Refusal> {
    let header = request
        .authorization
        .ok_or_else(|| Refusal::forbidden("Authentication required"))?;
    let authorization = Authorization::parse(header)
        .ok_or_else(|| Refusal::forbidden("Invalid authorization header"))?;
    let key = iam::known_key(state, authorization.key)?;
    authorization.check_expiry(state.meta.wall, state.meta.switches.expires_at_most_seconds)?;
    authorization.check(
        &key.secret,
        &Received {
            method: request.method,
            target,
            body: request.body,
        },
    )?;
    Ok(key.id.clone())
}

enum Weather {
    Fair,
    Lost,
    Refused(Refusal),
}

/// What the network and the front end do to a request before it is applied.
fn weather(state: &mut State) -> Weather {
    let faults = state.meta.faults.clone();
    let random = &mut state.meta.random;
    if random.chance(faults.request_lost) {
        Weather::Lost
    } else if random.chance(faults.too_many_requests) {
        Weather::Refused(Refusal::new(429, "Too Many Requests"))
    } else if random.chance(faults.server_error) {
        let status = if random.chance(500) { 500 } else { 503 };
        Weather::Refused(Refusal::new(status, "Internal Server Error"))
    } else {
        Weather::Fair
    }
}

fn respond(outcome: Outcome) -> Answer {
    let (status, body) = match outcome {
        Ok(body) => (200, body),
        Err(refusal) => (refusal.status, refusal.body()),
    };
    // `to_string` of the value itself would go through the formatter.
    let body = serde_json::to_string(&body).unwrap_or_default();
    Answer::Response { status, body }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{Client, sign};
    use crate::{Answer, Faults, Request};

    fn status(client: &mut Client, authorization: Option<&str>, target: &str) -> u16 {
        let wall = client.wall();
        let request = Request {
            zone: "ch-dk-2",
            method: "GET",
            target,
            authorization,
            body: b"",
        };
        match client.world.handle(client.now, wall, &request) {
            Answer::Response { status, .. } => status,
            Answer::Lost => 0,
        }
    }

    #[test]
    fn only_good_signatures_come_in() {
        let mut client = Client::calm();
        let now = client.wall() / 1000;
        let credentials = client.credentials.clone();
        let good = sign(&credentials, "GET", "/v2/instance", "", now + 600);
        assert_eq!(status(&mut client, Some(&good), "/v2/instance"), 200);
        assert_eq!(
            status(&mut client, Some(&good), "/sandbox/ch-dk-2/v2/instance"),
            403,
            "the path as received"
        );
        assert_eq!(status(&mut client, Some(&good), "/v2/instance-pool"), 403);
        assert_eq!(status(&mut client, None, "/v2/instance"), 403);
        assert_eq!(status(&mut client, Some("Bearer x"), "/v2/instance"), 403);
        let expired = sign(&credentials, "GET", "/v2/instance", "", now);
        assert_eq!(status(&mut client, Some(&expired), "/v2/instance"), 403);
        let wrong = crate::Credentials {
            secret: "x".to_owned(),
            ..credentials.clone()
        };
        let wrong = sign(&wrong, "GET", "/v2/instance", "", now + 600);
        assert_eq!(status(&mut client, Some(&wrong), "/v2/instance"), 403);
        let unknown = crate::Credentials {
            key: "EXOnobody".to_owned(),
            ..credentials
        };
        let unknown = sign(&unknown, "GET", "/v2/instance", "", now + 600);
        assert_eq!(status(&mut client, Some(&unknown), "/v2/instance"), 403);
    }

    #[test]
    fn the_catalogue_is_open_to_all() {
        let mut client = Client::calm();
        assert_eq!(status(&mut client, None, "/v2/zone"), 200);
        assert_eq!(status(&mut client, None, "/v2/instance-type"), 200);
        let signed = client.get("/instance-type");
        assert!(
            signed["instance-types"]
                .as_array()
                .unwrap()
                .iter()
                .all(|entry| entry["authorized"] == true)
        );
        assert_eq!(client.get("/zone")["zones"].as_array().unwrap().len(), 8);
        assert_eq!(client.get("/organization")["currency"], "CHF");
        assert_eq!(
            client.get("/template")["templates"]
                .as_array()
                .unwrap()
                .len(),
            5
        );
    }

    #[test]
    fn what_is_not_served_is_named() {
        let mut client = Client::calm();
        let message = client.refused(501, "GET", "/sks-cluster", Value::Null);
        assert!(message.contains("list-sks-clusters"));
        client.refused(404, "GET", "/nothing", Value::Null);
        client.zone = "xx-xxx-1".to_owned();
        client.refused(404, "GET", "/instance", Value::Null);
    }

    #[test]
    fn a_lost_reply_is_applied_and_a_lost_request_is_not() {
        for (faults, expected) in [
            (
                Faults {
                    reply_lost: 1000,
                    ..Faults::calm()
                },
                2,
            ),
            (
                Faults {
                    request_lost: 1000,
                    ..Faults::calm()
                },
                1,
            ),
        ] {
            let mut client = Client::with_faults(faults);
            let body = json!({ "name": "one" }).to_string();
            assert_eq!(client.ask("POST", "/security-group", &body), Answer::Lost);
            client.world.set_faults(Faults::calm());
            let groups = client.get("/security-group");
            assert_eq!(
                groups["security-groups"].as_array().unwrap().len(),
                expected
            );
        }
    }

    #[test]
    fn refusals_of_a_busy_front_end() {
        let mut client = Client::with_faults(Faults {
            too_many_requests: 1000,
            ..Faults::calm()
        });
        client.refused(429, "GET", "/instance", Value::Null);
        client.world.set_faults(Faults {
            server_error: 1000,
            ..Faults::calm()
        });
        let (status, _) = client.call("GET", "/instance", &Value::Null);
        assert!(status == 500 || status == 503);
    }

    #[test]
    fn a_stale_list_hides_the_young() {
        let mut client = Client::with_faults(Faults {
            stale_list: 1000,
            ..Faults::calm()
        });
        client.pass(60);
        client.network();
        assert_eq!(
            client.get("/private-network"),
            json!({ "private-networks": [] })
        );
        client.pass(10);
        assert_eq!(
            client.get("/private-network")["private-networks"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }
}

//! Assuming a role: a key that dies by itself, at once and without an operation.

use serde::Deserialize;

use super::Role;
use crate::future::Happening;
use crate::iam::{self, Attempt};
use crate::kinds::api_key;
use crate::kinds::kind;
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};
use crate::wire::time::rfc3339;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Assume {
    /// Seconds.
    ttl: u64,
    org_id: Option<String>,
}

/// The time to live runs in the account's time; `expires-at` is the wall's, as all dates are.
pub(super) fn assume(ask: &mut Ask<'_>) -> Outcome {
    let body: Assume = ask.read()?;
    let organization = ask.state.meta.organization.clone();
    if body.org_id.is_some_and(|other| other != organization) {
        return Err(Refusal::not_found("Organization"));
    }
    let role = kind::own::<Role>(ask)?;
    check_policy(ask, role)?;
    check_ttl(ask.state, role, body.ttl)?;
    let (id, name) = (role.id.clone(), role.name().to_owned());
    let minted = api_key::mint_session(ask.state, &name, &id);
    let lives = body.ttl.saturating_mul(1_000);
    ask.state
        .schedule(lives, Happening::KeyDies(minted.key.clone()));
    let meta = &ask.state.meta;
    let on_the_wall = lives
        .checked_div(u64::from(meta.options.speed))
        .unwrap_or(lives);
    Ok(Object::new()
        .with("name", name)
        .with("key", &minted.key)
        .with("secret", &minted.secret)
        .with("role-id", id)
        .with("org-id", organization)
        .with("expires-at", rfc3339(meta.wall.saturating_add(on_the_wall)))
        .done())
}

/// Who may assume it, the role says; without a word nobody may.
fn check_policy(ask: &Ask<'_>, role: &Role) -> Result<(), Refusal> {
    let refused = |why: String| {
        Err(Refusal::forbidden(format!(
            "Role cannot be assumed - {why}"
        )))
    };
    let Some(policy) = &role.settings.assume_role_policy else {
        return refused("It has no assume role policy".to_owned());
    };
    let attempt = Attempt {
        operation: "assume-iam-role",
        service: "iam",
        zone: ask.zone,
        parameters: ask.parameters,
        query: ask.query,
        body: ask.body,
    };
    match policy.decide(&iam::scene(ask.state, ask.key, &attempt)) {
        Ok(()) => Ok(()),
        Err(denial) => refused(denial.to_string()),
    }
}

fn check_ttl(state: &State, role: &Role, ttl: u64) -> Result<(), Refusal> {
    let most = role.settings.max_session_ttl;
    let most = most.unwrap_or(state.meta.switches.session_ttl_default_seconds);
    if ttl <= most {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "ttl must not exceed the max-session-ttl of the role: {most}"
    )))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, NOBODY};
    use crate::{Credentials, Switches};
    use serde_json::{Value, json};

    fn role(client: &mut Client, expression: &str) -> String {
        let body = json!({
            "name": "guest", "max-session-ttl": 600,
            "assume-role-policy": { "rules": [{ "action": "allow", "expression": expression }] },
        });
        client.done("POST", "/iam-role", body)
    }

    fn assumed(client: &mut Client, role: &str, ttl: u64) -> (Value, Credentials) {
        let path = format!("/iam-role/{role}/assume");
        let (status, session) = client.call("POST", &path, &json!({ "ttl": ttl }));
        assert_eq!(status, 200, "{session}");
        let text = |name: &str| session[name].as_str().unwrap().to_owned();
        let credentials = Credentials {
            key: text("key"),
            secret: text("secret"),
        };
        (session, credentials)
    }

    #[test]
    fn a_session_holds_and_ends() {
        let mut client = Client::calm();
        let role = role(&mut client, "true");
        let (session, credentials) = assumed(&mut client, &role, 300);
        assert_eq!(session["role-id"], role.as_str());
        let wall = crate::wire::time::rfc3339(client.wall() + 300_000);
        assert_eq!(session["expires-at"], wall);
        client.credentials = credentials;
        client.pass(100);
        client.get("/instance");
        client.pass(200);
        client.refused(403, "GET", "/instance", Value::Null);
    }

    #[test]
    fn a_role_can_go_while_it_is_assumed() {
        let mut client = Client::calm();
        let role = role(&mut client, "true");
        let (_, credentials) = assumed(&mut client, &role, 300);
        client.done("DELETE", &format!("/iam-role/{role}"), Value::Null);
        client.credentials = credentials;
        client.refused(403, "GET", "/instance", Value::Null);
    }

    #[test]
    fn a_session_is_no_key_of_the_list_unless_told_otherwise() {
        for (listed, keys) in [(false, 1), (true, 2)] {
            let mut client = Client::calm();
            client.world.set_switches(Switches {
                session_keys_listed: listed,
                ..Switches::default()
            });
            let role = role(&mut client, "true");
            assumed(&mut client, &role, 300);
            let list = client.get("/api-key");
            assert_eq!(list["api-keys"].as_array().unwrap().len(), keys);
        }
    }

    #[test]
    fn refusals() {
        let mut client = Client::calm();
        let path = |id: &str| format!("/iam-role/{id}/assume");
        client.refused(404, "POST", &path(NOBODY), json!({ "ttl": 1 }));
        let closed = client.done("POST", "/iam-role", json!({ "name": "closed" }));
        client.refused(403, "POST", &path(&closed), json!({ "ttl": 1 }));
        let picky = role(&mut client, "api_key == 'EXOother'");
        client.refused(403, "POST", &path(&picky), json!({ "ttl": 1 }));
        let open = role(&mut client, "source_ip.startsWith('192.0.2.')");
        client.refused(400, "POST", &path(&open), json!({ "ttl": 601 }));
        client.refused(400, "POST", &path(&open), json!({ "ttl": 0 }));
        let elsewhere = json!({ "ttl": 1, "org-id": NOBODY });
        client.refused(404, "POST", &path(&open), elsewhere);
        assumed(&mut client, &open, 600);
    }

    #[test]
    fn a_role_that_names_no_longest_session() {
        for (longest, status) in [(3_600, 200), (60, 400)] {
            let mut client = Client::calm();
            client.world.set_switches(Switches {
                session_ttl_default_seconds: longest,
                ..Switches::default()
            });
            let open = json!({ "rules": [{ "action": "allow", "expression": "true" }] });
            let body = json!({ "name": "open", "assume-role-policy": open });
            let id = client.done("POST", "/iam-role", body);
            let path = format!("/iam-role/{id}/assume");
            assert_eq!(
                client.call("POST", &path, &json!({ "ttl": 3_600 })).0,
                status
            );
        }
    }
}

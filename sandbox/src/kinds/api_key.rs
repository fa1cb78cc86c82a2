//! API keys: created at once, the secret shown once; a new key holds late, a deleted one dies late.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::check_name;
use crate::credentials::{self, Credentials};
use crate::durations::IAM_CHANGE;
use crate::future::Happening;
use crate::iam::Key;
use crate::operation::{self, Failure};
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[
    ("list-api-keys", list),
    ("create-api-key", create),
    ("get-api-key", show),
    ("delete-api-key", remove),
];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Deleted(String),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Deleted(key) => {
                if let Some(found) = state.keys.get_mut(&key) {
                    found.revoked = true;
                }
                state.schedule(
                    state.meta.switches.key_revoked_after_ms,
                    Happening::KeyDies(key),
                );
            }
        }
        Ok(())
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Create {
    role_id: String,
    name: String,
}

/// Mints a key and keeps it.
pub(crate) fn mint(state: &mut State, name: &str, role: &str, holds_from: u64) -> Credentials {
    state.meta.keys_minted += 1;
    let minted = credentials::mint(
        &state.meta.account,
        &state.meta.entropy,
        state.meta.keys_minted,
    );
    let key = Key {
        id: minted.key.clone(),
        name: name.to_owned(),
        secret: minted.secret.clone(),
        role: role.to_owned(),
        holds_from,
        revoked: false,
    };
    state.keys.insert(&minted.key, key);
    minted
}

fn list(ask: &mut Ask<'_>) -> Outcome {
    let keys: Vec<Value> = ask
        .state
        .keys
        .values()
        .filter(|key| !key.revoked)
        .map(view)
        .collect();
    Ok(json!({ "api-keys": keys }))
}

fn create(ask: &mut Ask<'_>) -> Outcome {
    let body: Create = ask.read()?;
    check_name(&body.name)?;
    if ask.state.roles.get(&body.role_id).is_none() {
        return Err(Refusal::not_found("IAM role"));
    }
    let holds_from = ask.state.meta.now + ask.state.meta.switches.key_holds_after_ms;
    let minted = mint(ask.state, &body.name, &body.role_id, holds_from);
    Ok(
        json!({ "name": body.name, "key": minted.key, "secret": minted.secret, "role-id": body.role_id }),
    )
}

fn show(ask: &mut Ask<'_>) -> Outcome {
    find(ask).map(view)
}

/// Keys are no UUIDs, so the operation refers to nothing.
fn remove(ask: &mut Ask<'_>) -> Outcome {
    let key = find(ask)?.id.clone();
    let change = super::Change::ApiKey(Change::Deleted(key));
    Ok(operation::begin(ask, None, IAM_CHANGE, change))
}

fn find<'a>(ask: &'a Ask<'_>) -> Result<&'a Key, Refusal> {
    let key = ask
        .state
        .keys
        .get(ask.parameter("id"))
        .filter(|key| !key.revoked);
    key.ok_or_else(|| Refusal::not_found("API key"))
}

fn view(key: &Key) -> Value {
    json!({ "name": key.name, "key": key.id, "role-id": key.role })
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, NOBODY};
    use crate::{Credentials, account_of};
    use serde_json::{Value, json};

    fn allow_all() -> Value {
        json!({ "default-service-strategy": "allow", "services": {} })
    }

    #[test]
    fn a_key_holds_late_and_dies_late() {
        let mut client = Client::calm();
        let role = client.done(
            "POST",
            "/iam-role",
            json!({ "name": "r", "policy": allow_all() }),
        );
        let (status, minted) =
            client.call("POST", "/api-key", &json!({ "name": "k", "role-id": role }));
        assert_eq!(status, 200);
        let key = minted["key"].as_str().unwrap().to_owned();
        assert_eq!(account_of(&key), Some("abcdefghij"));
        let secret = minted["secret"].as_str().unwrap().to_owned();
        let first = std::mem::replace(
            &mut client.credentials,
            Credentials {
                key: key.clone(),
                secret,
            },
        );
        client.refused(403, "GET", "/instance", Value::Null);
        client.pass(4);
        client.get("/instance");
        let second = std::mem::replace(&mut client.credentials, first);
        let path = format!("/api-key/{key}");
        assert_eq!(
            client.get(&path),
            json!({ "name": "k", "key": key, "role-id": role })
        );
        client.refused(409, "DELETE", &format!("/iam-role/{role}"), Value::Null);
        client.done("DELETE", &path, Value::Null);
        client.refused(404, "GET", &path, Value::Null);
        let first = std::mem::replace(&mut client.credentials, second);
        client.get("/instance");
        client.pass(4);
        client.refused(403, "GET", "/instance", Value::Null);
        client.credentials = first;
        client.done("DELETE", &format!("/iam-role/{role}"), Value::Null);
        assert_eq!(
            client.get("/api-key")["api-keys"].as_array().unwrap().len(),
            1
        );
    }

    #[test]
    fn a_role_must_exist() {
        let mut client = Client::calm();
        client.refused(
            404,
            "POST",
            "/api-key",
            json!({ "name": "k", "role-id": NOBODY }),
        );
        client.refused(400, "POST", "/api-key", json!({ "name": "k" }));
    }
}

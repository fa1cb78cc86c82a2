//! API keys: created at once, the secret shown once; a new key holds late, a deleted one dies late.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::iam_role::Role;
use super::kind::{self, Kind};
use crate::credentials::{self, Credentials};
use crate::durations::IAM_CHANGE;
use crate::future::Happening;
use crate::operation;
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[
    ("list-api-keys", kind::list::<Key>),
    ("create-api-key", create),
    ("get-api-key", kind::show::<Key>),
    ("delete-api-key", remove),
];

/// A key; its table is keyed by the key itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) secret: String,
    pub(crate) role: String,
    /// Refused before this (virtual): a new key holds late.
    pub(crate) holds_from: u64,
    /// Deleted, but still answered for a moment: a key is revoked late.
    pub(crate) revoked: bool,
    life: Life,
    born: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Life {
    /// Until it is deleted.
    Lasting,
    /// Of one who assumed a role; it dies by itself.
    Session,
    /// A session that the list shows, by the switch of its birth.
    ListedSession,
}

impl Kind for Key {
    const NAME: &'static str = "api-key";
    const PLURAL: &'static str = "api-keys";
    const TITLE: &'static str = "API key";
    const CHANGE_MS: u64 = IAM_CHANGE;

    fn born(&self) -> u64 {
        self.born
    }

    fn is_visible(&self) -> bool {
        !self.revoked && self.life != Life::Session
    }

    fn summary(&self, _state: &State) -> Object {
        Object::new()
            .with("name", &self.name)
            .with("key", &self.id)
            .with("role-id", &self.role)
    }
}

impl Key {
    pub(crate) fn is_session(&self) -> bool {
        self.life != Life::Lasting
    }
}

/// The deletion of a key has ended; the key itself dies a little later.
pub(crate) fn deleted(state: &mut State, key: String) {
    if let Some(found) = state.keys.get_mut(&key) {
        found.revoked = true;
    }
    let later = state.meta.switches.key_revoked_after_ms;
    state.schedule(later, Happening::KeyDies(key));
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Create {
    role_id: String,
    name: String,
}

/// Mints a key that lasts, and keeps it.
pub(crate) fn mint(state: &mut State, name: &str, role: &str, holds_from: u64) -> Credentials {
    keep(state, name, role, (Life::Lasting, holds_from))
}

/// Mints a key for one who assumes a role; the caller lets it die.
pub(crate) fn mint_session(state: &mut State, name: &str, role: &str) -> Credentials {
    let life = if state.meta.switches.session_keys_listed {
        Life::ListedSession
    } else {
        Life::Session
    };
    let now = state.meta.now;
    keep(state, name, role, (life, now))
}

fn keep(state: &mut State, name: &str, role: &str, (life, holds_from): (Life, u64)) -> Credentials {
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
        life,
        born: state.meta.now,
    };
    state.keys.insert(&minted.key, key);
    minted
}

fn create(ask: &mut Ask<'_>) -> Outcome {
    let body: Create = ask.read()?;
    kind::find::<Role>(ask.state, ask.zone, &body.role_id)?;
    let holds_from = ask.state.meta.now + ask.state.meta.switches.key_holds_after_ms;
    let minted = mint(ask.state, &body.name, &body.role_id, holds_from);
    Ok(
        json!({ "name": body.name, "key": minted.key, "secret": minted.secret, "role-id": body.role_id }),
    )
}

/// Keys are no UUIDs, so the operation refers to nothing.
fn remove(ask: &mut Ask<'_>) -> Outcome {
    let change = super::Change::KeyDeleted(kind::own::<Key>(ask)?.id.clone());
    Ok(operation::begin(ask, None, IAM_CHANGE, change))
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

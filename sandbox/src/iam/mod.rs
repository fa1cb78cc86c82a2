//! Who may do what: keys, roles, policies, signatures.

pub(crate) mod cel;
pub(crate) mod policy;
pub(crate) mod signature;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::policy::{Policy, Scene};
use crate::store::State;
use crate::wire::refusal::Refusal;

/// A role; without a policy it may do everything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) permissions: Vec<String>,
    pub(crate) editable: bool,
    pub(crate) policy: Policy,
    pub(crate) max_session_ttl: Option<u64>,
    pub(crate) assume_role_policy: Option<Value>,
}

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
}

/// The request as policies see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt<'a> {
    pub(crate) operation: &'a str,
    pub(crate) service: &'static str,
    pub(crate) zone: &'a str,
    pub(crate) parameters: &'a BTreeMap<String, String>,
    pub(crate) query: &'a BTreeMap<String, String>,
    pub(crate) body: &'a [u8],
}

/// A key that holds, or the refusal.
pub(crate) fn known_key<'a>(state: &'a State, key: &str) -> Result<&'a Key, Refusal> {
    state
        .keys
        .get(key)
        .filter(|found| found.holds_from <= state.meta.now)
        .ok_or_else(|| Refusal::forbidden("Invalid credentials"))
}

/// May this key do that?
pub(crate) fn authorize(state: &State, key: &str, attempt: &Attempt<'_>) -> Result<(), Refusal> {
    let role = state
        .keys
        .get(key)
        .and_then(|found| state.roles.get(&found.role))
        .ok_or_else(|| Refusal::forbidden("Invalid credentials"))?;
    let service = attempt.service;
    let parameters = if service == "compute" && !state.meta.switches.parameters_bind_compute {
        Value::Object(Map::new())
    } else {
        parameters(attempt)
    };
    let scene = Scene {
        service,
        operation: attempt.operation,
        zone: attempt.zone,
        api_key: key,
        parameters,
    };
    role.policy.decide(&scene).map_err(|denial| {
        Refusal::forbidden(format!("Forbidden by role policy for {service} - {denial}"))
    })
}

/// Parameters of path, query and body, with the names the policy guide gives them: snake case.
fn parameters(attempt: &Attempt<'_>) -> Value {
    let mut map = Map::new();
    if let Ok(Value::Object(body)) = serde_json::from_slice(attempt.body) {
        map.extend(
            body.into_iter()
                .map(|(name, value)| (name.replace('-', "_"), value)),
        );
    }
    for (name, value) in attempt.query.iter().chain(attempt.parameters) {
        map.insert(name.replace('-', "_"), Value::String(value.clone()));
    }
    Value::Object(map)
}

//! Who may do what: keys, roles, policies, signatures.

pub(crate) mod cel;
pub(crate) mod policy;
pub(crate) mod signature;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use self::policy::Scene;
use crate::kinds::api_key::Key;
use crate::kinds::{iam_role, organization_policy};
use crate::store::State;
use crate::wire::refusal::Refusal;

/// Where all requests come from: the world sees no addresses of its clients (RFC 5737).
pub(crate) const SOURCE_IP: &str = "192.0.2.1";

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

/// May this key do that? The organisation's policy and the role's must both allow it.
pub(crate) fn authorize(state: &State, key: &str, attempt: &Attempt<'_>) -> Result<(), Refusal> {
    let role = state
        .keys
        .get(key)
        .and_then(|found| state.roles.get(&found.role))
        .ok_or_else(|| Refusal::forbidden("Invalid credentials"))?;
    if attempt.operation == organization_policy::RESET && may_reset(state, role) {
        return Ok(());
    }
    let scene = scene(state, key, attempt);
    let refused = |whose: &str, denial| {
        let service = attempt.service;
        Refusal::forbidden(format!(
            "Forbidden by {whose} policy for {service} - {denial}"
        ))
    };
    organization_policy::current(state)
        .decide(&scene)
        .map_err(|denial| refused("organization", denial))?;
    role.policy()
        .decide(&scene)
        .map_err(|denial| refused("role", denial))
}

/// The way out for who has locked the organisation: neither policy is asked.
fn may_reset(state: &State, role: &iam_role::Role) -> bool {
    role.is_permitted(organization_policy::RESET)
        || !state.meta.switches.policy_reset_needs_permission
}

/// What the expressions of policies see of an attempt.
pub(crate) fn scene<'a>(state: &State, key: &'a str, attempt: &Attempt<'a>) -> Scene<'a> {
    let unbound = attempt.service == "compute" && !state.meta.switches.parameters_bind_compute;
    let parameters = if unbound {
        Value::Object(Map::new())
    } else {
        parameters(attempt)
    };
    Scene {
        service: attempt.service,
        operation: attempt.operation,
        zone: attempt.zone,
        api_key: key,
        source_ip: SOURCE_IP,
        now: state.meta.wall,
        parameters,
    }
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

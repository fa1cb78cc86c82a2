//! The organisation's policy: above all roles, and one may lock oneself out with it.

use std::borrow::Cow;

use serde_json::json;

use super::Change;
use crate::durations::IAM_CHANGE;
use crate::iam::policy::Policy;
use crate::operation;
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[
    ("get-iam-organization-policy", show),
    ("update-iam-organization-policy", update),
    (RESET, reset),
];

/// The operation, and the permission of a role that it takes.
pub(crate) const RESET: &str = "reset-iam-organization-policy";
/// Its table has one row, or none as long as everything is allowed.
const ROW: &str = "own";

pub(crate) fn current(state: &State) -> Cow<'_, Policy> {
    let own = state.organization_policies.get(ROW);
    own.map_or_else(|| Cow::Owned(Policy::allow_all()), Cow::Borrowed)
}

/// What an operation on it leads to; `None` allows everything again.
pub(crate) fn set(state: &mut State, policy: Option<Policy>) {
    match policy {
        Some(policy) => state.organization_policies.insert(ROW, policy),
        None => drop(state.organization_policies.remove(ROW)),
    }
}

fn show(ask: &mut Ask<'_>) -> Outcome {
    Ok(json!(current(ask.state)))
}

fn update(ask: &mut Ask<'_>) -> Outcome {
    let policy = ask.read()?;
    begin(ask, Some(policy))
}

/// The door has let in who may do this; anybody else was refused there.
fn reset(ask: &mut Ask<'_>) -> Outcome {
    let key = ask.state.keys.get(ask.key);
    let role = key.and_then(|key| ask.state.roles.get(&key.role));
    let permitted = role.is_some_and(|role| role.is_permitted(RESET));
    if ask.state.meta.switches.policy_reset_needs_permission && !permitted {
        return Err(Refusal::forbidden(format!(
            "The role lacks the permission {RESET}"
        )));
    }
    begin(ask, None)
}

/// It has no id, so the operation refers to nothing.
fn begin(ask: &mut Ask<'_>, policy: Option<Policy>) -> Outcome {
    let change = Change::OrganizationPolicy(policy);
    Ok(operation::begin(ask, None, IAM_CHANGE, change))
}

#[cfg(test)]
mod tests {
    use crate::Switches;
    use crate::testing::Client;
    use serde_json::{Value, json};

    const PATH: &str = "/iam-organization-policy";

    fn no_compute() -> Value {
        json!({ "default-service-strategy": "allow", "services": { "compute": { "type": "rules", "rules": [
            { "action": "allow", "expression": "operation == 'get-operation' || operation.startsWith('list-')" },
        ] } } })
    }

    #[test]
    fn both_policies_must_allow() {
        let mut client = Client::calm();
        let all = json!({ "default-service-strategy": "allow", "services": {} });
        assert_eq!(client.get(PATH), all);
        client.done("PUT", PATH, no_compute());
        assert_eq!(client.get(PATH), no_compute());
        client.get("/instance");
        let message = client.refused(403, "GET", "/quota/instance", Value::Null);
        assert_eq!(
            message,
            "Forbidden by organization policy for compute - No rule matched"
        );
        let own = client.credentials.clone();
        client.credentials = client.restricted("operation == 'list-zones'");
        let message = client.refused(403, "GET", "/instance", Value::Null);
        assert!(message.starts_with("Forbidden by role policy"), "{message}");
        client.credentials = own;
        client.done("POST", &format!("{PATH}:reset"), Value::Null);
        assert_eq!(client.get(PATH), all);
        client.get("/quota/instance");
    }

    #[test]
    fn who_is_locked_out_can_reset_with_the_permission_only() {
        let mut client = Client::calm();
        let nothing = json!({ "default-service-strategy": "deny", "services": {} });
        let role = json!({ "name": "r", "permissions": ["bypass-governance-retention"] });
        let role = client.done("POST", "/iam-role", role);
        let other = client.key_of(&role);
        client.call("PUT", PATH, &nothing);
        client.pass(10);
        client.refused(403, "GET", PATH, Value::Null);
        let own = std::mem::replace(&mut client.credentials, other);
        client.refused(403, "POST", &format!("{PATH}:reset"), Value::Null);
        client.credentials = own;
        client.call("POST", &format!("{PATH}:reset"), &Value::Null);
        client.pass(10);
        client.get(PATH);
    }

    #[test]
    fn the_other_reading_lets_anybody_reset() {
        let mut client = Client::calm();
        client.world.set_switches(Switches {
            policy_reset_needs_permission: false,
            ..Switches::default()
        });
        client.credentials = client.restricted("operation == 'get-operation'");
        client.done("POST", &format!("{PATH}:reset"), Value::Null);
    }
}

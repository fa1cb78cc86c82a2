//! Roles.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::{Labels, check_length};
use crate::durations::IAM_CHANGE;
use crate::iam::Role;
use crate::iam::policy::Policy;
use crate::operation::{self, Failure, Reference};
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[
    ("list-iam-roles", list),
    ("create-iam-role", create),
    ("get-iam-role", show),
    ("update-iam-role", update),
    ("update-iam-role-policy", update_policy),
    ("delete-iam-role", remove),
];

const KIND: &str = "iam-role";
const NAME_MAX: usize = 191;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Created(String),
    Updated(String, Update),
    PolicyUpdated(String, Policy),
    Deleted(String),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Created(_) => {}
            Self::Updated(id, update) => {
                if let Some(role) = state.roles.get_mut(&id) {
                    write(role, update);
                }
            }
            Self::PolicyUpdated(id, policy) => {
                if let Some(role) = state.roles.get_mut(&id) {
                    role.policy = policy;
                }
            }
            Self::Deleted(id) if is_held(state, &id) => {
                return Err(Failure::new("conflict", "Role is used by API keys"));
            }
            Self::Deleted(id) => {
                state.roles.remove(&id);
            }
        }
        Ok(())
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Create {
    name: String,
    description: Option<String>,
    #[serde(default)]
    permissions: Vec<String>,
    #[serde(default = "yes")]
    editable: bool,
    #[serde(default)]
    labels: Labels,
    policy: Option<Policy>,
    assume_role_policy: Option<Value>,
    max_session_ttl: Option<u64>,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
#[derive(Default)]
pub(crate) struct Update {
    description: Option<String>,
    permissions: Option<Vec<String>>,
    labels: Option<Labels>,
    assume_role_policy: Option<Value>,
    max_session_ttl: Option<u64>,
}

/// The role of the account's own first key: everything.
pub(crate) fn found(state: &mut State) -> String {
    let id = state.uuid();
    let role = Role {
        id: id.clone(),
        name: "Owner".to_owned(),
        description: Some("Unrestricted".to_owned()),
        labels: Labels::new(),
        permissions: Vec::new(),
        editable: false,
        policy: Policy::allow_all(),
        max_session_ttl: None,
        assume_role_policy: None,
    };
    state.roles.insert(&id, role);
    id
}

fn list(ask: &mut Ask<'_>) -> Outcome {
    let roles: Vec<Value> = ask.state.roles.values().map(view).collect();
    Ok(json!({ "iam-roles": roles }))
}

/// Names of roles need not be unique: nothing says so, and clients handle several matches.
fn create(ask: &mut Ask<'_>) -> Outcome {
    let body: Create = ask.read()?;
    check_length("name", &body.name, 1, NAME_MAX)?;
    if let Some(description) = &body.description {
        check_length("description", description, 1, 255)?;
    }
    let id = ask.state.uuid();
    let role = Role {
        id: id.clone(),
        name: body.name,
        description: body.description,
        labels: body.labels,
        permissions: body.permissions,
        editable: body.editable,
        policy: body.policy.unwrap_or_else(Policy::allow_all),
        max_session_ttl: body.max_session_ttl,
        assume_role_policy: body.assume_role_policy,
    };
    ask.state.roles.insert(&id, role);
    begin(ask, &id, Change::Created(id.clone()))
}

fn show(ask: &mut Ask<'_>) -> Outcome {
    find(ask).map(view)
}

fn update(ask: &mut Ask<'_>) -> Outcome {
    let body: Update = ask.read()?;
    let id = find(ask)?.id.clone();
    begin(ask, &id, Change::Updated(id.clone(), body))
}

fn update_policy(ask: &mut Ask<'_>) -> Outcome {
    let policy: Policy = ask.read()?;
    let role = find(ask)?;
    if !role.editable {
        return Err(Refusal::forbidden("Role policy is not editable"));
    }
    let id = role.id.clone();
    begin(ask, &id, Change::PolicyUpdated(id.clone(), policy))
}

fn remove(ask: &mut Ask<'_>) -> Outcome {
    let id = find(ask)?.id.clone();
    if is_held(ask.state, &id) {
        return Err(Refusal::conflict("Role is used by API keys"));
    }
    begin(ask, &id, Change::Deleted(id.clone()))
}

fn begin(ask: &mut Ask<'_>, id: &str, change: Change) -> Outcome {
    Ok(operation::begin(
        ask,
        Reference::new(KIND, id),
        IAM_CHANGE,
        super::Change::IamRole(change),
    ))
}

fn find<'a>(ask: &'a Ask<'_>) -> Result<&'a Role, Refusal> {
    ask.state
        .roles
        .get(ask.parameter("id"))
        .ok_or_else(|| Refusal::not_found("IAM role"))
}

fn is_held(state: &State, id: &str) -> bool {
    state
        .keys
        .values()
        .any(|key| key.role == id && !key.revoked)
}

fn write(role: &mut Role, update: Update) {
    role.description = update.description.or_else(|| role.description.take());
    role.max_session_ttl = update.max_session_ttl.or(role.max_session_ttl);
    role.assume_role_policy = update
        .assume_role_policy
        .or_else(|| role.assume_role_policy.take());
    if let Some(permissions) = update.permissions {
        role.permissions = permissions;
    }
    if let Some(labels) = update.labels {
        role.labels = labels;
    }
}

fn view(role: &Role) -> Value {
    Object::new()
        .with("id", &role.id)
        .with("name", &role.name)
        .maybe("description", role.description.as_ref())
        .maybe("labels", Some(&role.labels))
        .maybe("permissions", Some(&role.permissions))
        .with("editable", role.editable)
        .with("policy", &role.policy)
        .maybe("max-session-ttl", role.max_session_ttl)
        .maybe("assume-role-policy", role.assume_role_policy.as_ref())
        .done()
}

#[cfg(test)]
mod tests {
    use crate::testing::Client;
    use serde_json::{Value, json};

    #[test]
    fn a_whole_life() {
        let mut client = Client::calm();
        let policy = json!({ "default-service-strategy": "deny", "services": {
            "compute": { "type": "rules", "rules": [{ "action": "allow", "expression": "true" }] } } });
        let body = json!({ "name": "r", "policy": policy, "labels": { "a": "b" } });
        let id = client.done("POST", "/iam-role", body);
        let path = format!("/iam-role/{id}");
        assert_eq!(client.get(&path)["policy"], policy);
        client.done("PUT", &path, json!({ "description": "mine" }));
        assert_eq!(client.get(&path)["description"], "mine");
        assert_eq!(client.get(&path)["labels"], json!({ "a": "b" }));
        let other = json!({ "default-service-strategy": "allow", "services": {} });
        client.done("PUT", &format!("{path}:policy"), other.clone());
        assert_eq!(client.get(&path)["policy"], other);
        client.refused(
            400,
            "PUT",
            &format!("{path}:policy"),
            json!({ "services": {} }),
        );
        client.done("DELETE", &path, Value::Null);
        client.refused(404, "GET", &path, Value::Null);
    }

    #[test]
    fn refusals() {
        let mut client = Client::calm();
        client.refused(400, "POST", "/iam-role", json!({ "name": "x".repeat(192) }));
        let fixed = client.done(
            "POST",
            "/iam-role",
            json!({ "name": "fixed", "editable": false }),
        );
        let policy = json!({ "default-service-strategy": "allow", "services": {} });
        client.refused(403, "PUT", &format!("/iam-role/{fixed}:policy"), policy);
    }

    #[test]
    fn a_restricted_key_may_do_what_its_rules_say_and_no_more() {
        let mut client = Client::calm();
        client.credentials = client.restricted("operation == 'list-instances'");
        client.get("/instance");
        for path in ["/zone", "/instance/x", "/instance-type"] {
            let message = client.refused(403, "GET", path, Value::Null);
            assert!(
                message.starts_with("Forbidden by role policy for compute - "),
                "{message}"
            );
        }
        client.refused(403, "GET", "/iam-role", Value::Null);
        client.refused(403, "GET", "/sks-cluster", Value::Null);
        client.refused(404, "GET", "/nothing", Value::Null);
    }
}

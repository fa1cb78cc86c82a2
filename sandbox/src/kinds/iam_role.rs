//! Roles, and sessions of those who assume them.

mod session;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::common::Labels;
use super::kind::{self, Editable, Kind};
use super::organization_policy;
use crate::durations::IAM_CHANGE;
use crate::iam::policy::{AssumePolicy, Policy};
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[
    ("list-iam-roles", kind::list::<Role>),
    ("create-iam-role", create),
    ("get-iam-role", kind::show::<Role>),
    ("update-iam-role", kind::update::<Role>),
    ("update-iam-role-policy", update_policy),
    ("delete-iam-role", kind::remove::<Role>),
    ("assume-iam-role", session::assume),
];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) id: String,
    settings: Settings,
    born: u64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Settings {
    name: String,
    description: Option<String>,
    labels: Labels,
    permissions: Vec<String>,
    editable: Option<bool>,
    policy: Option<Policy>,
    assume_role_policy: Option<AssumePolicy>,
    /// Seconds.
    max_session_ttl: Option<u64>,
}

impl Kind for Role {
    const NAME: &'static str = "iam-role";
    const PLURAL: &'static str = "iam-roles";
    const TITLE: &'static str = "IAM role";
    const CHANGE_MS: u64 = IAM_CHANGE;

    fn born(&self) -> u64 {
        self.born
    }

    fn summary(&self, _state: &State) -> Object {
        Object::of(&self.settings)
            .with("id", &self.id)
            .with("editable", self.is_editable())
            .with("policy", self.policy())
    }

    /// Sessions end by themselves, and with their role.
    fn check_removable(&self, state: &State) -> Result<(), Refusal> {
        let holds =
            |key: &super::api_key::Key| key.role == self.id && !key.revoked && !key.is_session();
        if state.keys.values().any(holds) {
            return Err(Refusal::conflict("Role is used by API keys"));
        }
        Ok(())
    }
}

impl Editable for Role {
    type Settings = Settings;

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    fn check(
        _settings: &Settings,
        _before: Option<&Settings>,
        _zone: &str,
        _state: &State,
    ) -> Result<(), Refusal> {
        Ok(())
    }

    fn check_change(&self, _settings: &Settings, state: &State) -> Result<(), Refusal> {
        if state.meta.switches.fixed_role_is_wholly_fixed {
            return self.check_editable();
        }
        Ok(())
    }
}

impl Role {
    pub(crate) fn name(&self) -> &str {
        &self.settings.name
    }

    /// Without one of its own it may do everything.
    pub(crate) fn policy(&self) -> Cow<'_, Policy> {
        let own = self.settings.policy.as_ref();
        own.map_or_else(|| Cow::Owned(Policy::allow_all()), Cow::Borrowed)
    }

    pub(crate) fn is_permitted(&self, permission: &str) -> bool {
        let mut permissions = self.settings.permissions.iter();
        permissions.any(|held| held == permission)
    }

    fn is_editable(&self) -> bool {
        self.settings.editable.unwrap_or(true)
    }

    fn check_editable(&self) -> Result<(), Refusal> {
        if self.is_editable() {
            return Ok(());
        }
        Err(Refusal::forbidden("Role policy is not editable"))
    }
}

/// The role of the account's own first key: everything.
pub(crate) fn found(state: &mut State) -> String {
    let settings = Settings {
        name: "Owner".to_owned(),
        description: Some("Unrestricted".to_owned()),
        permissions: vec![organization_policy::RESET.to_owned()],
        editable: Some(false),
        ..Settings::default()
    };
    let role = role(state, settings);
    let id = role.id.clone();
    state.roles.insert(&id, role);
    id
}

/// Names of roles need not be unique: nothing says so, and clients handle several matches.
fn create(ask: &mut Ask<'_>) -> Outcome {
    let settings = ask.read()?;
    let role = role(ask.state, settings);
    kind::make(ask, &role.id.clone(), role)
}

fn role(state: &mut State, settings: Settings) -> Role {
    Role {
        id: state.uuid(),
        settings,
        born: state.meta.now,
    }
}

fn update_policy(ask: &mut Ask<'_>) -> Outcome {
    let policy: Policy = ask.read()?;
    kind::own::<Role>(ask)?.check_editable()?;
    kind::edit::<Role>(ask, json!({ "policy": policy }))
}

#[cfg(test)]
mod tests {
    use crate::Switches;
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
        client.done(
            "PUT",
            &path,
            json!({ "description": "mine", "max-session-ttl": 60 }),
        );
        assert_eq!(client.get(&path)["description"], "mine");
        assert_eq!(client.get(&path)["max-session-ttl"], 60);
        assert_eq!(client.get(&path)["labels"], json!({ "a": "b" }));
        let permissions = json!(["bypass-governance-retention"]);
        client.done(
            "PUT",
            &path,
            json!({ "labels": { "c": "d" }, "permissions": permissions }),
        );
        assert_eq!(client.get(&path)["labels"], json!({ "c": "d" }));
        assert_eq!(client.get(&path)["permissions"], permissions);
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
    fn a_role_without_a_policy_may_do_everything() {
        let mut client = Client::calm();
        let id = client.done("POST", "/iam-role", json!({ "name": "r" }));
        let role = client.get(&format!("/iam-role/{id}"));
        assert_eq!(role["policy"]["default-service-strategy"], "allow");
        assert_eq!(role["editable"], true);
        client.credentials = client.key_of(&id);
        client.get("/instance");
    }

    #[test]
    fn refusals() {
        let mut client = Client::calm();
        client.refused(400, "POST", "/iam-role", json!({ "name": "x".repeat(192) }));
        let wrong = json!({ "name": "x", "permissions": ["fly"] });
        client.refused(400, "POST", "/iam-role", wrong);
    }

    #[test]
    fn a_policy_that_is_not_editable() {
        for (wholly, status) in [(false, 200), (true, 403)] {
            let mut client = Client::calm();
            client.world.set_switches(Switches {
                fixed_role_is_wholly_fixed: wholly,
                ..Switches::default()
            });
            let fixed = json!({ "name": "fixed", "editable": false });
            let path = format!("/iam-role/{}", client.done("POST", "/iam-role", fixed));
            let policy = json!({ "default-service-strategy": "allow", "services": {} });
            client.refused(403, "PUT", &format!("{path}:policy"), policy);
            let description = json!({ "description": "still" });
            assert_eq!(client.call("PUT", &path, &description).0, status);
            client.pass(10);
            client.done("DELETE", &path, Value::Null);
        }
    }

    #[test]
    fn a_restricted_key_may_do_what_its_rules_say_and_no_more() {
        let mut client = Client::calm();
        let network = json!({ "name": "net" });
        let (_, operation) = client.call("POST", "/private-network", &network);
        let operation = format!("/operation/{}", operation["id"].as_str().unwrap());
        client.get(&operation);
        client.credentials = client.restricted("operation == 'list-instances'");
        client.get("/instance");
        for path in ["/zone", "/instance/x", "/instance-type", &operation] {
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

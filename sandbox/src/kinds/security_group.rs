//! Security groups: global, names unique, without an update. Rules are in `rule.rs`.

pub(crate) mod rule;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::rule::Rule;
use super::common::{check_description, check_name};
use crate::durations::SMALL_CHANGE;
use crate::operation::{self, Failure, Reference};
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[
    ("list-security-groups", list),
    ("create-security-group", create),
    ("get-security-group", show),
    ("delete-security-group", remove),
    ("add-rule-to-security-group", rule::add),
    ("delete-rule-from-security-group", rule::remove),
];

const KIND: &str = "security-group";
const DEFAULT: &str = "default";
/// Groups that Exoscale publishes, with the addresses of its own services.
const PUBLIC: [(&str, &str); 3] = [
    ("public-nlb-healthcheck-sources", "198.19.254.0/25"),
    ("public-sks-apiservers", "198.19.254.128/26"),
    ("public-sos-endpoints", "198.19.254.192/26"),
];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SecurityGroup {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) sources: Vec<String>,
    pub(crate) rules: Vec<Rule>,
    /// Published by Exoscale.
    pub(crate) public: bool,
    born: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Created(String),
    Deleted(String),
    RuleAdded(String, Rule),
    RuleDeleted(String, String),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Created(_) => Ok(()),
            Self::Deleted(id) => {
                if let Some(reason) = why_in_use(state, &id) {
                    return Err(Failure::new("conflict", reason));
                }
                state.security_groups.remove(&id);
                Ok(())
            }
            Self::RuleAdded(id, rule) => {
                let gone = || Failure::new("not-found", "Security group not found");
                state
                    .security_groups
                    .get_mut(&id)
                    .ok_or_else(gone)?
                    .rules
                    .push(rule);
                Ok(())
            }
            Self::RuleDeleted(id, rule) => {
                if let Some(group) = state.security_groups.get_mut(&id) {
                    group.rules.retain(|kept| kept.id != rule);
                }
                Ok(())
            }
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Create {
    name: String,
    description: Option<String>,
}

/// The groups every organisation has: its own `default`, and the published ones.
pub(crate) fn found(state: &mut State) {
    insert(
        state,
        DEFAULT,
        Some("Default Security Group".to_owned()),
        Vec::new(),
        false,
    );
    for (name, source) in PUBLIC {
        insert(state, name, None, vec![source.to_owned()], true);
    }
}

/// What an instance without a group of its own gets.
pub(crate) fn default_group(state: &State) -> Option<String> {
    state
        .security_groups
        .values()
        .find(|group| group.name == DEFAULT)
        .map(|group| group.id.clone())
}

pub(crate) fn check_all_exist(state: &State, groups: &[String]) -> Result<(), Refusal> {
    let exists = |id: &String| {
        state
            .security_groups
            .get(id)
            .is_some_and(|group| !group.public)
    };
    if groups.iter().all(exists) {
        Ok(())
    } else {
        Err(Refusal::not_found("Security group"))
    }
}

fn insert(
    state: &mut State,
    name: &str,
    description: Option<String>,
    sources: Vec<String>,
    public: bool,
) -> String {
    let id = state.uuid();
    let (name, born) = (name.to_owned(), state.meta.now);
    let group = SecurityGroup {
        id: id.clone(),
        name,
        description,
        sources,
        rules: Vec::new(),
        public,
        born,
    };
    state.security_groups.insert(&id, group);
    id
}

fn list(ask: &mut Ask<'_>) -> Outcome {
    let until = ask.listed_until();
    let public = ask
        .query
        .get("visibility")
        .is_some_and(|visibility| visibility == "public");
    let groups = ask
        .state
        .security_groups
        .values()
        .filter(|group| group.public == public && group.born <= until);
    let groups: Vec<Value> = groups.map(view).collect();
    Ok(json!({ "security-groups": groups }))
}

fn create(ask: &mut Ask<'_>) -> Outcome {
    let body: Create = ask.read()?;
    check_name(&body.name)?;
    check_description(body.description.as_ref())?;
    if ask
        .state
        .security_groups
        .values()
        .any(|group| group.name == body.name)
    {
        return Err(Refusal::conflict("Security Group name is already in use"));
    }
    let id = insert(ask.state, &body.name, body.description, Vec::new(), false);
    let change = super::Change::SecurityGroup(Change::Created(id.clone()));
    Ok(operation::begin(
        ask,
        Reference::new(KIND, &id),
        SMALL_CHANGE,
        change,
    ))
}

fn show(ask: &mut Ask<'_>) -> Outcome {
    find(ask.state, ask.parameter("id")).map(view)
}

fn remove(ask: &mut Ask<'_>) -> Outcome {
    let id = ask.parameter("id");
    let group = find(ask.state, id)?;
    if group.name == DEFAULT || group.public {
        return Err(Refusal::conflict("This security group cannot be deleted"));
    }
    if let Some(reason) = why_in_use(ask.state, id) {
        return Err(Refusal::in_use(reason));
    }
    let change = super::Change::SecurityGroup(Change::Deleted(id.to_owned()));
    Ok(operation::begin(
        ask,
        Reference::new(KIND, id),
        SMALL_CHANGE,
        change,
    ))
}

fn find<'a>(state: &'a State, id: &str) -> Result<&'a SecurityGroup, Refusal> {
    state
        .security_groups
        .get(id)
        .ok_or_else(|| Refusal::not_found("Security group"))
}

/// Worn by a machine that is not entirely gone, by a pool, or named in a rule of another group.
fn why_in_use(state: &State, id: &str) -> Option<&'static str> {
    let wears = |groups: &[String]| groups.iter().any(|group| group == id);
    let worn = state
        .instances
        .values()
        .any(|instance| wears(&instance.security_groups))
        || state
            .pools
            .values()
            .any(|pool| wears(&pool.settings.security_groups));
    let named = state
        .security_groups
        .values()
        .filter(|group| group.id != id)
        .any(|group| group.rules.iter().any(|rule| rule.names(id)));
    match (worn, named) {
        (true, _) => Some("Cannot delete group when it's in use by virtual machines"),
        (false, true) => Some("Cannot delete group when it's referenced by rules of another group"),
        (false, false) => None,
    }
}

fn view(group: &SecurityGroup) -> Value {
    Object::new()
        .with("id", &group.id)
        .with("name", &group.name)
        .maybe("description", group.description.as_ref())
        .with(
            "visibility",
            if group.public { "public" } else { "private" },
        )
        .maybe("external-sources", Some(&group.sources))
        .maybe("rules", Some(&group.rules))
        .done()
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, NOBODY};
    use serde_json::{Value, json};

    fn group(client: &mut Client, name: &str) -> String {
        client.done("POST", "/security-group", json!({ "name": name }))
    }

    #[test]
    fn a_whole_life() {
        let mut client = Client::calm();
        let id = group(&mut client, "nodes");
        let path = format!("/security-group/{id}");
        assert!(client.get(&path).get("rules").is_none());
        let rule = json!({ "flow-direction": "ingress", "protocol": "tcp", "network": "0.0.0.0/0",
                           "start-port": 22, "end-port": 22, "description": "ssh" });
        assert_eq!(
            client.done("POST", &format!("{path}/rules"), rule),
            id,
            "the reference is the parent"
        );
        let rules = client.get(&path)["rules"].clone();
        assert_eq!(rules[0]["start-port"], 22);
        let rule = rules[0]["id"].as_str().unwrap();
        client.done("DELETE", &format!("{path}/rules/{rule}"), Value::Null);
        client.refused(404, "DELETE", &format!("{path}/rules/{rule}"), Value::Null);
        client.done("DELETE", &path, Value::Null);
        client.refused(404, "GET", &path, Value::Null);
    }

    #[test]
    fn rules_must_make_sense() {
        let mut client = Client::calm();
        let id = group(&mut client, "nodes");
        let path = format!("/security-group/{id}/rules");
        let base = json!({ "flow-direction": "ingress", "protocol": "tcp", "start-port": 1, "end-port": 2 });
        for more in [
            json!({}),
            json!({ "network": "10.0.0.0" }),
            json!({ "network": "10.0.0.0/8", "security-group": { "id": id } }),
            json!({ "network": "10.0.0.0/8", "start-port": 3 }),
            json!({ "network": "10.0.0.0/8", "end-port": 70_000 }),
            json!({ "network": "10.0.0.0/8", "protocol": "icmp" }),
            json!({ "network": "10.0.0.0/8", "protocol": "sctp" }),
        ] {
            let mut rule = base.clone();
            rule.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            client.refused(400, "POST", &path, rule);
        }
        let peer = json!({ "flow-direction": "ingress", "protocol": "all", "security-group": { "id": NOBODY } });
        client.refused(404, "POST", &path, peer);
    }

    #[test]
    fn groups_in_use_stay() {
        let mut client = Client::calm();
        let (one, two) = (group(&mut client, "one"), group(&mut client, "two"));
        client.refused(409, "POST", "/security-group", json!({ "name": "one" }));
        let rule = json!({ "flow-direction": "ingress", "protocol": "all", "security-group": { "id": two } });
        client.done("POST", &format!("/security-group/{one}/rules"), rule);
        client.refused(
            412,
            "DELETE",
            &format!("/security-group/{two}"),
            Value::Null,
        );
        let body = client.instance(json!({ "security-groups": [{ "id": one }] }));
        client.done("POST", "/instance", body);
        let message = client.refused(
            412,
            "DELETE",
            &format!("/security-group/{one}"),
            Value::Null,
        );
        assert_eq!(
            message,
            "Cannot delete group when it's in use by virtual machines"
        );
    }

    #[test]
    fn published_groups_can_be_named_in_rules() {
        let mut client = Client::calm();
        let id = group(&mut client, "nodes");
        let peer = json!({ "name": "public-nlb-healthcheck-sources", "visibility": "public" });
        let rule = json!({ "flow-direction": "ingress", "protocol": "tcp", "security-group": peer,
                           "start-port": 30_000, "end-port": 32_767 });
        client.done("POST", &format!("/security-group/{id}/rules"), rule);
        let list = client.get("/security-group?visibility=public");
        assert_eq!(list["security-groups"].as_array().unwrap().len(), 3);
        assert_eq!(
            client.get("/security-group")["security-groups"]
                .as_array()
                .unwrap()
                .len(),
            2
        );
    }
}

//! Anti-affinity groups: global, names unique, at most eight machines each.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::{check_description, check_name};
use crate::durations::SMALL_CHANGE;
use crate::operation::{self, Failure, Reference};
use crate::store::State;
use crate::wire::object::{Object, references};
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route, delete, get, post};

pub(crate) const ROUTES: &[Route] = &[
    get("/anti-affinity-group", "list-anti-affinity-groups", list),
    post("/anti-affinity-group", "create-anti-affinity-group", create),
    get("/anti-affinity-group/{id}", "get-anti-affinity-group", show),
    delete(
        "/anti-affinity-group/{id}",
        "delete-anti-affinity-group",
        remove,
    ),
];

const KIND: &str = "anti-affinity-group";
/// Exoscale's documentation, and the constant of its Karpenter provider.
const MEMBERS_MAX: usize = 8;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AntiAffinityGroup {
    id: String,
    name: String,
    description: Option<String>,
    born: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Created(String),
    Deleted(String),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Created(_) => Ok(()),
            Self::Deleted(id) if is_worn(state, &id) => {
                Err(Failure::new("conflict", &format!("{KIND} {id} is in use")))
            }
            Self::Deleted(id) => {
                state.anti_affinity_groups.remove(&id);
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

/// Room for `more` machines in each of these groups?
pub(crate) fn check_room(state: &State, groups: &[String], more: usize) -> Result<(), Refusal> {
    for id in groups {
        if state.anti_affinity_groups.get(id).is_none() {
            return Err(Refusal::not_found("Anti-affinity group"));
        }
        if state.meta.switches.full_group_refuses
            && wearers(state, id).len().saturating_add(more) > MEMBERS_MAX
        {
            return Err(Refusal::conflict(format!(
                "Anti-affinity group {id} cannot have more than {MEMBERS_MAX} instances"
            )));
        }
    }
    Ok(())
}

fn list(ask: &mut Ask<'_>) -> Outcome {
    let until = ask.listed_until();
    let groups = ask
        .state
        .anti_affinity_groups
        .values()
        .filter(|group| group.born <= until);
    let groups: Vec<Value> = groups.map(|group| view(ask.state, group)).collect();
    Ok(json!({ "anti-affinity-groups": groups }))
}

fn create(ask: &mut Ask<'_>) -> Outcome {
    let body: Create = ask.read()?;
    check_name(&body.name)?;
    check_description(body.description.as_ref())?;
    if ask
        .state
        .anti_affinity_groups
        .values()
        .any(|group| group.name == body.name)
    {
        return Err(Refusal::conflict(
            "Anti-affinity Group name is already in use",
        ));
    }
    let id = ask.state.uuid();
    let born = ask.state.meta.now;
    let group = AntiAffinityGroup {
        id: id.clone(),
        name: body.name,
        description: body.description,
        born,
    };
    ask.state.anti_affinity_groups.insert(&id, group);
    let change = super::Change::AntiAffinityGroup(Change::Created(id.clone()));
    Ok(operation::begin(
        ask,
        Reference::new(KIND, &id),
        SMALL_CHANGE,
        change,
    ))
}

fn show(ask: &mut Ask<'_>) -> Outcome {
    ask.state
        .anti_affinity_groups
        .get(ask.parameter("id"))
        .map(|group| view(ask.state, group))
        .ok_or_else(|| Refusal::not_found("Anti-affinity group"))
}

fn remove(ask: &mut Ask<'_>) -> Outcome {
    let id = ask.parameter("id");
    if ask.state.anti_affinity_groups.get(id).is_none() {
        return Err(Refusal::not_found("Anti-affinity group"));
    }
    if is_worn(ask.state, id) {
        return Err(Refusal::in_use(
            "Cannot delete group when it's in use by virtual machines",
        ));
    }
    let change = super::Change::AntiAffinityGroup(Change::Deleted(id.to_owned()));
    Ok(operation::begin(
        ask,
        Reference::new(KIND, id),
        SMALL_CHANGE,
        change,
    ))
}

/// Machines count until they are really gone, and so does a pool that will make more.
fn is_worn(state: &State, id: &str) -> bool {
    let by_pool = state
        .pools
        .values()
        .any(|pool| pool.anti_affinity_groups.iter().any(|group| group == id));
    by_pool || !wearers(state, id).is_empty()
}

fn wearers(state: &State, id: &str) -> Vec<String> {
    state.instances.ids(|instance| {
        instance
            .anti_affinity_groups
            .iter()
            .any(|group| group == id)
    })
}

fn view(state: &State, group: &AntiAffinityGroup) -> Value {
    Object::new()
        .with("id", &group.id)
        .with("name", &group.name)
        .maybe("description", group.description.as_ref())
        .maybe("instances", Some(references(&wearers(state, &group.id))))
        .done()
}

#[cfg(test)]
mod tests {
    use crate::Switches;
    use crate::testing::Client;
    use serde_json::{Value, json};

    #[test]
    fn a_whole_life() {
        let mut client = Client::calm();
        let id = client.done("POST", "/anti-affinity-group", json!({ "name": "spread" }));
        client.refused(
            409,
            "POST",
            "/anti-affinity-group",
            json!({ "name": "spread" }),
        );
        let path = format!("/anti-affinity-group/{id}");
        assert_eq!(client.get(&path), json!({ "id": id, "name": "spread" }));
        client.zone = "de-fra-1".to_owned();
        client.get(&path);
        client.done("DELETE", &path, Value::Null);
        client.refused(404, "DELETE", &path, Value::Null);
    }

    #[test]
    fn at_most_eight_and_in_use_until_the_last_is_really_gone() {
        let mut client = Client::calm();
        let id = client.done("POST", "/anti-affinity-group", json!({ "name": "spread" }));
        let groups = json!({ "anti-affinity-groups": [{ "id": id }] });
        let pool = client.pool(json!({ "size": 9, "anti-affinity-groups": [{ "id": id }] }));
        client.refused(409, "POST", "/instance-pool", pool);
        let instance = client.instance(groups);
        let instance = client.done("POST", "/instance", instance);
        let path = format!("/anti-affinity-group/{id}");
        assert_eq!(client.get(&path)["instances"], json!([{ "id": instance }]));
        client.pass(60);
        client.done("DELETE", &format!("/instance/{instance}"), Value::Null);
        client.refused(412, "DELETE", &path, Value::Null);
        client.pass(10);
        client.done("DELETE", &path, Value::Null);
    }

    #[test]
    fn the_other_reading_lets_a_pool_overfill_it() {
        let mut client = Client::calm();
        client.world.set_switches(Switches {
            full_group_refuses: false,
            ..Switches::default()
        });
        let id = client.done("POST", "/anti-affinity-group", json!({ "name": "spread" }));
        let pool = client.pool(json!({ "size": 9, "anti-affinity-groups": [{ "id": id }] }));
        client.done("POST", "/instance-pool", pool);
    }
}

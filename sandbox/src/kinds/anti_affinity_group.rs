//! Anti-affinity groups: global, names unique, at most eight machines each.

use serde::{Deserialize, Serialize};

use super::kind::{self, Kind};
use crate::durations::SMALL_CHANGE;
use crate::store::State;
use crate::wire::object::{Object, references};
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[
    ("list-anti-affinity-groups", kind::list::<AntiAffinityGroup>),
    ("create-anti-affinity-group", create),
    ("get-anti-affinity-group", kind::show::<AntiAffinityGroup>),
    (
        "delete-anti-affinity-group",
        kind::remove::<AntiAffinityGroup>,
    ),
];

/// Exoscale's documentation, and the constant of its Karpenter provider.
const MEMBERS_MAX: usize = 8;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AntiAffinityGroup {
    id: String,
    born: u64,
    settings: Settings,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Settings {
    name: String,
    description: Option<String>,
}

impl Kind for AntiAffinityGroup {
    const NAME: &'static str = "anti-affinity-group";
    const PLURAL: &'static str = "anti-affinity-groups";
    const TITLE: &'static str = "Anti-affinity group";
    const CHANGE_MS: u64 = SMALL_CHANGE;

    fn born(&self) -> u64 {
        self.born
    }

    fn summary(&self, state: &State) -> Object {
        let wearers = state.instances.of(&self.id).filter(|one| one.is_visible());
        let wearers: Vec<String> = wearers.map(|one| one.id.clone()).collect();
        Object::of(&self.settings)
            .with("id", &self.id)
            .maybe("instances", Some(references(&wearers)))
    }

    /// Machines count until they are really gone, and so does a pool that will make more.
    fn check_removable(&self, state: &State) -> Result<(), Refusal> {
        let by_pool = state
            .pools
            .values()
            .any(|pool| pool.settings.anti_affinity_groups.contains(&self.id));
        if by_pool || state.instances.of(&self.id).next().is_some() {
            return Err(Refusal::in_use(
                "Cannot delete group when it's in use by virtual machines",
            ));
        }
        Ok(())
    }
}

/// Room for `more` machines in each of these groups?
pub(crate) fn check_room(state: &State, groups: &[String], more: usize) -> Result<(), Refusal> {
    for id in groups {
        if state.anti_affinity_groups.get(id).is_none() {
            return Err(Refusal::not_found(AntiAffinityGroup::TITLE));
        }
        if state.meta.switches.full_group_refuses
            && state.instances.of(id).count().saturating_add(more) > MEMBERS_MAX
        {
            return Err(Refusal::conflict(format!(
                "Anti-affinity group {id} cannot have more than {MEMBERS_MAX} instances"
            )));
        }
    }
    Ok(())
}

fn create(ask: &mut Ask<'_>) -> Outcome {
    let settings: Settings = ask.read()?;
    let taken = |group: &AntiAffinityGroup| group.settings.name == settings.name;
    if ask.state.anti_affinity_groups.values().any(taken) {
        return Err(Refusal::conflict(
            "Anti-affinity Group name is already in use",
        ));
    }
    let id = ask.state.uuid();
    let born = ask.state.meta.now;
    let group = AntiAffinityGroup {
        id: id.clone(),
        born,
        settings,
    };
    kind::make(ask, &id, group)
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

//! Instance pools: the entity and its settings; what moves them and their members are in the files beside.

pub(crate) mod members;
mod scale;
mod settings;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use self::members::Moment;
use self::settings::Settings;
use super::common;
use super::kind::{self, Editable, Kind};
use super::load_balancer;
use crate::durations::POOL_UPDATE;
use crate::machine::day_two;
use crate::store::State;
use crate::wire::object::{Object, references};
use crate::wire::refusal::Refusal;
use crate::wire::route::Route;

pub(crate) const ROUTES: &[Route] = &[
    ("list-instance-pools", kind::list::<Pool>),
    ("create-instance-pool", scale::create),
    ("get-instance-pool", kind::show::<Pool>),
    ("update-instance-pool", kind::update::<Pool>),
    ("reset-instance-pool-field", kind::reset::<Pool>),
    ("delete-instance-pool", scale::remove),
    ("scale-instance-pool", scale::scale),
    ("evict-instance-pool-members", scale::evict),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PoolState {
    Creating,
    Running,
    ScalingUp,
    ScalingDown,
    Updating,
    Destroying,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pool {
    pub(crate) id: String,
    pub(crate) zone: String,
    pub(crate) settings: Settings,
    pub(crate) state: PoolState,
    /// The target; members follow.
    pub(crate) size: usize,
    /// The members as the API lists them: behind the truth by moments.
    pub(crate) listed: Vec<String>,
    /// The operation to end when the pool is at rest.
    pub(crate) operation: Option<String>,
    /// The load balancer that lately pointed here: the lock outlives its service by moments.
    pub(crate) lingering_lock: Option<String>,
    /// A visit is scheduled that makes the next member.
    pub(crate) spawning: bool,
    pub(crate) born: u64,
}

impl Kind for Pool {
    const NAME: &'static str = "instance-pool";
    const PLURAL: &'static str = "instance-pools";
    const TITLE: &'static str = "Instance pool";
    const CHANGE_MS: u64 = POOL_UPDATE;

    fn zone(&self) -> Option<&str> {
        Some(&self.zone)
    }

    fn born(&self) -> u64 {
        self.born
    }

    fn summary(&self, state: &State) -> Object {
        self.full(state).without("user-data")
    }

    fn full(&self, _state: &State) -> Object {
        self.settings
            .view()
            .with("id", &self.id)
            .with("state", self.state)
            .with("size", self.size)
            .maybe("instances", Some(references(&self.listed)))
    }

    /// A pool that is not at rest takes no changes.
    fn check_free(&self, state: &State) -> Result<(), Refusal> {
        match self.state {
            PoolState::Running => Ok(()),
            PoolState::Creating
            | PoolState::ScalingUp
            | PoolState::ScalingDown
            | PoolState::Updating
            | PoolState::Destroying => Err(Refusal::new(
                state.meta.switches.busy_pool_status,
                format!(
                    "Instance pool {} is busy: another operation is pending",
                    self.id
                ),
            )),
        }
    }

    /// A load balancer that points at it holds it.
    fn check_removable(&self, state: &State) -> Result<(), Refusal> {
        let id = &self.id;
        let holder = load_balancer::pointing_at(state, id).or_else(|| self.lingering_lock.clone());
        match holder {
            Some(holder) => Err(Refusal::forbidden(format!(
                "Operation destroyInstancePool on resource {id} is forbidden - reason: Locked by NLB {holder}"
            ))),
            None => Ok(()),
        }
    }
}

/// Only members to come see any of it.
impl Editable for Pool {
    type Settings = Settings;

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    fn modern(body: Value) -> Value {
        common::modern(body)
    }

    fn check(
        settings: &Settings,
        before: Option<&Settings>,
        zone: &str,
        state: &State,
    ) -> Result<(), Refusal> {
        settings.check(before, zone, state)
    }

    fn changing(&mut self) {
        self.state = PoolState::Updating;
    }

    fn changed(state: &mut State, id: &str) {
        if let Some(pool) = state.pools.get_mut(id) {
            pool.state = PoolState::Running;
        }
        members::settle(state, id);
        day_two::pools_changed(state);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, NOBODY};
    use serde_json::{Value, json};

    fn members(client: &mut Client, pool: &str) -> Vec<Value> {
        let list = client.get(&format!(
            "/instance?manager-id={pool}&manager-type=instance-pool"
        ));
        let mut members = list["instances"].as_array().unwrap().clone();
        members.sort_by_key(|member| member["created-at"].as_str().unwrap().to_owned());
        members
    }

    fn ready(client: &mut Client, size: usize) -> (String, String) {
        let body = client.pool(json!({
            "size": size, "labels": { "slipway/cluster": "k3x9q" }, "user-data": "b25l",
        }));
        let id = client.done("POST", "/instance-pool", body);
        client.pass(10);
        (id.clone(), format!("/instance-pool/{id}"))
    }

    #[test]
    fn members_inherit_and_are_named_after_the_pool() {
        let mut client = Client::calm();
        let body = client.pool(json!({ "size": 3, "labels": { "x": "y" } }));
        let (_, operation) = client.call("POST", "/instance-pool", &body);
        let id = operation["reference"]["id"].as_str().unwrap().to_owned();
        assert_eq!(
            client.get(&format!("/instance-pool/{id}"))["state"],
            "creating"
        );
        client.ended(operation["id"].as_str().unwrap());
        assert!(
            (25_000..45_000).contains(&client.now),
            "33 s give or take: {}",
            client.now
        );
        for member in members(&mut client, &id) {
            let name = member["name"].as_str().unwrap();
            assert!(
                name.starts_with(&format!("w-{}-", &id[..5])) && name.len() == 13,
                "{name}"
            );
            assert_eq!(
                member["manager"],
                json!({ "id": id, "type": "instance-pool" })
            );
            assert_eq!(member["labels"], json!({ "x": "y" }));
            assert_eq!(member["state"], "running");
        }
    }

    #[test]
    fn the_list_of_members_is_stale_for_a_moment() {
        let mut client = Client::calm();
        let (_, path) = ready(&mut client, 1);
        assert_eq!(client.get(&path)["instances"].as_array().unwrap().len(), 1);
        let (_, operation) = client.call("PUT", &format!("{path}:scale"), &json!({ "size": 3 }));
        assert_eq!(client.get(&path)["state"], "scaling-up");
        assert_eq!(client.get(&path)["size"], 3);
        client.pass(3);
        assert_eq!(client.get(&path)["instances"].as_array().unwrap().len(), 1);
        client.ended(operation["id"].as_str().unwrap());
        client.pass(10);
        assert_eq!(client.get(&path)["instances"].as_array().unwrap().len(), 3);
        assert_eq!(client.get(&path)["state"], "running");
    }

    #[test]
    fn scale_down_takes_the_oldest_and_evict_the_chosen() {
        let mut client = Client::calm();
        let (id, path) = ready(&mut client, 3);
        let before = members(&mut client, &id);
        client.done("PUT", &format!("{path}:scale"), json!({ "size": 2 }));
        let after = members(&mut client, &id);
        assert_eq!(
            after.iter().map(|member| &member["id"]).collect::<Vec<_>>(),
            [&before[1]["id"], &before[2]["id"]]
        );
        client.refused(
            400,
            "PUT",
            &format!("{path}:evict"),
            json!({ "instances": ["no"] }),
        );
        client.done(
            "PUT",
            &format!("{path}:evict"),
            json!({ "instances": [before[2]["id"]] }),
        );
        assert_eq!(members(&mut client, &id)[0]["id"], before[1]["id"]);
        assert_eq!(client.get(&path)["size"], 1);
        client.done("PUT", &format!("{path}:scale"), json!({ "size": 0 }));
        assert!(members(&mut client, &id).is_empty());
    }

    #[test]
    fn a_deleted_member_is_healed() {
        let mut client = Client::calm();
        let (id, path) = ready(&mut client, 2);
        let gone = members(&mut client, &id)[0]["id"].clone();
        client.done(
            "DELETE",
            &format!("/instance/{}", gone.as_str().unwrap()),
            Value::Null,
        );
        client.pass(60);
        let healed = members(&mut client, &id);
        assert_eq!(healed.len(), 2);
        assert!(
            healed
                .iter()
                .all(|member| member["id"] != gone && member["state"] == "running")
        );
        assert_eq!(client.get(&path)["state"], "running");
    }

    #[test]
    fn a_busy_pool_is_left_alone() {
        let mut client = Client::calm();
        let (_, path) = ready(&mut client, 1);
        client.call("PUT", &format!("{path}:scale"), &json!({ "size": 2 }));
        client.refused(409, "PUT", &path, json!({ "user-data": "dHdv" }));
        client.refused(409, "PUT", &format!("{path}:scale"), json!({ "size": 1 }));
        client.refused(409, "DELETE", &path, Value::Null);
    }

    #[test]
    fn user_data_is_frozen_in_members() {
        let mut client = Client::calm();
        let (id, path) = ready(&mut client, 1);
        client.done(
            "PUT",
            &path,
            json!({ "user-data": "dHdv", "min-available": null }),
        );
        let pool = client.get(&path);
        assert_eq!(pool["user-data"], "dHdv");
        assert!(pool.get("min-available").is_none());
        assert_eq!(pool["name"], "workers");
        client.done("PUT", &format!("{path}:scale"), json!({ "size": 2 }));
        let members = members(&mut client, &id);
        let of = |member: &Value| format!("/instance/{}", member["id"].as_str().unwrap());
        assert_eq!(client.get(&of(&members[0]))["user-data"], "b25l");
        assert_eq!(client.get(&of(&members[1]))["user-data"], "dHdv");
        assert!(
            client.get("/instance-pool")["instance-pools"][0]
                .get("user-data")
                .is_none()
        );
    }

    #[test]
    fn every_field_can_be_reset_and_the_rest_stays() {
        let mut client = Client::calm();
        let network = client.network();
        let address = client.done("POST", "/elastic-ip", json!({}));
        let group = client.done("POST", "/anti-affinity-group", json!({ "name": "spread" }));
        let firewall = client.done("POST", "/security-group", json!({ "name": "nodes" }));
        let key = json!({ "name": "me", "public-key": crate::testing::SSH_KEY });
        client.call("POST", "/ssh-key", &key);
        let body = client.pool(json!({
            "size": 1, "description": "nodes", "labels": { "a": "b" }, "user-data": "b25l",
            "private-networks": [{ "id": network }], "elastic-ips": [{ "id": address }],
            "anti-affinity-groups": [{ "id": group }], "security-groups": [{ "id": firewall }],
            "ssh-keys": [{ "name": "me" }], "ipv6-enabled": true, "min-available": 1,
        }));
        let id = client.done("POST", "/instance-pool", body);
        let path = format!("/instance-pool/{id}");
        assert_eq!(client.get(&path)["public-ip-assignment"], "dual");
        for field in [
            "anti-affinity-groups",
            "deploy-target",
            "description",
            "elastic-ips",
            "ipv6-enabled",
            "labels",
            "private-networks",
            "security-groups",
            "ssh-key",
            "user-data",
        ] {
            client.done("DELETE", &format!("{path}/{field}"), Value::Null);
            let pool = client.get(&path);
            assert!(pool.get(field).is_none(), "{field}: {pool}");
        }
        let pool = client.get(&path);
        assert_eq!(pool["public-ip-assignment"], "inet4");
        assert_eq!(pool["min-available"], 1);
        assert!(pool.get("ssh-keys").is_none());
        client.done("PUT", &path, json!({ "instance-prefix": null }));
        assert_eq!(client.get(&path)["instance-prefix"], "pool");
    }

    #[test]
    fn without_public_addresses_for_ever() {
        let mut client = Client::calm();
        let body = client.pool(json!({ "size": 1, "public-ip-assignment": "none" }));
        let id = client.done("POST", "/instance-pool", body);
        let path = format!("/instance-pool/{id}");
        client.refused(
            400,
            "PUT",
            &path,
            json!({ "public-ip-assignment": "inet4" }),
        );
        client.done("PUT", &path, json!({ "name": "still private" }));
    }

    #[test]
    fn a_member_that_is_switched_off_does_not_hold_its_pool() {
        let mut client = Client::calm();
        let (id, path) = ready(&mut client, 1);
        let member = members(&mut client, &id)[0]["id"].clone();
        let stop = format!("/instance/{}:stop", member.as_str().unwrap());
        client.done("PUT", &stop, Value::Null);
        client.done("PUT", &format!("{path}:scale"), json!({ "size": 2 }));
        client.pass(10);
        assert_eq!(client.get(&path)["instances"].as_array().unwrap().len(), 2);
        client.done("PUT", &format!("{path}:scale"), json!({ "size": 0 }));
        client.pass(10);
        assert_eq!(client.get(&path)["size"], 0);
    }

    #[test]
    fn a_successor_waits_until_its_predecessor_has_left_the_quota() {
        let mut client = Client::calm();
        let (id, path) = ready(&mut client, 19);
        client.call("PUT", &format!("{path}:scale"), &json!({ "size": 20 }));
        client.pass(20);
        let old = members(&mut client, &id)[0]["id"].clone();
        let old = format!("/instance/{}", old.as_str().unwrap());
        assert_eq!(client.call("DELETE", &old, &Value::Null).0, 200);
        for _ in 0..120 {
            client.pass(1);
            assert!(members(&mut client, &id).len() <= 20);
        }
        assert_eq!(members(&mut client, &id).len(), 20);
        assert_eq!(client.get(&path)["state"], "running");
    }

    #[test]
    fn private_interfaces_come_late() {
        let mut client = Client::calm();
        let network = client.network();
        let body = client.pool(json!({ "private-networks": [{ "id": network }] }));
        let id = client.done("POST", "/instance-pool", body);
        let path = format!("/private-network/{network}");
        let first = members(&mut client, &id)[0]["id"].clone();
        let attach = json!({ "instance": { "id": first }, "ip": "10.0.0.5" });
        client.refused(400, "PUT", &format!("{path}:attach"), attach);
        client.pass(60);
        let leases = client.get(&path)["leases"].clone();
        assert_eq!(leases.as_array().unwrap().len(), 2);
        client.refused(412, "DELETE", &path, Value::Null);
        client.done("DELETE", &format!("/instance-pool/{id}"), Value::Null);
        client.pass(10);
        client.done("DELETE", &path, Value::Null);
    }

    #[test]
    fn refusals() {
        let mut client = Client::calm();
        for (status, more) in [
            (400, json!({ "size": 0 })),
            (400, json!({ "instance-prefix": "x".repeat(31) })),
            (404, json!({ "private-networks": [{ "id": NOBODY }] })),
            (404, json!({ "elastic-ips": [{ "id": NOBODY }] })),
            (409, json!({ "size": 21 })),
        ] {
            let body = client.pool(more);
            client.refused(status, "POST", "/instance-pool", body);
        }
        let (_, path) = ready(&mut client, 1);
        client.refused(409, "PUT", &format!("{path}:scale"), json!({ "size": 21 }));
        client.refused(400, "PUT", &path, json!({ "public-ip-assignment": "none" }));
    }
}

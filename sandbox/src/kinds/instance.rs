//! Instances: the entity and its routes; creation, actions, life and view are in the files beside.

mod action;
mod create;
pub(crate) mod lifecycle;
mod view;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

pub(crate) use self::create::{Blueprint, check_offer, spawn};
pub(crate) use self::lifecycle::Moment;
use super::common::Labels;
use super::kind::{self, Kind};
use crate::durations::SMALL_CHANGE;
use crate::operation::{Failure, OperationState};
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::Route;

pub(crate) const ROUTES: &[Route] = &[
    ("list-instances", kind::list::<Instance>),
    ("create-instance", create::create),
    ("get-instance", kind::show::<Instance>),
    ("update-instance", action::update),
    ("delete-instance", action::remove),
    ("start-instance", action::start),
    ("stop-instance", action::stop),
    ("reboot-instance", action::reboot),
];

const KIND: &str = "instance";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum InstanceState {
    Starting,
    Running,
    Stopping,
    Stopped,
    Destroying,
    Expunging,
}

/// The public side of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PublicIp {
    Inet4,
    Dual,
    None,
}

/// A private side of a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Interface {
    pub(crate) network: String,
    pub(crate) mac: String,
    pub(crate) ip: Option<Ipv4Addr>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) zone: String,
    pub(crate) name: String,
    pub(crate) state: InstanceState,
    pub(crate) kind: String,
    pub(crate) template: String,
    pub(crate) disk_size: u64,
    pub(crate) labels: Labels,
    pub(crate) security_groups: Vec<String>,
    pub(crate) anti_affinity_groups: Vec<String>,
    pub(crate) ssh_keys: Vec<String>,
    pub(crate) user_data: Option<String>,
    pub(crate) public_ip_assignment: PublicIp,
    pub(crate) public_ip: Option<Ipv4Addr>,
    pub(crate) mac: String,
    pub(crate) interfaces: Vec<Interface>,
    /// The pool it is a member of.
    pub(crate) manager: Option<String>,
    /// Wall time.
    pub(crate) created_at: u64,
    /// Virtual time.
    pub(crate) born: u64,
    /// The order of creation.
    pub(crate) number: u64,
    /// The operation that creates it: until it ends, nothing else may be done.
    pub(crate) creation: Option<String>,
    /// Counts starts, so that what was scheduled for an earlier life is ignored.
    pub(crate) starts: u32,
    pub(crate) never_boots: bool,
    pub(crate) boots_slowly: bool,
}

impl Kind for Instance {
    const NAME: &'static str = "instance";
    const PLURAL: &'static str = "instances";
    const TITLE: &'static str = "Instance";
    const CHANGE_MS: u64 = SMALL_CHANGE;

    fn zone(&self) -> Option<&str> {
        Some(&self.zone)
    }

    fn born(&self) -> u64 {
        self.born
    }

    /// Expunged machines still wear their groups for a moment, but nobody sees them.
    fn is_visible(&self) -> bool {
        self.state != InstanceState::Expunging
    }

    fn is_asked_for(&self, query: &BTreeMap<String, String>) -> bool {
        view::matches(self, query)
    }

    fn summary(&self, _state: &State) -> Object {
        view::summary(self)
    }

    fn full(&self, state: &State) -> Object {
        view::full(state, self)
    }
}

impl Instance {
    /// A member that counts: not one on its way out.
    pub(crate) fn is_member_of(&self, pool: &str) -> bool {
        let leaving = matches!(
            self.state,
            InstanceState::Destroying | InstanceState::Expunging
        );
        !leaving && self.manager.as_deref() == Some(pool)
    }

    pub(crate) fn interface(&self, network: &str) -> Option<&Interface> {
        self.interfaces
            .iter()
            .find(|interface| interface.network == network)
    }

    pub(crate) fn is_running(&self) -> bool {
        self.state == InstanceState::Running
    }

    /// Nothing may be done to a machine while it is being created, or destroyed.
    pub(crate) fn check_free(&self, state: &State) -> Result<(), Refusal> {
        let creating = self
            .creation
            .as_deref()
            .and_then(|id| state.operations.get(id))
            .is_some_and(|operation| operation.state == OperationState::Pending);
        if creating && state.meta.switches.busy_while_creating
            || self.state == InstanceState::Destroying
        {
            return Err(Refusal::conflict(
                "Instance is busy: another operation is pending",
            ));
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Created(String),
    Started(String),
    Stopped(String),
    Updated(String, action::Update),
    Deleted(String, InstanceState),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Created(_) | Self::Started(_) => {}
            Self::Stopped(id) => lifecycle::stopped(state, &id),
            Self::Updated(id, update) => action::updated(state, &id, update),
            Self::Deleted(id, _) => lifecycle::destroyed(state, &id),
        }
        Ok(())
    }

    pub(crate) fn abandon(self, state: &mut State, stays: bool) {
        match self {
            Self::Created(id) if stays => set_state(state, &id, InstanceState::Stopped),
            Self::Created(id) => lifecycle::destroyed(state, &id),
            Self::Started(id) => {
                if let Some(instance) = state.instances.get_mut(&id) {
                    instance.state = InstanceState::Stopped;
                    instance.starts += 1;
                }
            }
            Self::Stopped(id) => set_state(state, &id, InstanceState::Running),
            Self::Deleted(id, before) => set_state(state, &id, before),
            Self::Updated(..) => {}
        }
    }
}

fn set_state(state: &mut State, id: &str, to: InstanceState) {
    if let Some(instance) = state.instances.get_mut(id) {
        instance.state = to;
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, NOBODY, ZONE};
    use crate::{Faults, Switches};
    use serde_json::{Value, json};

    #[test]
    fn success_comes_before_running() {
        let mut client = Client::calm();
        let body = client.instance(json!({ "labels": { "a": "b" }, "user-data": "aGVsbG8=" }));
        let id = client.done("POST", "/instance", body);
        let path = format!("/instance/{id}");
        assert_eq!(client.get(&path)["state"], "starting");
        client.pass(30);
        let instance = client.get(&path);
        assert_eq!(instance["state"], "running");
        assert_eq!(instance["user-data"], "aGVsbG8=");
        assert_eq!(instance["disk-size"], 25);
        assert_eq!(
            instance["security-groups"].as_array().unwrap().len(),
            1,
            "the default group"
        );
        assert!(instance.get("anti-affinity-groups").is_none());
        let list = client.get("/instance");
        let listed = &list["instances"][0];
        for missing in ["user-data", "disk-size", "anti-affinity-groups"] {
            assert!(listed.get(missing).is_none(), "{missing}");
        }
        assert_eq!(listed["labels"], json!({ "a": "b" }));
        assert_eq!(listed["template"].as_object().unwrap().len(), 1);
    }

    #[test]
    fn a_whole_life() {
        let mut client = Client::calm();
        let body =
            client.instance(json!({ "auto-start": false, "labels": { "a": "1", "b": "2" } }));
        let (_, operation) = client.call("POST", "/instance", &body);
        let id = operation["reference"]["id"].as_str().unwrap().to_owned();
        let path = format!("/instance/{id}");
        assert_eq!(operation["reference"]["command"], "get-instance");
        assert_eq!(operation["reference"]["link"], format!("/v2{path}"));
        client.refused(409, "PUT", &format!("{path}:start"), json!({}));
        client.ended(operation["id"].as_str().unwrap());
        client.refused(404, "POST", &format!("{path}:start"), json!({}));
        client.refused(400, "PUT", &format!("{path}:stop"), Value::Null);
        client.done("PUT", &format!("{path}:start"), json!({}));
        client.pass(15);
        client.refused(400, "PUT", &format!("{path}:start"), json!({}));
        client.done(
            "PUT",
            &path,
            json!({ "labels": { "c": "3" }, "name": "two" }),
        );
        assert_eq!(
            client.get(&path)["labels"],
            json!({ "c": "3" }),
            "the whole map is replaced"
        );
        assert_eq!(client.get(&path)["name"], "two");
        client.done("PUT", &format!("{path}:stop"), Value::Null);
        assert_eq!(client.get(&path)["state"], "stopped");
        client.done("DELETE", &path, Value::Null);
        client.refused(404, "GET", &path, Value::Null);
        assert_eq!(client.get("/instance"), json!({ "instances": [] }));
    }

    #[test]
    fn refusals() {
        let mut client = Client::calm();
        for (status, more) in [
            (400, json!({ "disk-size": 9 })),
            (400, json!({ "disk-size": 401 })),
            (400, json!({ "name": "" })),
            (400, json!({ "user-data": "not base64!" })),
            (400, json!({ "user-data": "A".repeat(32_769) })),
            (400, json!({ "private-networks": [] })),
            (404, json!({ "template": { "id": NOBODY } })),
            (404, json!({ "instance-type": { "id": NOBODY } })),
            (404, json!({ "security-groups": [{ "id": NOBODY }] })),
            (404, json!({ "ssh-keys": [{ "name": "no" }] })),
        ] {
            let body = client.instance(more);
            client.refused(status, "POST", "/instance", body);
        }
        let template = client.template();
        client.zone = "de-fra-1".to_owned();
        let mut body = client.instance(json!({}));
        body["template"]["id"] = json!(template);
        client.refused(404, "POST", "/instance", body);
        client.zone = ZONE.to_owned();
    }

    #[test]
    fn twenty_and_no_more() {
        let mut client = Client::calm();
        let body = client.instance(json!({}));
        for _ in 0..20 {
            assert_eq!(
                client.call("POST", "/instance", &body).0,
                200,
                "names need not be unique"
            );
        }
        client.refused(409, "POST", "/instance", body);
        let quota = client.get("/quota/instance");
        assert_eq!(
            quota,
            json!({ "resource": "instance", "usage": 20, "limit": 20 })
        );
        assert_eq!(client.get("/quota/cpu")["limit"], -1);
        client.refused(404, "GET", "/quota/nothing", Value::Null);
    }

    #[test]
    fn operations_live_where_they_began() {
        let mut client = Client::calm();
        let body = client.instance(json!({}));
        let (_, operation) = client.call("POST", "/instance", &body);
        let path = format!("/operation/{}", operation["id"].as_str().unwrap());
        client.zone = "ch-gva-2".to_owned();
        client.refused(404, "GET", &path, Value::Null);
        client.zone = ZONE.to_owned();
        assert_eq!(client.get(&path)["state"], "pending");
    }

    #[test]
    fn operations_fail_and_may_leave_things_behind() {
        let mut left = 0;
        for seed in 0..20 {
            let mut client = Client::open(crate::Preset::Calm, seed);
            client.world.set_faults(Faults {
                operation_failure: 1000,
                ..Faults::calm()
            });
            let body = client.instance(json!({}));
            let (_, operation) = client.call("POST", "/instance", &body);
            let ended = client.ended(operation["id"].as_str().unwrap());
            assert_eq!(ended["state"], "failure");
            assert!(ended["reason"].is_string());
            left += client.get("/instance")["instances"]
                .as_array()
                .unwrap()
                .len();
        }
        assert!((1..20).contains(&left));
    }

    #[test]
    fn a_busy_zone_can_be_told_otherwise() {
        let mut client = Client::calm();
        client.world.set_switches(Switches {
            busy_while_creating: false,
            ..Switches::default()
        });
        let body = client.instance(json!({ "auto-start": false }));
        let (_, operation) = client.call("POST", "/instance", &body);
        let id = operation["reference"]["id"].as_str().unwrap();
        client.done("PUT", &format!("/instance/{id}:start"), json!({}));
    }
}

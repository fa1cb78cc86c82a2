//! Instances: the entity and its routes; creation, actions, life and view are in the files beside.

mod access;
mod create;
pub(crate) mod lifecycle;
mod power;
mod settings;
mod shape;
mod view;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

pub(crate) use self::create::{Blueprint, Order, check_order, spawn};
pub(crate) use self::lifecycle::Moment;
pub(crate) use self::settings::{PublicIp, Settings};
use super::kind::{self, Kind};
use super::{instance_pool, snapshot};
use crate::durations::{INSTANCE_CREATE, INSTANCE_DELETE, SMALL_CHANGE};
use crate::operation::{self, Failure, Reference};
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[
    ("list-instances", kind::list::<Instance>),
    ("create-instance", create::create),
    ("get-instance", kind::show::<Instance>),
    ("update-instance", kind::update::<Instance>),
    ("reset-instance-field", kind::reset::<Instance>),
    ("delete-instance", kind::remove::<Instance>),
    ("start-instance", power::start),
    ("stop-instance", power::stop),
    ("reboot-instance", power::reboot),
    ("reset-instance", shape::reset),
    ("scale-instance", shape::scale),
    ("resize-instance-disk", shape::resize),
    ("revert-instance-to-snapshot", shape::revert),
    ("create-snapshot", snapshot::create),
    ("reveal-instance-password", access::reveal_password),
    ("reset-instance-password", access::reset_password),
    ("add-instance-protection", access::protect),
    ("remove-instance-protection", access::unprotect),
    ("enable-tpm", access::enable_tpm),
    ("get-console-proxy-url", access::console),
];

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

/// A private side of a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Interface {
    pub(crate) network: String,
    pub(crate) mac: String,
    pub(crate) ip: Option<Ipv4Addr>,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) zone: String,
    pub(crate) settings: Settings,
    pub(crate) state: InstanceState,
    /// While it is being removed: what it is if it stays after all.
    before: Option<InstanceState>,
    pub(crate) kind: String,
    pub(crate) template: String,
    pub(crate) disk_size: u64,
    pub(crate) security_groups: Vec<String>,
    pub(crate) anti_affinity_groups: Vec<String>,
    pub(crate) ssh_keys: Vec<String>,
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
    /// Its creation is pending.
    creating: bool,
    /// Its disk or its type is being changed: nothing else may be done.
    busy: bool,
    is_protected: bool,
    secureboot_enabled: bool,
    tpm_enabled: bool,
    password: access::Password,
    /// Counts starts, so that what was scheduled for an earlier life is ignored.
    pub(crate) starts: u32,
    /// Started from the network: what is on its disk does not run.
    rescued: bool,
    pub(crate) never_boots: bool,
    pub(crate) boots_slowly: bool,
}

impl Kind for Instance {
    const NAME: &'static str = "instance";
    const PLURAL: &'static str = "instances";
    const TITLE: &'static str = "Instance";
    const CHANGE_MS: u64 = SMALL_CHANGE;
    const MAKE_MS: u64 = INSTANCE_CREATE;
    const REMOVE_MS: u64 = INSTANCE_DELETE;

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

    /// Nothing may be done to a machine while it is created, reshaped or destroyed.
    fn check_free(&self, state: &State) -> Result<(), Refusal> {
        let creating = self.creating && state.meta.switches.busy_while_creating;
        if creating || self.busy || self.state == InstanceState::Destroying {
            return Err(Refusal::conflict(
                "Instance is busy: another operation is pending",
            ));
        }
        Ok(())
    }

    fn check_removable(&self, state: &State) -> Result<(), Refusal> {
        access::check_unprotected(self, state)
    }

    fn leaving(&mut self) {
        self.before = Some(self.state);
        self.state = InstanceState::Destroying;
    }

    fn staying(&mut self) {
        if let Some(before) = self.before.take() {
            self.state = before;
        }
    }

    fn stayed(state: &mut State, id: &str) {
        instance_pool::members::moved(state, id);
    }

    fn made(state: &mut State, id: &str) {
        if let Some(instance) = state.instances.get_mut(id) {
            instance.creating = false;
        }
    }

    fn removed(state: &mut State, id: &str) {
        lifecycle::destroyed(state, id);
    }
}

impl Instance {
    /// The pool and the groups that it is in; neither ever changes.
    pub(crate) fn owners(&self) -> Vec<&str> {
        let groups = self.anti_affinity_groups.iter();
        groups.chain(&self.manager).map(String::as_str).collect()
    }

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

    /// Its power as it is, or as it will be if its removal fails.
    fn power_mut(&mut self) -> &mut InstanceState {
        self.before.as_mut().unwrap_or(&mut self.state)
    }
}

/// What ends later and is no edit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Power(String, power::Change),
    Shape(String, shape::Change),
    Access(String, access::Change),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        match self {
            Self::Power(id, change) => change.apply(state, &id),
            Self::Shape(id, change) => change.apply(state, &id),
            Self::Access(id, change) => change.apply(state, &id),
        }
    }

    pub(crate) fn abandon(self, state: &mut State) {
        match self {
            Self::Power(id, change) => change.abandon(state, &id),
            Self::Shape(id, _) => shape::release(state, &id),
            Self::Access(..) => {}
        }
    }
}

/// The machine that the path names, if something may be done to it.
fn free<'a>(ask: &'a Ask<'_>, parameter: &str) -> Result<&'a Instance, Refusal> {
    let instance = kind::find::<Instance>(ask.state, ask.zone, ask.parameter(parameter))?;
    instance.check_free(ask.state)?;
    Ok(instance)
}

/// Nobody sees it any more, whatever was begun with it.
fn gone() -> Failure {
    Failure::new("interrupted", "The instance is gone")
}

fn begin(ask: &mut Ask<'_>, id: &str, duration: u64, change: Change) -> Outcome {
    let change = super::Change::Instance(change);
    let reference = Reference::new(Instance::NAME, id);
    Ok(operation::begin(ask, reference, duration, change))
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
    fn settings_are_merged_and_reset() {
        let mut client = Client::calm();
        let labels = json!({ "labels": { "a": "b" }, "public-ip-assignment": "none" });
        let body = client.instance(labels);
        let id = client.done("POST", "/instance", body);
        let path = format!("/instance/{id}");
        assert!(client.get(&path).get("public-ip").is_none());
        client.done("PUT", &path, json!({ "public-ip-assignment": "dual" }));
        let instance = client.get(&path);
        assert!(instance["public-ip"].is_string());
        assert!(
            instance["ipv6-address"]
                .as_str()
                .unwrap()
                .starts_with("2001:db8:")
        );
        assert_eq!(instance["name"], "one");
        client.done("DELETE", &format!("{path}/labels"), Value::Null);
        assert!(client.get(&path).get("labels").is_none());
        client.refused(400, "PUT", &path, json!({ "user-data": "not base64!" }));
        client.refused(400, "PUT", &path, json!({ "disk-size": 30 }));
    }

    #[test]
    fn deprecated_names_still_mean_something() {
        let mut client = Client::calm();
        let key = json!({ "name": "me", "public-key": crate::testing::SSH_KEY });
        client.call("POST", "/ssh-key", &key);
        let old = json!({ "ssh-key": { "name": "me" }, "ipv6-enabled": true });
        let body = client.instance(old);
        let id = client.done("POST", "/instance", body);
        let instance = client.get(&format!("/instance/{id}"));
        assert_eq!(instance["ssh-keys"], json!([{ "name": "me" }]));
        assert_eq!(instance["public-ip-assignment"], "dual");
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

//! Block storage: volumes that outlive the machines they are plugged into, and their snapshots.

mod attachment;
mod resize;
mod snapshot;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) use self::attachment::{Change, check_type, count_of, detach_all};
pub(crate) use self::snapshot::VolumeSnapshot;
use super::common::{Labels, Reference as Given};
use super::kind::{self, Editable, Kind};
use super::quota;
use crate::durations::VOLUME_CHANGE;
use crate::store::State;
use crate::wire::object::{Object, references};
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};
use crate::wire::time::rfc3339;

pub(crate) const ROUTES: &[Route] = &[
    ("list-block-storage-volumes", kind::list::<Volume>),
    ("create-block-storage-volume", create),
    ("get-block-storage-volume", kind::show::<Volume>),
    ("update-block-storage-volume", kind::update::<Volume>),
    ("delete-block-storage-volume", kind::remove::<Volume>),
    (
        "attach-block-storage-volume-to-instance",
        attachment::attach,
    ),
    ("detach-block-storage-volume", attachment::detach),
    ("resize-block-storage-volume", resize::resize),
    ("create-block-storage-snapshot", snapshot::create),
    ("list-block-storage-snapshots", kind::list::<VolumeSnapshot>),
    ("get-block-storage-snapshot", kind::show::<VolumeSnapshot>),
    (
        "update-block-storage-snapshot",
        kind::update::<VolumeSnapshot>,
    ),
    (
        "delete-block-storage-snapshot",
        kind::remove::<VolumeSnapshot>,
    ),
];

const DEFAULT_GIB: u64 = 10;
/// Ten TiB (Exoscale's documentation).
const MAXIMUM_GIB: u64 = 10_240;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum VolumeState {
    Creating,
    Detached,
    Attaching,
    Attached,
    Detaching,
    Deleting,
}

/// What can be edited, of a volume as of a snapshot.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    name: Option<String>,
    labels: Labels,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Volume {
    id: String,
    zone: String,
    settings: Settings,
    state: VolumeState,
    size_gib: u64,
    /// Where it is plugged in, or about to be.
    pub(crate) instance: Option<String>,
    created_at: u64,
    born: u64,
}

impl Kind for Volume {
    const NAME: &'static str = "block-storage";
    const PLURAL: &'static str = "block-storage-volumes";
    const TITLE: &'static str = "Block storage volume";
    const CHANGE_MS: u64 = VOLUME_CHANGE;

    fn zone(&self) -> Option<&str> {
        Some(&self.zone)
    }

    fn born(&self) -> u64 {
        self.born
    }

    fn is_asked_for(&self, query: &BTreeMap<String, String>) -> bool {
        let wanted = query.get("instance-id");
        wanted.is_none_or(|id| self.instance.as_ref() == Some(id))
    }

    fn summary(&self, state: &State) -> Object {
        let snapshots = state.volume_snapshots.of(&self.id);
        let snapshots: Vec<String> = snapshots.map(|one| one.id.clone()).collect();
        let instance = self.instance.as_ref().map(|id| json!({ "id": id }));
        Object::of(&self.settings)
            .with("id", &self.id)
            .with("state", self.state)
            .with("size", self.size_gib)
            .with("blocksize", 4096)
            .maybe("instance", instance)
            .maybe("block-storage-snapshots", Some(references(&snapshots)))
            .with("created-at", rfc3339(self.created_at))
    }

    fn check_free(&self, _state: &State) -> Result<(), Refusal> {
        match self.state {
            VolumeState::Detached | VolumeState::Attached => Ok(()),
            VolumeState::Creating
            | VolumeState::Attaching
            | VolumeState::Detaching
            | VolumeState::Deleting => Err(Refusal::conflict(
                "Volume is busy: another operation is pending",
            )),
        }
    }

    fn check_removable(&self, state: &State) -> Result<(), Refusal> {
        if self.instance.is_some() {
            return Err(Refusal::in_use("Volume is attached to an instance"));
        }
        let has_snapshots = state.volume_snapshots.of(&self.id).next().is_some();
        if has_snapshots && state.meta.switches.volume_snapshots_hold_their_volume {
            return Err(Refusal::in_use("Volume has snapshots"));
        }
        Ok(())
    }

    fn leaving(&mut self) {
        self.state = VolumeState::Deleting;
    }

    fn staying(&mut self) {
        self.state = VolumeState::Detached;
    }

    fn made(state: &mut State, id: &str) {
        if let Some(volume) = state.volumes.get_mut(id) {
            volume.state = VolumeState::Detached;
        }
    }
}

impl Editable for Volume {
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
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Content {
    size: Option<u64>,
    block_storage_snapshot: Option<Given>,
}

/// Empty, or with what a snapshot holds; then at least as large as the volume it was taken of.
fn create(ask: &mut Ask<'_>) -> Outcome {
    let content: Content = ask.read()?;
    let settings = ask.read()?;
    let least = match content.block_storage_snapshot {
        Some(given) => snapshot::restorable(ask, &given.id)?,
        None => ask.state.meta.switches.volume_minimum_gib,
    };
    let size_gib = content.size.unwrap_or_else(|| least.max(DEFAULT_GIB));
    resize::check_size(size_gib, least)?;
    quota::check(ask.state, quota::Resource::BlockStorageVolume, 1)?;
    let id = ask.state.uuid();
    let volume = Volume {
        id: id.clone(),
        zone: ask.zone.to_owned(),
        settings,
        state: VolumeState::Creating,
        size_gib,
        instance: None,
        created_at: ask.state.meta.wall,
        born: ask.state.meta.now,
    };
    kind::make(ask, &id, volume)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, NOBODY};
    use serde_json::{Value, json};

    fn machine(client: &mut Client, more: Value) -> String {
        let body = client.instance(more);
        client.done("POST", "/instance", body)
    }

    fn to(instance: &str) -> Value {
        json!({ "instance": { "id": instance } })
    }

    #[test]
    fn a_whole_life() {
        let mut client = Client::calm();
        let instance = machine(&mut client, json!({}));
        let body = json!({ "name": "pvc-1", "size": 20, "labels": { "a": "b" } });
        let (_, operation) = client.call("POST", "/block-storage", &body);
        let id = operation["reference"]["id"].as_str().unwrap().to_owned();
        let path = format!("/block-storage/{id}");
        assert_eq!(client.get(&path)["state"], "creating");
        client.refused(409, "PUT", &format!("{path}:attach"), to(&instance));
        client.ended(operation["id"].as_str().unwrap());
        client.call("PUT", &format!("{path}:attach"), &to(&instance));
        assert_eq!(client.get(&path)["state"], "attaching");
        client.pass(10);
        assert_eq!(client.get(&path)["state"], "attached");
        client.refused(412, "PUT", &format!("{path}:attach"), to(&instance));
        let listed = client.get(&format!("/block-storage?instance-id={instance}"));
        assert_eq!(listed["block-storage-volumes"].as_array().unwrap().len(), 1);
        client.refused(412, "DELETE", &path, Value::Null);
        client.done(
            "PUT",
            &path,
            json!({ "name": null, "labels": { "c": "d" } }),
        );
        let volume = client.get(&path);
        assert!(volume.get("name").is_none());
        assert_eq!(volume["labels"], json!({ "c": "d" }));
        client.done("PUT", &format!("{path}:detach"), Value::Null);
        client.refused(412, "PUT", &format!("{path}:detach"), Value::Null);
        client.done("DELETE", &path, Value::Null);
        let none = json!({ "block-storage-volumes": [] });
        assert_eq!(client.get("/block-storage"), none);
    }

    #[test]
    fn a_volume_grows_under_nobody_or_who_rests() {
        let mut client = Client::calm();
        let instance = machine(&mut client, json!({}));
        client.pass(60);
        let id = client.done("POST", "/block-storage", json!({ "size": 20 }));
        let path = format!("/block-storage/{id}");
        let resize = format!("{path}:resize-volume");
        for size in [20, 19, 10_241] {
            client.refused(400, "PUT", &resize, json!({ "size": size }));
        }
        let (status, volume) = client.call("PUT", &resize, &json!({ "size": 30 }));
        assert_eq!((status, &volume["size"]), (200, &json!(30)));
        client.done("PUT", &format!("{path}:attach"), to(&instance));
        client.refused(400, "PUT", &resize, json!({ "size": 40 }));
        client.done("PUT", &format!("/instance/{instance}:stop"), Value::Null);
        client.call("PUT", &resize, &json!({ "size": 40 }));
        assert_eq!(client.get(&path)["size"], 40);
    }

    #[test]
    fn who_may_have_how_many() {
        let mut client = Client::calm();
        let types = client.get("/instance-type");
        let tiny = types["instance-types"].as_array().unwrap().iter();
        let tiny = tiny
            .clone()
            .find(|entry| entry["family"] == "standard" && entry["size"] == "tiny");
        let tiny = json!({ "instance-type": { "id": tiny.unwrap()["id"] } });
        let small = machine(&mut client, tiny.clone());
        let instance = machine(&mut client, json!({ "auto-start": false }));
        let mut volumes = Vec::new();
        for _ in 0..6 {
            volumes.push(client.done("POST", "/block-storage", json!({ "size": 10 })));
        }
        let attach = |id: &String| format!("/block-storage/{id}:attach");
        let message = client.refused(409, "PUT", &attach(&volumes[5]), to(&small));
        assert_eq!(message, "Instance size must be at least small");
        client.refused(404, "PUT", &attach(&volumes[5]), to(NOBODY));
        for id in &volumes[..5] {
            client.done("PUT", &attach(id), to(&instance));
        }
        client.refused(409, "PUT", &attach(&volumes[5]), to(&instance));
        let path = format!("/instance/{instance}");
        client.refused(409, "PUT", &format!("{path}:scale"), tiny);
        client.done("DELETE", &path, Value::Null);
        for volume in client.get("/block-storage")["block-storage-volumes"]
            .as_array()
            .unwrap()
        {
            assert_eq!(volume["state"], "detached");
            assert!(volume.get("instance").is_none());
        }
    }

    #[test]
    fn snapshots_of_volumes() {
        let mut client = Client::calm();
        let id = client.done("POST", "/block-storage", json!({ "size": 20 }));
        let path = format!("/block-storage/{id}");
        let make = format!("{path}:create-snapshot");
        let (_, operation) = client.call("POST", &make, &json!({ "name": "before" }));
        let snapshot = operation["reference"]["id"].as_str().unwrap().to_owned();
        let from =
            |size: u64| json!({ "size": size, "block-storage-snapshot": { "id": snapshot } });
        client.refused(409, "POST", "/block-storage", from(20));
        client.ended(operation["id"].as_str().unwrap());
        let of = json!([{ "id": snapshot }]);
        assert_eq!(client.get(&path)["block-storage-snapshots"], of);
        client.refused(400, "POST", "/block-storage", from(19));
        client.done("POST", "/block-storage", from(21));
        let same = json!({ "block-storage-snapshot": { "id": snapshot } });
        let same = client.done("POST", "/block-storage", same);
        assert_eq!(client.get(&format!("/block-storage/{same}"))["size"], 20);
        client.done("DELETE", &path, Value::Null);
        let path = format!("/block-storage-snapshot/{snapshot}");
        client.done(
            "PUT",
            &path,
            json!({ "name": "after", "labels": { "a": "b" } }),
        );
        let shown = client.get(&path);
        assert_eq!(
            (&shown["name"], &shown["volume-size"]),
            (&json!("after"), &json!(20))
        );
        assert!(shown.get("block-storage-volume").is_none(), "it is gone");
        client.done("DELETE", &path, Value::Null);
        client.refused(404, "GET", &path, Value::Null);
    }
}

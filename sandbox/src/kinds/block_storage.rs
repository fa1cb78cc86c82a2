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
    let size_gib = content.size.unwrap_or(least.max(DEFAULT_GIB));
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
    use crate::testing::Client;
    use serde_json::{Value, json};

    #[test]
    fn a_whole_life() {
        let mut client = Client::calm();
        let body = client.instance(json!({}));
        let instance = client.done("POST", "/instance", body);
        let id = client.done(
            "POST",
            "/block-storage",
            json!({ "name": "pvc-1", "size": 20 }),
        );
        let path = format!("/block-storage/{id}");
        client.done(
            "PUT",
            &format!("{path}:attach"),
            json!({ "instance": { "id": instance } }),
        );
        assert_eq!(client.get(&path)["state"], "attached");
        client.refused(412, "DELETE", &path, Value::Null);
        client.done("PUT", &format!("{path}:detach"), Value::Null);
        client.done("DELETE", &path, Value::Null);
        assert_eq!(
            client.get("/block-storage"),
            json!({ "block-storage-volumes": [] })
        );
        assert_eq!(
            client.get("/block-storage-snapshot"),
            json!({ "block-storage-snapshots": [] })
        );
        assert_eq!(client.get("/snapshot"), json!({ "snapshots": [] }));
    }
}

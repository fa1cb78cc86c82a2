//! Snapshots of volumes. They outlive their volume, unless a switch says that they hold it.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Settings, Volume};
use crate::durations::VOLUME_CHANGE;
use crate::kinds::kind::{self, Editable, Kind};
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};
use crate::wire::time::rfc3339;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SnapshotState {
    Creating,
    Created,
    Destroying,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct VolumeSnapshot {
    pub(crate) id: String,
    zone: String,
    settings: Settings,
    state: SnapshotState,
    volume: String,
    /// Of the volume when it was taken.
    size_gib: u64,
    created_at: u64,
    born: u64,
}

impl VolumeSnapshot {
    pub(crate) fn owners(&self) -> Vec<&str> {
        vec![&self.volume]
    }
}

impl Kind for VolumeSnapshot {
    const NAME: &'static str = "block-storage-snapshot";
    const PLURAL: &'static str = "block-storage-snapshots";
    const TITLE: &'static str = "Block storage snapshot";
    const CHANGE_MS: u64 = VOLUME_CHANGE;

    fn zone(&self) -> Option<&str> {
        Some(&self.zone)
    }

    fn born(&self) -> u64 {
        self.born
    }

    fn summary(&self, state: &State) -> Object {
        let volume = state.volumes.get(&self.volume);
        Object::of(&self.settings)
            .with("id", &self.id)
            .with("state", self.state)
            .with("size", self.size_gib)
            .with("volume-size", self.size_gib)
            .maybe(
                "block-storage-volume",
                volume.map(|volume| json!({ "id": volume.id })),
            )
            .with("created-at", rfc3339(self.created_at))
    }

    fn check_free(&self, _state: &State) -> Result<(), Refusal> {
        match self.state {
            SnapshotState::Created => Ok(()),
            SnapshotState::Creating | SnapshotState::Destroying => Err(Refusal::conflict(
                "Snapshot is busy: another operation is pending",
            )),
        }
    }

    fn leaving(&mut self) {
        self.state = SnapshotState::Destroying;
    }

    fn staying(&mut self) {
        self.state = SnapshotState::Created;
    }

    fn made(state: &mut State, id: &str) {
        if let Some(snapshot) = state.volume_snapshots.get_mut(id) {
            snapshot.state = SnapshotState::Created;
        }
    }
}

impl Editable for VolumeSnapshot {
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

pub(super) fn create(ask: &mut Ask<'_>) -> Outcome {
    let settings = ask.read()?;
    let volume = kind::own::<Volume>(ask)?;
    volume.check_free(ask.state)?;
    let (volume, size_gib) = (volume.id.clone(), volume.size_gib);
    let id = ask.state.uuid();
    let snapshot = VolumeSnapshot {
        id: id.clone(),
        zone: ask.zone.to_owned(),
        settings,
        state: SnapshotState::Creating,
        volume,
        size_gib,
        created_at: ask.state.meta.wall,
        born: ask.state.meta.now,
    };
    kind::make(ask, &id, snapshot)
}

/// The least size of a volume with what this snapshot holds.
pub(super) fn restorable(ask: &Ask<'_>, id: &str) -> Result<u64, Refusal> {
    let snapshot = kind::find::<VolumeSnapshot>(ask.state, ask.zone, id)?;
    snapshot.check_free(ask.state)?;
    Ok(snapshot.size_gib)
}

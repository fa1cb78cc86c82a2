//! Snapshots of machines: made, exported, promoted to templates; they vanish with their machine.

mod export;

use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) use self::export::exported_at;
use super::instance::Instance;
use super::kind::{self, Kind};
use super::quota;
use super::template::{self, Image, Origin};
use crate::durations::{SMALL_CHANGE, SNAPSHOT_CREATE};
use crate::machine::guest::Machine;
use crate::operation::Failure;
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};
use crate::wire::time::rfc3339;

pub(crate) const ROUTES: &[Route] = &[
    ("list-snapshots", kind::list::<Snapshot>),
    ("get-snapshot", kind::show::<Snapshot>),
    ("delete-snapshot", kind::remove::<Snapshot>),
    ("export-snapshot", export::export),
    ("promote-snapshot-to-template", template::promote),
];

/// `exported` is what comes of making it, unless a switch says `ready`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SnapshotState {
    Snapshotting,
    Ready,
    Exporting,
    Exported,
    Deleting,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    pub(crate) id: String,
    zone: String,
    name: String,
    state: SnapshotState,
    /// What it is if its removal or its export fails.
    before: Option<SnapshotState>,
    pub(crate) instance: String,
    image: Image,
    /// What stood on the disk.
    pub(crate) machine: Option<Machine>,
    consistent: bool,
    /// An export was asked for: there is an address to fetch it from.
    fetchable: bool,
    created_at: u64,
    born: u64,
}

impl Kind for Snapshot {
    const NAME: &'static str = "snapshot";
    const PLURAL: &'static str = "snapshots";
    const TITLE: &'static str = "Snapshot";
    const CHANGE_MS: u64 = SMALL_CHANGE;
    const MAKE_MS: u64 = SNAPSHOT_CREATE;

    fn zone(&self) -> Option<&str> {
        Some(&self.zone)
    }

    fn born(&self) -> u64 {
        self.born
    }

    fn summary(&self, state: &State) -> Object {
        let export = self.fetchable.then(|| export::view(state, self));
        Object::new()
            .with("id", &self.id)
            .with("name", &self.name)
            .with("state", self.state)
            .with("size", self.image.size_gib)
            .with("instance", json!({ "id": self.instance }))
            .with("application-consistent", self.consistent)
            .with("created-at", rfc3339(self.created_at))
            .maybe("export", export)
    }

    fn check_free(&self, _state: &State) -> Result<(), Refusal> {
        match self.state {
            SnapshotState::Ready | SnapshotState::Exported => Ok(()),
            SnapshotState::Snapshotting | SnapshotState::Exporting | SnapshotState::Deleting => {
                Err(Refusal::conflict(
                    "Snapshot is busy: another operation is pending",
                ))
            }
        }
    }

    fn leaving(&mut self) {
        self.begin(SnapshotState::Deleting);
    }

    fn staying(&mut self) {
        self.give_up();
    }

    fn made(state: &mut State, id: &str) {
        let made = if state.meta.switches.snapshots_export_themselves {
            SnapshotState::Exported
        } else {
            SnapshotState::Ready
        };
        if let Some(snapshot) = state.snapshots.get_mut(id) {
            snapshot.state = made;
        }
    }
}

impl Snapshot {
    pub(crate) fn owners(&self) -> Vec<&str> {
        vec![&self.instance]
    }

    /// What a template of it is made from.
    pub(crate) fn image(&self) -> Image {
        Image {
            origin: Some(Origin {
                snapshot: self.id.clone(),
                instance: self.instance.clone(),
                machine: self.machine.clone(),
            }),
            ..self.image.clone()
        }
    }

    fn begin(&mut self, state: SnapshotState) {
        self.before = Some(self.state);
        self.state = state;
    }

    fn give_up(&mut self) {
        if let Some(before) = self.before.take() {
            self.state = before;
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Exported(String),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        let Self::Exported(id) = self;
        export::exported(state, &id)
    }

    pub(crate) fn abandon(self, state: &mut State) {
        let Self::Exported(id) = self;
        if let Some(snapshot) = state.snapshots.get_mut(&id) {
            snapshot.give_up();
        }
    }
}

/// Of a machine that runs or not: for consistency it is better stopped.
pub(super) fn create(ask: &mut Ask<'_>) -> Outcome {
    let instance = kind::own::<Instance>(ask)?;
    instance.check_free(ask.state)?;
    quota::check(ask.state, quota::Resource::Snapshot, 1)?;
    let image = template::find(ask.state, ask.zone, &instance.template);
    let image = image.ok_or_else(|| Refusal::not_found("Template"))?;
    let (wall, born) = (ask.state.meta.wall, ask.state.meta.now);
    let name: String = instance.settings.name.chars().take(200).collect();
    let snapshot = Snapshot {
        id: String::new(),
        zone: ask.zone.to_owned(),
        name: format!("{name}-{}", rfc3339(wall)),
        state: SnapshotState::Snapshotting,
        before: None,
        instance: instance.id.clone(),
        image: Image {
            size_gib: instance.disk_size,
            ..image
        },
        machine: ask.state.machines.get(&instance.id).cloned(),
        consistent: instance.settings.application_consistent_snapshot_enabled,
        fetchable: false,
        created_at: wall,
        born,
    };
    let id = ask.state.uuid();
    let snapshot = Snapshot {
        id: id.clone(),
        ..snapshot
    };
    kind::make(ask, &id, snapshot)
}

/// Its machine is gone.
pub(super) fn vanish_with(state: &mut State, instance: &str) {
    let snapshots: Vec<String> = state
        .snapshots
        .of(instance)
        .map(|snapshot| snapshot.id.clone())
        .collect();
    for id in snapshots {
        state.snapshots.remove(&id);
    }
}

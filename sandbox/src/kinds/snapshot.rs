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
    let instance = kind::own::<Instance>(ask)?.clone();
    instance.check_free(ask.state)?;
    quota::check(ask.state, quota::Resource::Snapshot, 1)?;
    let image = template::find(ask.state, ask.zone, &instance.template);
    let image = image.ok_or_else(|| Refusal::not_found("Template"))?;
    let created_at = ask.state.meta.wall;
    let name: String = instance.settings.name.chars().take(200).collect();
    let id = ask.state.uuid();
    let snapshot = Snapshot {
        id: id.clone(),
        zone: instance.zone,
        name: format!("{name}-{}", rfc3339(created_at)),
        state: SnapshotState::Snapshotting,
        before: None,
        image: Image {
            size_gib: instance.disk_size,
            ..image
        },
        machine: ask.state.machines.get(&instance.id).cloned(),
        instance: instance.id,
        consistent: instance.settings.application_consistent_snapshot_enabled,
        fetchable: false,
        created_at,
        born: ask.state.meta.now,
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

#[cfg(test)]
mod tests {
    use crate::testing::Client;
    use serde_json::{Value, json};

    fn machine(client: &mut Client) -> String {
        let body = client.instance(json!({ "auto-start": false }));
        client.done("POST", "/instance", body)
    }

    #[test]
    fn a_whole_life() {
        let mut client = Client::calm();
        let instance = machine(&mut client);
        let make = format!("/instance/{instance}:create-snapshot");
        let (_, operation) = client.call("POST", &make, &Value::Null);
        let id = operation["reference"]["id"].as_str().unwrap().to_owned();
        let path = format!("/snapshot/{id}");
        assert_eq!(client.get(&path)["state"], "snapshotting");
        client.refused(409, "POST", &format!("{path}:export"), Value::Null);
        client.refused(409, "DELETE", &path, Value::Null);
        client.ended(operation["id"].as_str().unwrap());
        let snapshot = client.get(&path);
        assert_eq!(snapshot["state"], "exported");
        assert_eq!(snapshot["size"], 25);
        assert!(snapshot.get("export").is_none(), "nobody asked for it");
        client.done("POST", &format!("{path}:export"), Value::Null);
        let export = client.get(&path)["export"].clone();
        assert_eq!(export["md5sum"].as_str().unwrap().len(), 32);
        assert!(
            export["presigned-url"]
                .as_str()
                .unwrap()
                .starts_with("https://")
        );
        assert_eq!(
            client.get(&format!("/instance/{instance}"))["snapshots"],
            json!([{ "id": id }])
        );
        client.done("DELETE", &path, Value::Null);
        assert_eq!(client.get("/snapshot"), json!({ "snapshots": [] }));
    }

    #[test]
    fn snapshots_vanish_with_their_machine() {
        let mut client = Client::calm();
        let instance = machine(&mut client);
        let make = format!("/instance/{instance}:create-snapshot");
        let first = client.done("POST", &make, Value::Null);
        let (_, late) = client.call("POST", &make, &Value::Null);
        client.done("DELETE", &format!("/instance/{instance}"), Value::Null);
        client.refused(404, "GET", &format!("/snapshot/{first}"), Value::Null);
        let ended = client.ended(late["id"].as_str().unwrap());
        assert_eq!(ended["reason"], "interrupted");
        assert_eq!(client.get("/snapshot"), json!({ "snapshots": [] }));
    }

    #[test]
    fn thirty_and_no_more() {
        let mut client = Client::calm();
        let instance = machine(&mut client);
        let make = format!("/instance/{instance}:create-snapshot");
        for _ in 0..30 {
            assert_eq!(client.call("POST", &make, &Value::Null).0, 200);
        }
        client.refused(409, "POST", &make, Value::Null);
        assert_eq!(client.get("/quota/snapshot")["usage"], 30);
    }
}

//! Block storage volumes, as much as a teardown meets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::common::{Labels, Reference as Given};
use super::instance::Instance;
use super::kind::{self, Kind};
use super::quota;
use crate::durations::VOLUME_CHANGE;
use crate::operation::{self, Failure, Reference};
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};
use crate::wire::time::rfc3339;

pub(crate) const ROUTES: &[Route] = &[
    ("list-block-storage-volumes", kind::list::<Volume>),
    ("create-block-storage-volume", create),
    ("get-block-storage-volume", kind::show::<Volume>),
    ("attach-block-storage-volume-to-instance", attach),
    ("detach-block-storage-volume", detach),
    ("delete-block-storage-volume", remove),
    ("list-block-storage-snapshots", list_snapshots),
];

const KIND: &str = "block-storage";
const DEFAULT_GIB: u64 = 10;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Volume {
    id: String,
    zone: String,
    name: Option<String>,
    size: u64,
    labels: Labels,
    instance: Option<String>,
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

    fn summary(&self, _state: &State) -> Object {
        view(self)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Created(String),
    Attached(String, String),
    Detached(String),
    Deleted(String),
}

impl Change {
    pub(crate) fn apply(self, state: &mut State) -> Result<(), Failure> {
        let (id, instance) = match self {
            Self::Created(_) => return Ok(()),
            Self::Deleted(id) => {
                state.volumes.remove(&id);
                return Ok(());
            }
            Self::Attached(id, instance) => (id, Some(instance)),
            Self::Detached(id) => (id, None),
        };
        if let Some(volume) = state.volumes.get_mut(&id) {
            volume.instance = instance;
        }
        Ok(())
    }
}

/// The machine is gone; its volumes stay.
pub(crate) fn let_go(state: &mut State, instance: &str) {
    for id in state
        .volumes
        .ids(|volume| volume.instance.as_deref() == Some(instance))
    {
        if let Some(volume) = state.volumes.get_mut(&id) {
            volume.instance = None;
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Create {
    name: Option<String>,
    size: Option<u64>,
    #[serde(default)]
    labels: Labels,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attach {
    instance: Given,
}

fn list_snapshots(_ask: &mut Ask<'_>) -> Outcome {
    Ok(json!({ "block-storage-snapshots": [] }))
}

fn create(ask: &mut Ask<'_>) -> Outcome {
    let body: Create = ask.read()?;
    quota::check(ask.state, quota::Resource::BlockStorageVolume, 1)?;
    let id = ask.state.uuid();
    let volume = Volume {
        id: id.clone(),
        zone: ask.zone.to_owned(),
        name: body.name,
        size: body.size.unwrap_or(DEFAULT_GIB),
        labels: body.labels,
        instance: None,
        created_at: ask.state.meta.wall,
        born: ask.state.meta.now,
    };
    ask.state.volumes.insert(&id, volume);
    begin(ask, Change::Created(id.clone()), &id)
}

fn attach(ask: &mut Ask<'_>) -> Outcome {
    let instance = ask.read::<Attach>()?.instance.id;
    kind::find::<Instance>(ask.state, ask.zone, &instance)?;
    let volume = own(ask)?;
    if volume.instance.is_some() {
        return Err(Refusal::in_use("Volume is already attached"));
    }
    let id = volume.id.clone();
    begin(ask, Change::Attached(id.clone(), instance), &id)
}

fn detach(ask: &mut Ask<'_>) -> Outcome {
    let volume = own(ask)?;
    if volume.instance.is_none() {
        return Err(Refusal::in_use("Volume is not attached"));
    }
    let id = volume.id.clone();
    begin(ask, Change::Detached(id.clone()), &id)
}

fn remove(ask: &mut Ask<'_>) -> Outcome {
    let volume = own(ask)?;
    if volume.instance.is_some() {
        return Err(Refusal::in_use("Volume is attached to an instance"));
    }
    let id = volume.id.clone();
    begin(ask, Change::Deleted(id.clone()), &id)
}

fn own<'a>(ask: &'a Ask<'_>) -> Result<&'a Volume, Refusal> {
    kind::find::<Volume>(ask.state, ask.zone, ask.parameter("id"))
}

fn begin(ask: &mut Ask<'_>, change: Change, id: &str) -> Outcome {
    let change = super::Change::BlockStorage(change);
    Ok(operation::begin(
        ask,
        Reference::new(KIND, id),
        VOLUME_CHANGE,
        change,
    ))
}

fn view(volume: &Volume) -> Object {
    let state = if volume.instance.is_some() {
        "attached"
    } else {
        "detached"
    };
    Object::new()
        .with("id", &volume.id)
        .maybe("name", volume.name.as_ref())
        .with("state", state)
        .with("size", volume.size)
        .with("blocksize", 4096)
        .maybe("labels", Some(&volume.labels))
        .maybe(
            "instance",
            volume.instance.as_ref().map(|id| json!({ "id": id })),
        )
        .with("created-at", rfc3339(volume.created_at))
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

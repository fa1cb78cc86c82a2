//! What is done to the disk or the type of a machine that is switched off.

use serde::{Deserialize, Serialize};

use super::power::stopped_one;
use super::{Change as Whole, Instance, InstanceState, begin, create, gone};
use crate::catalog::instance_types::{self, InstanceType};
use crate::durations::{INSTANCE_RESHAPE, SMALL_CHANGE};
use crate::kinds::common::{self, Reference as Given};
use crate::kinds::kind;
use crate::kinds::snapshot::Snapshot;
use crate::kinds::{block_storage, template};
use crate::machine::guest;
use crate::operation::Failure;
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Reset { template: String, disk_size: u64 },
    Scaled(String),
    Resized(u64),
    Reverted(String),
}

impl Change {
    pub(super) fn apply(self, state: &mut State, id: &str) -> Result<(), Failure> {
        release(state, id);
        let there = |instance: &&Instance| instance.state == InstanceState::Stopped;
        let instance = state.instances.get(id).filter(there).ok_or_else(gone)?;
        match self {
            Self::Reset {
                template,
                disk_size,
            } => {
                let missing = || Failure::new("not-found", "Template not found");
                template::find(state, &instance.zone, &template).ok_or_else(missing)?;
                guest::forget(state, id);
                write(state, id, |instance| {
                    instance.template = template;
                    instance.disk_size = disk_size;
                });
            }
            Self::Scaled(kind) => write(state, id, |instance| instance.kind = kind),
            Self::Resized(size) => write(state, id, |instance| instance.disk_size = size),
            Self::Reverted(snapshot) => {
                let missing = || Failure::new("not-found", "Snapshot not found");
                let snapshot = state.snapshots.get(&snapshot).ok_or_else(missing)?;
                let machine = snapshot.machine.clone();
                guest::forget(state, id);
                if let Some(machine) = machine {
                    guest::resume_on(state, id, machine);
                }
            }
        }
        Ok(())
    }
}

/// Whatever became of it, something else may be done now.
pub(super) fn release(state: &mut State, id: &str) {
    write(state, id, |instance| instance.busy = false);
}

fn write(state: &mut State, id: &str, change: impl FnOnce(&mut Instance)) {
    state.instances.get_mut(id).map(change);
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Reset {
    template: Option<Given>,
    disk_size: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Scale {
    #[serde(with = "common::reference")]
    instance_type: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Resize {
    disk_size: u64,
}

/// A new disk from a template: everything on the old one is lost, and cloud-init runs again.
pub(super) fn reset(ask: &mut Ask<'_>) -> Outcome {
    let body: Reset = ask.read()?;
    let id = stopped_one(ask, "id")?;
    let instance = kind::own::<Instance>(ask)?;
    let template = body
        .template
        .map_or_else(|| instance.template.clone(), |given| given.id);
    let disk_size = body.disk_size.unwrap_or(instance.disk_size);
    create::check_offer(ask.state, ask.zone, &instance.kind, &template, disk_size)?;
    let change = Change::Reset {
        template,
        disk_size,
    };
    reshape(ask, &id, INSTANCE_RESHAPE, change)
}

/// Within the family, or across the three that share their hardware.
pub(super) fn scale(ask: &mut Ask<'_>) -> Outcome {
    let to = ask.read::<Scale>()?.instance_type;
    let id = stopped_one(ask, "id")?;
    let instance = kind::own::<Instance>(ask)?;
    let entry = create::offered_type(ask.zone, &to)?;
    let from = instance_types::find(&instance.kind);
    if !from.is_some_and(|from| may_follow(from, entry)) {
        return Err(Refusal::invalid(format!(
            "The instance cannot be scaled to the family {}",
            entry.family
        )));
    }
    create::check_disk(entry, 0, instance.disk_size)?;
    if block_storage::count_of(ask.state, &id) > 0 {
        block_storage::check_type(&to)?;
    }
    reshape(ask, &id, SMALL_CHANGE, Change::Scaled(to))
}

fn may_follow(from: InstanceType, to: InstanceType) -> bool {
    let shared = |entry: InstanceType| ["standard", "memory", "cpu"].contains(&entry.family);
    from.family == to.family || shared(from) && shared(to)
}

pub(super) fn resize(ask: &mut Ask<'_>) -> Outcome {
    let size = ask.read::<Resize>()?.disk_size;
    let id = stopped_one(ask, "id")?;
    let instance = kind::own::<Instance>(ask)?;
    if size <= instance.disk_size {
        return Err(Refusal::invalid(format!(
            "Invalid request body: disk-size must be more than the present {} GiB",
            instance.disk_size
        )));
    }
    create::check_disk(create::offered_type(ask.zone, &instance.kind)?, 0, size)?;
    reshape(ask, &id, SMALL_CHANGE, Change::Resized(size))
}

/// The disk is again as it was; one that has grown since keeps its size.
pub(super) fn revert(ask: &mut Ask<'_>) -> Outcome {
    let snapshot = ask.read::<Given>()?.id;
    let id = stopped_one(ask, "instance-id")?;
    let found = kind::find::<Snapshot>(ask.state, ask.zone, &snapshot)?;
    if found.instance != id {
        return Err(Refusal::invalid("The snapshot is of another instance"));
    }
    kind::Kind::check_free(found, ask.state)?;
    reshape(ask, &id, INSTANCE_RESHAPE, Change::Reverted(snapshot))
}

fn reshape(ask: &mut Ask<'_>, id: &str, duration: u64, change: Change) -> Outcome {
    write(ask.state, id, |instance| instance.busy = true);
    begin(ask, id, duration, Whole::Shape(id.to_owned(), change))
}

#[cfg(test)]
mod tests {
    use crate::testing::{CA_HASH, Client, JOIN_TOKEN, NOBODY, STANDARD_MEDIUM, ZONE, user_data};
    use serde_json::{Value, json};

    fn kind(client: &mut Client, family: &str, size: &str) -> Value {
        let list = client.get("/instance-type");
        let types = list["instance-types"].as_array().unwrap();
        let found = types
            .iter()
            .find(|entry| entry["family"] == family && entry["size"] == size);
        json!({ "instance-type": { "id": found.unwrap()["id"] } })
    }

    #[test]
    fn only_when_it_is_stopped_and_one_thing_at_a_time() {
        let mut client = Client::calm();
        let body = client.instance(json!({}));
        let id = client.done("POST", "/instance", body);
        client.pass(60);
        let path = format!("/instance/{id}");
        let large = kind(&mut client, "standard", "large");
        for (action, body) in [
            ("reset", json!({})),
            ("scale", large.clone()),
            ("resize-disk", json!({ "disk-size": 30 })),
        ] {
            let message = client.refused(400, "PUT", &format!("{path}:{action}"), body);
            assert_eq!(message, "The instance needs to be stopped.");
        }
        client.done("PUT", &format!("{path}:stop"), Value::Null);
        let (_, operation) = client.call("PUT", &format!("{path}:scale"), &large);
        client.refused(409, "PUT", &format!("{path}:start"), json!({}));
        client.refused(409, "DELETE", &path, Value::Null);
        client.ended(operation["id"].as_str().unwrap());
        assert_eq!(client.get(&path)["instance-type"], large["instance-type"]);
        client.done("PUT", &format!("{path}:start"), json!({}));
    }

    #[test]
    fn types_of_the_same_hardware_and_disks_that_grow() {
        let mut client = Client::calm();
        let body = client.instance(json!({ "auto-start": false, "disk-size": 300 }));
        let id = client.done("POST", "/instance", body);
        let path = format!("/instance/{id}");
        let scale = format!("{path}:scale");
        for (family, size, status) in [
            ("memory", "huge", 200),
            ("cpu", "extra-large", 200),
            ("standard", "small", 200),
            ("storage", "huge", 400),
            ("standard", "micro", 400),
        ] {
            let to = kind(&mut client, family, size);
            assert_eq!(client.call("PUT", &scale, &to).0, status, "{family}.{size}");
            client.pass(5);
        }
        let nobody = json!({ "instance-type": { "id": NOBODY } });
        client.refused(404, "PUT", &scale, nobody);
        let resize = format!("{path}:resize-disk");
        for size in [300, 299, 401] {
            client.refused(400, "PUT", &resize, json!({ "disk-size": size }));
        }
        client.done("PUT", &resize, json!({ "disk-size": 301 }));
        assert_eq!(client.get(&path)["disk-size"], 301);
    }

    /// What ran on a disk goes with a reset and comes back with a snapshot.
    #[test]
    fn a_new_disk_and_an_old_one() {
        let mut client = Client::calm();
        let facts = json!({
            "schema": 1, "role": "node",
            "cluster": { "id": "k3x9q", "zone": ZONE, "endpoint": "api.k3x9q.slipway.internal" },
            "network": { "private": "10.0.0.0/24" },
            "kubernetes": { "minor": "1.33", "version": "1.33.5" },
            "controlPlanes": [{ "name": "cp", "address": "10.0.0.1" }],
            "pool": { "name": "workers" },
            "join": { "token": JOIN_TOKEN, "caHash": CA_HASH },
        });
        let body = client.instance(json!({ "user-data": user_data(&facts) }));
        let id = client.done("POST", "/instance", body);
        let path = format!("/instance/{id}");
        client.pass(120);
        client.done("PUT", &format!("{path}:stop"), Value::Null);
        let ran = |client: &mut Client| client.world.has_run_on(&id);
        assert!(ran(&mut client));
        let make = format!("{path}:create-snapshot");
        let snapshot = client.done("POST", &make, Value::Null);
        client.refused(
            400,
            "PUT",
            &format!("{path}:reset"),
            json!({ "disk-size": 9 }),
        );
        let nobody = json!({ "template": { "id": NOBODY } });
        client.refused(404, "PUT", &format!("{path}:reset"), nobody);
        client.done("PUT", &format!("{path}:reset"), json!({ "disk-size": 12 }));
        assert!(!ran(&mut client), "cloud-init will run again");
        assert_eq!(client.get(&path)["disk-size"], 12);
        let revert = format!("{path}:revert-snapshot");
        client.refused(404, "POST", &revert, json!({ "id": NOBODY }));
        client.done("POST", &revert, json!({ "id": snapshot }));
        assert!(ran(&mut client));
        let other = client.instance(json!({ "auto-start": false }));
        let other = client.done("POST", "/instance", other);
        let revert = format!("/instance/{other}:revert-snapshot");
        client.refused(400, "POST", &revert, json!({ "id": snapshot }));
        assert_eq!(client.get(&path)["instance-type"]["id"], STANDARD_MEDIUM);
    }
}

//! What a person sees who looks inside an account: what exists, what is under way, what was asked, what goes wrong.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::clock::Clock;
use crate::faults::Faults;
use crate::future::Happening;
use crate::kinds::{self, Thing};
use crate::options::Preset;
use crate::store::State;
use crate::switches::Switches;

/// The newest of them.
const EVENTS: usize = 40;

/// An account as it stands.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inside {
    /// The account's time, in milliseconds since it was opened.
    pub age_ms: u64,
    /// Its clock.
    pub clock: Clock,
    /// The temper it was opened with.
    pub preset: Preset,
    /// Everything that exists, by kind.
    pub things: Vec<Thing>,
    /// Machines that run our bootstrap, and where they stand.
    pub machines: Vec<Booting>,
    /// Operations under way.
    pub operations: Vec<Underway>,
    /// The newest first.
    pub events: Vec<Asked>,
    /// What it would be billed for so far: seconds by the names of the price list.
    pub usage: BTreeMap<String, u64>,
    /// What goes wrong.
    pub faults: Faults,
    /// The guesses it lives by.
    pub switches: Switches,
}

/// A machine and its bootstrap.
#[derive(Debug, Serialize)]
pub struct Booting {
    /// The instance's name.
    pub name: String,
    /// What it does.
    pub step: String,
}

/// An operation that has not ended.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Underway {
    /// Its id.
    pub id: String,
    /// The kind that it is about, if it is about any.
    pub kind: Option<String>,
    /// The id of what it is about.
    pub about: Option<String>,
    /// When it ends, in milliseconds of the account's time; unknown when others decide.
    pub ends_in_ms: Option<u64>,
}

/// A request that changed something, or tried to.
#[derive(Debug, Serialize)]
pub struct Asked {
    /// Unix milliseconds.
    pub at: u64,
    /// The document's name for it.
    pub operation: String,
    /// The HTTP status.
    pub status: u16,
    /// Why not.
    pub message: Option<String>,
    /// The name of the key that asked.
    pub key: Option<String>,
}

pub(crate) fn look(state: &State) -> Inside {
    let meta = &state.meta;
    Inside {
        age_ms: meta.now.saturating_sub(meta.opened_at),
        clock: meta.clock,
        preset: meta.options.preset,
        things: kinds::things(state),
        machines: machines(state),
        operations: operations(state),
        events: events(state),
        usage: meta.usage.all(),
        faults: meta.faults.clone(),
        switches: meta.switches.clone(),
    }
}

fn machines(state: &State) -> Vec<Booting> {
    let machines = state.machines.iter();
    machines
        .filter_map(|(id, machine)| {
            let instance = state.instances.get(id)?;
            Some(Booting {
                name: instance.settings.name.clone(),
                step: format!("{:?}", machine.step),
            })
        })
        .collect()
}

fn operations(state: &State) -> Vec<Underway> {
    let ends = |id: &str| {
        let mut future = state.future.values();
        let end = future
            .find(|next| matches!(&next.what, Happening::OperationEnds(other) if other == id));
        end.map(|next| next.due.saturating_sub(state.meta.now))
    };
    let pending = state.operations.iter().filter(|(_, one)| one.is_pending());
    pending
        .map(|(id, operation)| Underway {
            id: id.clone(),
            kind: operation.reference().map(|about| about.kind.clone()),
            about: operation.reference().map(|about| about.id.clone()),
            ends_in_ms: ends(id),
        })
        .collect()
}

fn events(state: &State) -> Vec<Asked> {
    let newest = state.events.values().rev().take(EVENTS);
    newest
        .map(|event| Asked {
            at: event.at,
            operation: event.operation.clone(),
            status: event.status,
            message: event.message.clone(),
            key: event.key_name().map(str::to_owned),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::Client;
    use serde_json::json;

    #[test]
    fn everything_is_seen() {
        let mut client = Client::calm();
        let body = client.instance(json!({ "name": "demo" }));
        let (_, operation) = client.call("POST", "/instance", &body);
        client.refused(409, "POST", "/security-group", json!({ "name": "default" }));
        let inside = client.world.look(0);
        let found = inside.things.iter().find(|thing| thing.kind == "instance");
        assert_eq!(found.unwrap().name, "demo");
        assert_eq!(found.unwrap().state.as_deref(), Some("starting"));
        assert_eq!(found.unwrap().zone.as_deref(), Some("ch-dk-2"));
        let kinds: Vec<&str> = inside.things.iter().map(|thing| thing.kind).collect();
        assert!(kinds.contains(&"api-key") && kinds.contains(&"security-group"));
        assert_eq!(inside.operations.len(), 1);
        assert_eq!(inside.operations[0].id, operation["id"]);
        assert!(inside.operations[0].ends_in_ms > Some(1_000));
        assert_eq!(inside.events[0].status, 409);
        assert_eq!(inside.events[0].key.as_deref(), Some("first"));
    }

    #[test]
    fn only_a_key_of_the_account_may_look() {
        let client = Client::calm();
        let own = client.credentials.clone();
        assert!(client.world.knows(&own.key, &own.secret));
        assert!(!client.world.knows(&own.key, "other"));
        assert!(!client.world.knows("EXOnobody", &own.secret));
    }
}

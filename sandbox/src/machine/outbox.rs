//! What machines say to the world outside: one call at a time each, in order, kept until it is answered.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::{control_plane, day_two, reach};
use crate::store::State;

/// A request of a machine to the launcher: a `POST` with a JSON body and `Authorization: Bearer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestCall {
    /// To answer it by.
    pub id: u64,
    /// The instance's name.
    pub machine: String,
    /// The machine's public address.
    pub source: Ipv4Addr,
    /// Where to.
    pub url: String,
    /// The ticket.
    pub bearer: String,
    /// JSON.
    pub body: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Purpose {
    Bundle,
    Confirm,
    Report,
    /// A report that the next measurement makes worthless.
    Evidence,
}

impl Purpose {
    fn path(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::Confirm => "confirm",
            Self::Report | Self::Evidence => "report",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Outgoing {
    pub(crate) number: u64,
    pub(crate) instance: String,
    pub(crate) purpose: Purpose,
    pub(crate) body: String,
    /// A run that asks for it, in place of the one that the machine was made by.
    #[serde(default)]
    pub(crate) run: Option<String>,
    pub(crate) tries: u32,
    pub(crate) due: u64,
}

/// A report is tried a few times, then forgotten.
const TRIES: u32 = 3;
const RETRY: u64 = 2_000;

pub(crate) fn send(state: &mut State, instance: &str, purpose: Purpose, body: String) {
    put(state, instance, purpose, body, None);
}

/// A measurement for a run that asks for it, unless the last one is still on its way.
pub(crate) fn answer(state: &mut State, instance: &str, run: &str, body: String) {
    if !has_waiting(state, instance, Purpose::Evidence) {
        let run = Some(run.to_owned());
        put(state, instance, Purpose::Evidence, body, run);
    }
}

fn put(state: &mut State, instance: &str, purpose: Purpose, body: String, run: Option<String>) {
    let number = state.next_sequence();
    let due = state.meta.now;
    let outgoing = Outgoing {
        number,
        instance: instance.to_owned(),
        purpose,
        body,
        run,
        tries: 0,
        due,
    };
    state.outbox.insert(&row(number), outgoing);
}

/// Is anything of this purpose still on its way?
pub(crate) fn has_waiting(state: &State, instance: &str, purpose: Purpose) -> bool {
    state
        .outbox
        .values()
        .any(|call| call.instance == instance && call.purpose == purpose)
}

/// A machine that is off says nothing.
pub(crate) fn silence(state: &mut State, instance: &str) {
    for row in state.outbox.ids(|call| call.instance == instance) {
        state.outbox.remove(&row);
    }
}

/// The first call of each machine, unless it is on its way already.
fn heads<'a>(state: &'a State, in_flight: &'a BTreeSet<u64>) -> impl Iterator<Item = &'a Outgoing> {
    let mut seen = BTreeSet::new();
    let firsts = state
        .outbox
        .values()
        .filter(move |call| seen.insert(call.instance.as_str()));
    firsts.filter(|call| !in_flight.contains(&call.number))
}

/// The next call that is due, which is then in flight.
pub(crate) fn hand_out(state: &State, in_flight: &mut BTreeSet<u64>) -> Option<GuestCall> {
    let now = state.meta.now;
    let (number, call) = heads(state, in_flight)
        .filter(|call| call.due <= now)
        .find_map(|call| Some((call.number, address(state, call)?)))?;
    in_flight.insert(number);
    Some(call)
}

/// When the next call will be due.
pub(crate) fn next_due(state: &State, in_flight: &BTreeSet<u64>) -> Option<u64> {
    heads(state, in_flight).map(|call| call.due).min()
}

/// The launcher has answered, or could not be reached.
pub(crate) fn answered(state: &mut State, number: u64, reply: Option<(u16, &str)>) {
    let Some(call) = state.outbox.remove(&row(number)) else {
        return;
    };
    let failed = reply.is_none_or(|(status, _)| status >= 500 || status == 429);
    let again = failed && call.tries + 1 < TRIES;
    match call.purpose {
        Purpose::Bundle => control_plane::bundle_answered(state, &call.instance, reply),
        Purpose::Confirm | Purpose::Report if again => {
            let due = state.meta.now + RETRY;
            state.outbox.insert(
                &row(number),
                Outgoing {
                    tries: call.tries + 1,
                    due,
                    ..call
                },
            );
        }
        Purpose::Confirm => control_plane::confirmed(state, &call.instance),
        Purpose::Evidence => {
            if let (Some(run), Some((401 | 403 | 410, _))) = (&call.run, reply) {
                day_two::refused(state, &call.instance, run);
            }
        }
        Purpose::Report => {}
    }
}

fn address(state: &State, call: &Outgoing) -> Option<GuestCall> {
    let instance = state.instances.get(&call.instance)?;
    let callback = state
        .machines
        .get(&call.instance)?
        .facts
        .callback
        .as_ref()?;
    Some(GuestCall {
        id: call.number,
        machine: instance.settings.name.clone(),
        source: instance.public_ip?,
        url: url(&callback.url, call),
        bearer: callback.ticket.clone(),
        body: call.body.clone(),
    })
}

/// Another run is found at the same origin, and there the machine by the name that it was given.
fn url(callback: &str, call: &Outgoing) -> String {
    let own = callback.trim_end_matches('/');
    let path = call.purpose.path();
    let parts = own
        .split_once("/api/runs/")
        .zip(own.rsplit_once('/'))
        .zip(call.run.as_ref());
    match parts {
        Some((((origin, _), (_, machine)), run)) => {
            format!("{origin}/api/runs/{run}/machines/{machine}/{path}")
        }
        None => format!("{own}/{path}"),
    }
}

fn row(number: u64) -> String {
    format!("{number:012}")
}

/// Can this machine reach the launcher at all?
pub(crate) fn can_call(state: &State, instance: &str) -> bool {
    let machine = state.machines.get(instance);
    let callback = machine.and_then(|machine| machine.facts.callback.as_ref());
    callback.is_some_and(|callback| reach::reaches_origin(state, instance, &callback.url))
}

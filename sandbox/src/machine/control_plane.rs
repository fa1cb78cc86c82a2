//! What only control planes do: fetch the bundle, confirm it, apply the addons, prove that all is well.

use super::bundle::Bundle;
use super::evidence;
use super::guest::{Step, go, stand};
use super::outbox::{self, Purpose};
use super::stage::{age, end, fail, proceed, report};
use super::{cluster, facts::Facts};
use crate::durations::{
    ADDONS, BUNDLE_RETRY, BUNDLE_TIMEOUT, EVIDENCE_PERIOD, EVIDENCE_TIMEOUT, READY_TIMEOUT,
};
use crate::store::State;

pub(super) fn ask_for_bundle(state: &mut State, id: &str) {
    if outbox::can_call(state, id) {
        outbox::send(state, id, Purpose::Bundle, "{}".to_owned());
        stand(state, id, Step::AwaitBundle);
    } else {
        ask_again(state, id);
    }
}

/// 425 and no answer: again. 401 and 403: stop. 410: go on with what is there.
pub(super) fn bundle_answered(state: &mut State, id: &str, reply: Option<(u16, &str)>) {
    let Some(machine) = state.machines.get(id) else {
        return;
    };
    if machine.step != Step::AwaitBundle {
        return;
    }
    let has_bundle = machine.bundle.is_some();
    match reply {
        Some((200, body)) => match Bundle::parse(body) {
            Ok(bundle) => {
                if let Some(machine) = state.machines.get_mut(id) {
                    machine.bundle = Some(bundle);
                }
                // It is on disk: the ticket may die.
                outbox::send(state, id, Purpose::Confirm, "{}".to_owned());
                stand(state, id, Step::AwaitConfirm);
            }
            Err(reason) => fail(state, id, &reason),
        },
        Some((410, _)) if has_bundle => end(state, id, ""),
        Some((status @ (401 | 403 | 410), _)) => {
            fail(state, id, &format!("the launcher answered {status}"));
        }
        Some(_) | None => ask_again(state, id),
    }
}

/// Heard or not: unconfirmed, the ticket dies by its age.
pub(super) fn confirmed(state: &mut State, id: &str) {
    let machine = state.machines.get(id);
    if machine.is_some_and(|machine| machine.step == Step::AwaitConfirm) {
        end(state, id, "");
    }
}

/// The first control plane brings the addons.
pub(super) fn apply_addons(state: &mut State, id: &str) {
    if is_first(state, id) {
        go(state, id, Step::AddonsApplied, ADDONS);
    } else {
        end(state, id, "");
    }
}

pub(super) fn addons_applied(state: &mut State, id: &str) {
    cluster::addons_applied(state, id);
    end(state, id, "");
}

pub(super) fn await_ready(state: &mut State, id: &str) {
    go(state, id, Step::Evidence, EVIDENCE_PERIOD);
}

/// The first control plane measures the cluster; another only waits for its own node.
pub(super) fn evidence(state: &mut State, id: &str) {
    if is_first(state, id) {
        measure(state, id);
    } else if cluster::has_ready_node(state, id) {
        end(state, id, "");
    } else if age(state, id) > READY_TIMEOUT {
        fail(state, id, "the node was not ready within 15 minutes");
    } else {
        go(state, id, Step::Evidence, EVIDENCE_PERIOD);
    }
}

fn measure(state: &mut State, id: &str) {
    let evidence = evidence::measure(state, id);
    if !evidence.complete && age(state, id) > EVIDENCE_TIMEOUT {
        return fail(state, id, "the cluster was not complete within an hour");
    }
    let (progress, purpose) = if evidence.complete {
        ("done", Purpose::Report)
    } else {
        ("started", Purpose::Evidence)
    };
    let Some(mut body) = report(state, id, progress, "") else {
        return;
    };
    if let Some(slot) = body.get_mut("evidence") {
        *slot = evidence.body;
    }
    if evidence.complete || !outbox::has_waiting(state, id, Purpose::Evidence) {
        outbox::send(state, id, purpose, body.to_string());
    }
    if evidence.complete {
        proceed(state, id);
    } else {
        go(state, id, Step::Evidence, EVIDENCE_PERIOD);
    }
}

fn is_first(state: &State, id: &str) -> bool {
    let first = state
        .machines
        .get(id)
        .and_then(|machine| Facts::first_control_plane(&machine.facts));
    let name = state
        .instances
        .get(id)
        .map(|instance| &instance.settings.name);
    first.map(|plane| &plane.name) == name
}

fn ask_again(state: &mut State, id: &str) {
    if age(state, id) > BUNDLE_TIMEOUT {
        fail(state, id, "no bundle within 25 minutes");
    } else {
        go(state, id, Step::AskForBundle, BUNDLE_RETRY);
    }
}

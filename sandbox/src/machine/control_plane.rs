//! What only control planes do: fetch the bundle, confirm it, apply the addons, prove that all is well.

use super::bundle::Bundle;
use super::cluster;
use super::evidence;
use super::guest::{Step, begin_stage, end_stage, fail, go, report_body, stand};
use super::outbox::{self, Purpose};
use crate::durations::{ADDONS, BUNDLE_RETRY, BUNDLE_TIMEOUT, EVIDENCE_PERIOD};
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
                outbox::send(state, id, Purpose::Confirm, "{}".to_owned());
                stand(state, id, Step::AwaitConfirm);
            }
            Err(reason) => fail(state, id, "bundle", &reason),
        },
        Some((410, _)) if has_bundle => go_on(state, id),
        Some((status @ (401 | 403 | 410), _)) => {
            fail(
                state,
                id,
                "bundle",
                &format!("the launcher answered {status}"),
            );
        }
        Some(_) | None => ask_again(state, id),
    }
}

/// That the bundle is on disk is known to the launcher, or will not be.
pub(super) fn confirmed(state: &mut State, id: &str) {
    let waits = state
        .machines
        .get(id)
        .is_some_and(|machine| machine.step == Step::AwaitConfirm);
    if waits {
        go_on(state, id);
    }
}

/// The first control plane brings the addons; the others have nothing to apply.
pub(super) fn joined(state: &mut State, id: &str) {
    begin_stage(state, id, "addons");
    let takes = if cluster::is_first(state, id) {
        ADDONS
    } else {
        0
    };
    go(state, id, Step::AddonsApplied, takes);
}

pub(super) fn addons_applied(state: &mut State, id: &str) {
    if cluster::is_first(state, id) {
        cluster::addons_applied(state, id);
    }
    end_stage(state, id, "addons", "");
    begin_stage(state, id, "ready");
    go(state, id, Step::Evidence, EVIDENCE_PERIOD);
}

/// The first control plane measures the cluster; another only waits for its own node.
pub(super) fn evidence(state: &mut State, id: &str) {
    if !cluster::is_first(state, id) {
        if cluster::has_working_node(state, id) {
            end_stage(state, id, "ready", "");
            stand(state, id, Step::Done);
        } else {
            go(state, id, Step::Evidence, EVIDENCE_PERIOD);
        }
        return;
    }
    let Some(evidence) = evidence::measure(state, id) else {
        return;
    };
    let progress = if evidence.complete { "done" } else { "started" };
    let purpose = if evidence.complete {
        Purpose::Report
    } else {
        Purpose::Evidence
    };
    let Some(mut body) = report_body(state, id, "ready", progress, "") else {
        return;
    };
    if let Some(slot) = body.get_mut("evidence") {
        *slot = evidence.body;
    }
    if !outbox::has_waiting(state, id, Purpose::Evidence) || evidence.complete {
        outbox::send(state, id, purpose, body.to_string());
    }
    if evidence.complete {
        stand(state, id, Step::Done);
    } else {
        go(state, id, Step::Evidence, EVIDENCE_PERIOD);
    }
}

fn go_on(state: &mut State, id: &str) {
    end_stage(state, id, "bundle", "");
    go(state, id, Step::Packages, 0);
}

fn ask_again(state: &mut State, id: &str) {
    let began = state
        .machines
        .get(id)
        .map_or(0, |machine| machine.stage_began);
    if state.meta.now.saturating_sub(began) > BUNDLE_TIMEOUT {
        fail(
            state,
            id,
            "bundle",
            "the launcher did not hand out the bundle in time",
        );
    } else {
        go(state, id, Step::AskForBundle, BUNDLE_RETRY);
    }
}

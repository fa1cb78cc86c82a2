//! Asynchronous operations: answered `pending`, ended later, visible only in the zone that began them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::future::Happening;
use crate::kinds::Change;
use crate::kinds::instance::Instance;
use crate::kinds::kind::{self, Kind as _};
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[("get-operation", get_operation)];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OperationState {
    Pending,
    Success,
    Failure,
    Timeout,
}

/// How it will end, decided when it begins, so that the same seed gives the same life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Fate {
    Success,
    Failure(String),
    Timeout,
}

/// Reasons of the document for what is nobody's fault but the cloud's.
const REASONS: [&str; 5] = ["busy", "fault", "interrupted", "unavailable", "unknown"];
/// Nobody asks for an operation that ended so long ago.
const KEPT_MS: u64 = 3_600_000;
/// So often old operations are looked for, in operations.
const PRUNED_EVERY: usize = 64;

/// What an operation is about: the parent, where the thing changed is a part of another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Reference {
    pub(crate) kind: String,
    pub(crate) id: String,
}

impl Reference {
    pub(crate) fn new(kind: &str, id: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            id: id.to_owned(),
        }
    }
}

/// Why an operation failed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) reason: String,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(reason: &str, message: &str) -> Self {
        Self {
            reason: reason.to_owned(),
            message: message.to_owned(),
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Operation {
    id: String,
    zone: String,
    pub(crate) state: OperationState,
    reference: Option<Reference>,
    failure: Option<Failure>,
    /// What is done when it ends well; kept until then.
    change: Option<Change>,
    fate: Fate,
    /// Virtual time.
    ended_at: Option<u64>,
}

impl Operation {
    pub(crate) fn is_pending(&self) -> bool {
        self.state == OperationState::Pending
    }

    /// Will it put this label on a machine?
    pub(crate) fn labels_a_machine(&self, label: &str) -> bool {
        let Some(Change::Kind { kind, change, .. }) = &self.change else {
            return false;
        };
        let kind::Change::Edited(patch) = change else {
            return false;
        };
        kind == Instance::NAME
            && patch
                .get("labels")
                .is_some_and(|labels| labels.get(label).is_some())
    }

    pub(crate) fn reference(&self) -> Option<&Reference> {
        self.reference.as_ref()
    }
}

/// Begins an operation that ends by itself after about `duration`.
pub(crate) fn begin(
    ask: &mut Ask<'_>,
    reference: impl Into<Option<Reference>>,
    duration: u64,
    change: Change,
) -> Value {
    let zone = ask.zone.to_owned();
    let state = &mut *ask.state;
    let id = create(state, &zone, reference.into(), Some(change));
    let delay =
        state.meta.random.jitter(duration) * u64::from(state.meta.faults.operation_percent) / 100;
    state.schedule(delay, Happening::OperationEnds(id.clone()));
    state.operations.get(&id).map_or(Value::Null, view)
}

/// Begins an operation that somebody else will `settle`; answers its id.
pub(crate) fn begin_open(state: &mut State, zone: &str, reference: Reference) -> String {
    create(state, zone, Some(reference), None)
}

/// An operation that was done before it could be asked for: what SSH keys answer, without a reference.
pub(crate) fn done_at_once(ask: &mut Ask<'_>) -> Value {
    let zone = ask.zone.to_owned();
    let id = create(ask.state, &zone, None, None);
    settle(ask.state, &id);
    ask.state.operations.get(&id).map_or(Value::Null, view)
}

/// Ends an open operation now.
pub(crate) fn settle(state: &mut State, id: &str) {
    let pending = |operation: &Operation| operation.state == OperationState::Pending;
    if state.operations.get(id).is_some_and(pending) {
        end(state, id);
    }
}

/// Ends an open operation now, and not well.
pub(crate) fn fail(state: &mut State, id: &str, failure: Failure) {
    let now = state.meta.now;
    if let Some(operation) = state.operations.get_mut(id) {
        operation.ended_at = Some(now);
        operation.state = OperationState::Failure;
        operation.failure = Some(failure);
    }
}

/// Time is up: the change is made, or not.
pub(crate) fn end(state: &mut State, id: &str) {
    let now = state.meta.now;
    let Some(operation) = state.operations.get_mut(id) else {
        return;
    };
    operation.ended_at = Some(now);
    let change = operation.change.take();
    let fate = operation.fate.clone();
    let (ended, failure) = match (fate, change) {
        (Fate::Success, change) => match change.map_or(Ok(()), |change| change.apply(state)) {
            Ok(()) => (OperationState::Success, None),
            Err(failure) => (OperationState::Failure, Some(failure)),
        },
        (fate, change) => {
            if let Some(change) = change {
                change.abandon(state);
            }
            match fate {
                Fate::Failure(reason) => {
                    let message = "The operation could not be completed";
                    (
                        OperationState::Failure,
                        Some(Failure::new(&reason, message)),
                    )
                }
                Fate::Success | Fate::Timeout => (OperationState::Timeout, None),
            }
        }
    };
    if let Some(operation) = state.operations.get_mut(id) {
        operation.state = ended;
        operation.failure = failure;
    }
}

/// The operation as the wire has it.
pub(crate) fn view_of(state: &State, id: &str) -> Value {
    state.operations.get(id).map_or(Value::Null, view)
}

fn create(
    state: &mut State,
    zone: &str,
    reference: Option<Reference>,
    change: Option<Change>,
) -> String {
    if state.operations.len().is_multiple_of(PRUNED_EVERY) {
        prune(state);
    }
    let id = state.uuid();
    let at_once = reference.is_none() && change.is_none();
    let fate = if at_once { Fate::Success } else { draw(state) };
    let operation = Operation {
        id: id.clone(),
        zone: zone.to_owned(),
        state: OperationState::Pending,
        reference,
        failure: None,
        change,
        fate,
        ended_at: None,
    };
    state.operations.insert(&id, operation);
    id
}

fn draw(state: &mut State) -> Fate {
    let faults = &state.meta.faults;
    let random = &mut state.meta.random;
    if random.chance(faults.operation_failure) {
        let drawn = random.below(REASONS.len() as u64);
        let reason = usize::try_from(drawn)
            .ok()
            .and_then(|index| REASONS.get(index));
        Fate::Failure(reason.copied().unwrap_or("unknown").to_owned())
    } else if random.chance(faults.operation_timeout) {
        Fate::Timeout
    } else {
        Fate::Success
    }
}

/// Without it an account that lives long would keep all that was ever done to it.
fn prune(state: &mut State) {
    let now = state.meta.now;
    let is_old = |operation: &Operation| {
        operation
            .ended_at
            .is_some_and(|ended| ended.saturating_add(KEPT_MS) < now)
    };
    for id in state.operations.ids(is_old) {
        state.operations.remove(&id);
    }
}

fn view(operation: &Operation) -> Value {
    let state = match operation.state {
        OperationState::Pending => "pending",
        OperationState::Success => "success",
        OperationState::Failure => "failure",
        OperationState::Timeout => "timeout",
    };
    let reference = operation.reference.as_ref().map(|reference| {
        json!({
            "id": reference.id,
            "link": format!("/v2/{}/{}", reference.kind, reference.id),
            "command": format!("get-{}", reference.kind.replace('/', "-")),
        })
    });
    Object::new()
        .with("id", &operation.id)
        .with("state", state)
        .maybe(
            "reason",
            operation.failure.as_ref().map(|failure| &failure.reason),
        )
        .maybe(
            "message",
            operation.failure.as_ref().map(|failure| &failure.message),
        )
        .maybe("reference", reference)
        .done()
}

fn get_operation(ask: &mut Ask<'_>) -> Outcome {
    let operation = ask.state.operations.get(ask.parameter("id"));
    operation
        .filter(|operation| operation.zone == ask.zone)
        .map(view)
        .ok_or_else(|| Refusal::not_found("Operation"))
}

#[cfg(test)]
mod tests {
    use crate::Faults;
    use crate::testing::Client;
    use serde_json::{Value, json};

    fn ended(client: &mut Client) -> Value {
        let body = json!({ "name": "net" });
        let (_, operation) = client.call("POST", "/private-network", &body);
        client.ended(operation["id"].as_str().unwrap())
    }

    #[test]
    fn they_fail_for_reasons_of_the_document_and_may_leave_things_behind() {
        let mut client = Client::with_faults(Faults {
            operation_failure: 1000,
            ..Faults::calm()
        });
        let mut reasons = std::collections::BTreeSet::new();
        for _ in 0..30 {
            let operation = ended(&mut client);
            assert_eq!(operation["state"], "failure");
            reasons.insert(operation["reason"].as_str().unwrap().to_owned());
        }
        assert!(reasons.len() > 2, "{reasons:?}");
        let left = client.get("/private-network")["private-networks"].clone();
        assert!((1..30).contains(&left.as_array().unwrap().len()));
    }

    #[test]
    fn they_time_out() {
        let mut client = Client::with_faults(Faults {
            operation_timeout: 1000,
            ..Faults::calm()
        });
        let operation = ended(&mut client);
        assert_eq!(operation["state"], "timeout");
        assert!(operation.get("reason").is_none());
    }

    #[test]
    fn old_ones_are_forgotten_and_young_ones_are_not() {
        let mut client = Client::calm();
        let key = json!({ "name": "me", "public-key": crate::testing::SSH_KEY });
        let mut first = None;
        for _ in 0..200 {
            let (_, operation) = client.call("POST", "/ssh-key", &key);
            let path = format!("/operation/{}", operation["id"].as_str().unwrap());
            client.get(&path);
            first.get_or_insert(path);
            client.call("DELETE", "/ssh-key/me", &Value::Null);
            client.pass(60);
        }
        client.refused(404, "GET", &first.unwrap(), Value::Null);
        let rows = client.world.take_changes().into_iter();
        let kept = rows.filter(|(key, row)| key.starts_with("operation/") && row.is_some());
        let kept = kept.count();
        assert!((100..200).contains(&kept), "{kept}");
    }
}

//! Asynchronous operations: answered `pending`, ended later, visible only in the zone that began them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::future::Happening;
use crate::kinds::Change;
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
}

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
    /// Decided when it begins, so that the same seed gives the same life.
    doomed: bool,
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
    let Some(operation) = state.operations.get_mut(id) else {
        return;
    };
    if operation.state != OperationState::Pending {
        return;
    }
    if operation.doomed {
        operation.state = OperationState::Failure;
        operation.failure = Some(Failure::new(
            "unavailable",
            "The operation could not be completed",
        ));
    } else {
        operation.state = OperationState::Success;
    }
}

/// Ends an open operation now, and not well.
pub(crate) fn fail(state: &mut State, id: &str, failure: Failure) {
    if let Some(operation) = state.operations.get_mut(id) {
        operation.state = OperationState::Failure;
        operation.failure = Some(failure);
    }
}

/// Time is up: the change is made, or fails.
pub(crate) fn end(state: &mut State, id: &str) {
    let Some(operation) = state.operations.get_mut(id) else {
        return;
    };
    let doomed = operation.doomed;
    let change = operation.change.take();
    let result = match (change, doomed) {
        (None, _) => Ok(()),
        (Some(change), false) => change.apply(state),
        (Some(change), true) => {
            change.abandon(state);
            Err(Failure::new(
                "unavailable",
                "The operation could not be completed",
            ))
        }
    };
    if let Some(operation) = state.operations.get_mut(id) {
        match result {
            Ok(()) => operation.state = OperationState::Success,
            Err(failure) => {
                operation.state = OperationState::Failure;
                operation.failure = Some(failure);
            }
        }
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
    let id = state.uuid();
    let doomed = state
        .meta
        .random
        .chance(state.meta.faults.operation_failure)
        && (reference.is_some() || change.is_some());
    let operation = Operation {
        id: id.clone(),
        zone: zone.to_owned(),
        state: OperationState::Pending,
        reference,
        failure: None,
        change,
        doomed,
    };
    state.operations.insert(&id, operation);
    id
}

fn view(operation: &Operation) -> Value {
    let state = match operation.state {
        OperationState::Pending => "pending",
        OperationState::Success => "success",
        OperationState::Failure => "failure",
    };
    let reference = operation.reference.as_ref().map(|reference| {
        json!({
            "id": reference.id,
            "link": format!("/v2/{}/{}", reference.kind, reference.id),
            "command": format!("get-{}", reference.kind),
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

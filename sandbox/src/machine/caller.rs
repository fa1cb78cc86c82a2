//! A call from inside a cluster: the key must hold and its secret be the right one, and its role must allow it.

use std::collections::BTreeMap;

use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::bundle::BundleKey;
use crate::iam;
use crate::store::State;
use crate::wire::door::{self, Errand};
use crate::wire::refusal::Refusal;
use crate::wire::route::Outcome;

/// Who calls, and the zone whose host is asked.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    key: BundleKey,
    zone: String,
}

/// How an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Pending,
    Succeeded,
    /// It failed, or this key may not ask.
    Failed,
}

impl Caller {
    /// The holder of the key that the bundle has under this name.
    pub(super) fn of(state: &State, cluster: &str, name: &str) -> Option<Self> {
        let cluster = state.clusters.get(cluster)?;
        Some(Self {
            key: cluster.keys.get(name)?.clone(),
            zone: cluster.facts.cluster.zone.clone(),
        })
    }

    /// The same, asking another zone's host.
    pub(super) fn at(&self, zone: &str) -> Self {
        Self {
            key: self.key.clone(),
            zone: zone.to_owned(),
        }
    }

    pub(super) fn get(&self, state: &mut State, path: &str) -> Outcome {
        self.call(state, "GET", path, &Value::Null)
    }

    /// Begins an operation; its id, or `None` when it is refused.
    pub(super) fn begin(
        &self,
        state: &mut State,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Option<Begun> {
        let answer = self.call(state, method, path, body).ok()?;
        Some(Begun {
            operation: text(&answer, "/id")?,
            subject: text(&answer, "/reference/id").unwrap_or_default(),
        })
    }

    pub(super) fn progress(&self, state: &mut State, operation: &str) -> Progress {
        let answer = self.get(state, &format!("/operation/{operation}"));
        let state = answer.as_ref().ok().and_then(|it| it.get("state"));
        match state.and_then(Value::as_str) {
            Some("pending") => Progress::Pending,
            Some("success") => Progress::Succeeded,
            _ => Progress::Failed,
        }
    }

    fn call(&self, state: &mut State, method: &str, path: &str, body: &Value) -> Outcome {
        let known = iam::known_key(state, &self.key.key)?;
        if !bool::from(known.secret.as_bytes().ct_eq(self.key.secret.as_bytes())) {
            return Err(Refusal::forbidden("Invalid request signature"));
        }
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let errand = Errand {
            key: &self.key.key,
            zone: &self.zone,
            method,
            path,
            query: &BTreeMap::new(),
            body: body.as_bytes(),
        };
        door::run(state, &errand)
    }
}

/// An operation that was accepted, and what it is about.
#[derive(Debug, Clone)]
pub(super) struct Begun {
    pub(super) operation: String,
    pub(super) subject: String,
}

/// The string at that place of an answer.
pub(super) fn text(answer: &Value, pointer: &str) -> Option<String> {
    answer.pointer(pointer)?.as_str().map(str::to_owned)
}

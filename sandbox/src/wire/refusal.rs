//! A no, with the status and words the real API uses where they are known.

use serde_json::{Value, json};

use super::object::Object;
use crate::document::Problem;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) message: String,
    /// What is wrong with the request, one by one.
    problems: Vec<String>,
}

impl Refusal {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            problems: Vec::new(),
        }
    }

    /// The request is not as the document has it.
    pub(crate) fn off_document(problems: &[Problem]) -> Self {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Self {
            status: 400,
            message: format!("Invalid request: {}", problems.join("; ")),
            problems,
        }
    }

    /// Our answer is not as the document has it: loud, so that no suite passes over it.
    pub(crate) fn own_mistake(operation: &str, problems: &[Problem]) -> Self {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let message = format!(
            "The sandbox's answer to {operation} is not as the document has it: {}",
            problems.join("; ")
        );
        Self::new(500, message)
    }

    /// The request itself is wrong.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    /// Credentials, policy, or a lock.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, message)
    }

    /// There is no such thing in this zone.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(404, format!("{what} not found"))
    }

    /// A name in use, a full quota, a thing that is busy.
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, message)
    }

    /// The thing is still in use.
    pub(crate) fn in_use(message: impl Into<String>) -> Self {
        Self::new(412, message)
    }

    pub(crate) fn body(&self) -> Value {
        let errors: Vec<Value> = self
            .problems
            .iter()
            .map(|problem| json!({ "message": problem }))
            .collect();
        Object::new()
            .with("message", &self.message)
            .maybe("errors", Some(errors))
            .done()
    }
}

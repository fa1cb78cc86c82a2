//! What the edge answers: bodies, errors and the headers that every answer carries.

use serde::Serialize;
use shared::spec::Problem;
use worker::{Response, ResponseBuilder, Result};

use crate::log;

/// An error as a client sees it. Nothing of ours but words and a code is in it.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    #[serde(skip)]
    status: u16,
    code: &'static str,
    message: String,
    hint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Problem>,
    #[serde(skip)]
    retry_after_s: Option<u16>,
}

impl Failure {
    /// An error of this status and code.
    pub(crate) fn new(
        status: u16,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        let (message, hint) = (message.into(), hint.into());
        Self {
            status,
            code,
            message,
            hint,
            field: None,
            problems: Vec::new(),
            retry_after_s: None,
        }
    }

    /// A body that cannot be read.
    pub(crate) fn bad_request(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(400, "bad_request", message, hint)
    }

    /// A spec that breaks rules.
    pub(crate) fn bad_spec(problems: Vec<Problem>) -> Self {
        let first = problems
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        let field = problems
            .first()
            .map(|problem| format!("spec.{}", problem.field));
        let hint = problems
            .first()
            .map(|problem| problem.hint.clone())
            .filter(|hint| !hint.is_empty())
            .unwrap_or_else(|| "Change what is named and send the spec again.".to_owned());
        Self {
            field,
            problems,
            ..Self::new(400, "bad_spec", first, hint)
        }
    }

    /// Nothing is there, or nothing that this caller may know of.
    pub(crate) fn not_found() -> Self {
        Self::new(
            404,
            "not_found",
            "there is no such thing here",
            "Check the address, the run's id and its capability.",
        )
    }

    /// The caller may not do this.
    pub(crate) fn forbidden(message: &str) -> Self {
        Self::new(
            403,
            "forbidden",
            message,
            "Use the site itself, or send no Origin header.",
        )
    }

    /// A mistake of ours. The cause goes to the operator's log, never to the client.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        log::mistake(cause);
        Self::new(
            500,
            "internal",
            "something went wrong on our side",
            "Try again; nothing you entered is lost.",
        )
    }

    /// What programs know it by.
    pub(crate) const fn code(&self) -> &'static str {
        self.code
    }

    /// The same, about one field.
    pub(crate) fn about(self, field: &str) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..self
        }
    }

    /// The same, worth another try after so many seconds.
    pub(crate) fn retry_after_s(self, seconds: u16) -> Self {
        Self {
            retry_after_s: Some(seconds),
            ..self
        }
    }

    /// As an answer.
    pub(crate) fn into_response(self) -> Result<Response> {
        let mut builder = Response::builder().with_status(self.status);
        if let Some(seconds) = self.retry_after_s {
            builder = builder.with_header("retry-after", &seconds.to_string())?;
        }
        builder.from_json(&self)
    }
}

impl From<worker::Error> for Failure {
    fn from(error: worker::Error) -> Self {
        Self::internal(&error)
    }
}

/// A JSON answer.
pub(crate) fn json<T: Serialize>(status: u16, body: &T) -> core::result::Result<Response, Failure> {
    Ok(ResponseBuilder::new().with_status(status).from_json(body)?)
}

/// Every answer that is not an asset forbids what a page of ours never does.
pub(crate) fn with_security_headers(response: Response) -> Result<Response> {
    // A WebSocket's answer belongs to the runtime: its headers cannot be changed any more.
    if response.status_code() == 101 {
        return Ok(response);
    }
    let headers = response.headers().clone();
    for (name, value) in HEADERS {
        headers.set(name, value)?;
    }
    Ok(response.with_headers(headers))
}

const HEADERS: [(&str, &str); 8] = [
    ("cache-control", "no-store"),
    (
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    (
        "strict-transport-security",
        "max-age=63072000; includeSubDomains",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

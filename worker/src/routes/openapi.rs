//! What this API is, for programs: the document that people read, too.

use worker::{Headers, Response};

use crate::answer::Failure;

pub(super) fn answer() -> Result<Response, Failure> {
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    Ok(Response::ok(DOCUMENT)?.with_headers(headers))
}

const DOCUMENT: &str = include_str!("../../../docs/openapi.json");

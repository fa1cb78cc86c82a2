//! Reads bodies, with a cap and with errors that say what to do.

use serde::de::DeserializeOwned;
use worker::Request;

use crate::answer::Failure;

/// The JSON body of a request.
pub(super) async fn read<T: DeserializeOwned>(request: &mut Request) -> Result<T, Failure> {
    let text = text(request).await?;
    serde_json::from_str(&text).map_err(|error| {
        Failure::bad_request(
            format!("the body cannot be read: {error}"),
            "Send JSON as docs/http.md has it.",
        )
    })
}

/// The body of a request as text.
async fn text(request: &mut Request) -> Result<String, Failure> {
    text_within(request, BODY_BYTES_MAX).await
}

/// The same with a cap of its own.
pub(super) async fn text_within(request: &mut Request, most: usize) -> Result<String, Failure> {
    String::from_utf8(bytes_within(request, most).await?)
        .map_err(|_| Failure::bad_request("the body is not UTF-8", "Send JSON."))
}

/// The body of a request, if it is JSON and small.
pub(super) async fn bytes(request: &mut Request) -> Result<Vec<u8>, Failure> {
    bytes_within(request, BODY_BYTES_MAX).await
}

async fn bytes_within(request: &mut Request, most: usize) -> Result<Vec<u8>, Failure> {
    let kind = request.headers().get("content-type")?.unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(Failure::new(
            415,
            "bad_request",
            "the body must be JSON",
            "Send `Content-Type: application/json`.",
        ));
    }
    let announced = request
        .headers()
        .get("content-length")?
        .and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(too_large(most));
    }
    capped(request, most).await
}

/// Reads no more than the cap, whatever the length that was announced.
pub(super) async fn capped(request: &mut Request, most: usize) -> Result<Vec<u8>, Failure> {
    use futures_util::StreamExt as _;
    let Ok(mut stream) = request.stream() else {
        return Ok(Vec::new());
    };
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        bytes.extend(chunk?);
        if bytes.len() > most {
            return Err(too_large(most));
        }
    }
    Ok(bytes)
}

fn too_large(most: usize) -> Failure {
    let message = format!("the body is larger than {} KiB", most / 1024);
    Failure::new(413, "too_large", message, "Send less.")
}

/// Bytes of a body, unless it is a machine's report.
pub(super) const BODY_BYTES_MAX: usize = 64 * 1024;

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
pub(super) async fn text(request: &mut Request) -> Result<String, Failure> {
    String::from_utf8(bytes(request).await?)
        .map_err(|_| Failure::bad_request("the body is not UTF-8", "Send JSON."))
}

/// The body of a request, if it is JSON and small.
pub(super) async fn bytes(request: &mut Request) -> Result<Vec<u8>, Failure> {
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
    if announced.is_some_and(|length| length > BODY_BYTES_MAX) {
        return Err(too_large());
    }
    capped(request).await
}

/// Reads no more than the cap, whatever the length that was announced.
async fn capped(request: &mut Request) -> Result<Vec<u8>, Failure> {
    use futures_util::StreamExt as _;
    let Ok(mut stream) = request.stream() else {
        return Ok(Vec::new());
    };
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        bytes.extend(chunk?);
        if bytes.len() > BODY_BYTES_MAX {
            return Err(too_large());
        }
    }
    Ok(bytes)
}

fn too_large() -> Failure {
    Failure::new(
        413,
        "too_large",
        "the body is larger than 64 KiB",
        "Send less.",
    )
}

const BODY_BYTES_MAX: usize = 64 * 1024;

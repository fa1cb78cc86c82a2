//! Reads what our own routes and objects write to each other. It is read as JSON text, as everything else is: one
//! decoder in the program, not a second one for JavaScript's own values.

use serde::de::DeserializeOwned;
use worker::{Request, Response, Result};

/// The body of a request of ours.
pub(crate) async fn sent<T: DeserializeOwned>(request: &mut Request) -> Result<T> {
    Ok(serde_json::from_str(&request.text().await?)?)
}

/// The body of an answer of ours.
pub(crate) async fn answered<T: DeserializeOwned>(response: &mut Response) -> Result<T> {
    Ok(serde_json::from_str(&response.text().await?)?)
}

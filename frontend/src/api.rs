//! The launcher's HTTP API as `docs/http.md` has it: one function a route, one type of error.

mod error;
mod inside;
mod live;
mod standing;
mod start;
mod wire;

pub use error::ApiError;
pub use inside::{Asked, Booting, Inside, Thing, Underway};
pub use live::{Heard, listen};
pub use standing::StandingCluster;
pub use start::Start;
pub use wire::{
    Account, Caller, Catalog, Credentials, FoundCluster, Line, RunLink, RunUpdate, SandboxAccount,
    named,
};

use std::collections::BTreeMap;

use gloo_net::http::{Method, Request, RequestBuilder, Response};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use shared::run::{Check, Removal};
use shared::spec::Spec;

use crate::clock;

/// What a plan's facts are made of.
pub async fn catalog() -> Result<Catalog, ApiError> {
    ask(Request::get("/api/catalog")).await
}

/// Opens a pretend account.
pub async fn open_sandbox(speed: u32) -> Result<SandboxAccount, ApiError> {
    tell(
        Method::POST,
        "/api/sandbox/accounts",
        None,
        &json!({ "preset": "calm", "speed": speed }),
    )
    .await
}

/// How a pretend account stands, after this change.
pub async fn look_inside(account: &SandboxAccount, change: Value) -> Result<Inside, ApiError> {
    let credentials = Account::from(account.clone()).credentials;
    let mut body = json!({ "credentials": credentials.body() });
    if let (Some(body), Value::Object(change)) = (body.as_object_mut(), change) {
        body.extend(change);
    }
    tell(Method::POST, "/api/sandbox/inside", None, &body).await
}

/// Starts a run. The same again is the same run, so that a lost answer is asked for once more.
pub async fn start(run: &RunLink, start: &Start<'_>) -> Result<IgnoredAny, ApiError> {
    let body = start.body();
    let address = address(run, "");
    for pause_ms in [1_000, 3_000] {
        match tell(Method::PUT, &address, Some(run), &body).await {
            Err(ApiError::NoAnswer) => clock::pause(pause_ms).await,
            answer => return answer,
        }
    }
    tell(Method::PUT, &address, Some(run), &body).await
}

/// What has happened in a run after a line of its journal, and how it stands.
pub async fn events(run: &RunLink, after: u64) -> Result<RunUpdate, ApiError> {
    ask(authorised(
        Request::get(&address(run, &format!("/events?after={after}"))),
        run,
    ))
    .await
}

/// Asks for a certificate for another key.
pub async fn send_admin_key(run: &RunLink, public_key: &str) -> Result<IgnoredAny, ApiError> {
    tell(
        Method::PUT,
        &address(run, "/admin-key"),
        Some(run),
        &json!({ "publicKey": public_key }),
    )
    .await
}

/// Says that the certificate has arrived.
pub async fn collected(run: &RunLink) -> Result<IgnoredAny, ApiError> {
    tell(
        Method::POST,
        &address(run, "/collected"),
        Some(run),
        &json!({}),
    )
    .await
}

/// Takes everything back.
pub async fn cancel(run: &RunLink) -> Result<IgnoredAny, ApiError> {
    tell(
        Method::POST,
        &address(run, "/cancel"),
        Some(run),
        &json!({}),
    )
    .await
}

/// Tries again what is stuck.
pub async fn retry(
    run: &RunLink,
    credentials: Option<&Credentials>,
) -> Result<IgnoredAny, ApiError> {
    let body = credentials.map_or_else(
        || json!({}),
        |credentials| json!({ "credentials": credentials.body() }),
    );
    tell(Method::POST, &address(run, "/retry"), Some(run), &body).await
}

/// What stands in the way of launching this spec with this key.
pub async fn preflight(
    spec: &Spec,
    credentials: &Credentials,
    roles: &BTreeMap<String, String>,
) -> Result<Vec<Check>, ApiError> {
    let body = json!({ "spec": spec, "credentials": credentials.body(), "roles": roles });
    let found: wire::Preflight = tell(Method::POST, "/api/preflight", None, &body).await?;
    Ok(found.checks)
}

/// The clusters of an account in a zone.
pub async fn clusters(
    credentials: &Credentials,
    zone: &str,
) -> Result<Vec<FoundCluster>, ApiError> {
    let body = json!({ "credentials": credentials.body(), "zone": zone });
    let found: wire::Clusters = tell(Method::POST, "/api/clusters", None, &body).await?;
    Ok(found.clusters)
}

/// What a destroy of a cluster would do, read and not done.
pub async fn removal(
    credentials: &Credentials,
    name: &str,
    id: Option<&str>,
    zone: &str,
) -> Result<Removal, ApiError> {
    let body = json!({
        "credentials": credentials.body(), "zone": zone, "removal": {},
        "cluster": { "name": name, "id": id, "zone": zone },
    });
    let told: wire::Inspected = tell(Method::POST, "/api/clusters", None, &body).await?;
    Ok(told.removal)
}

/// One cluster in full.
pub async fn standing(
    credentials: &Credentials,
    zone: &str,
    name: &str,
    id: Option<&str>,
) -> Result<StandingCluster, ApiError> {
    let cluster = start::cluster(name, id, zone);
    let body = json!({ "credentials": credentials.body(), "zone": zone, "cluster": cluster });
    let answer: standing::Answer = tell(Method::POST, "/api/clusters", None, &body).await?;
    Ok(answer.cluster)
}

/// A link that shows a run and can do nothing else. It takes the place of the one before.
pub async fn share(run: &RunLink) -> Result<RunLink, ApiError> {
    let address = address(run, "/share");
    let shared: standing::Shared = tell(Method::POST, &address, Some(run), &json!({})).await?;
    Ok(RunLink {
        id: run.id.clone(),
        capability: shared.token,
        watches: true,
    })
}

fn address(run: &RunLink, rest: &str) -> String {
    format!("/api/runs/{}{rest}", run.id)
}

fn authorised(request: RequestBuilder, run: &RunLink) -> RequestBuilder {
    request.header("Authorization", &format!("Bearer {}", run.capability))
}

async fn ask<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, ApiError> {
    read(request.send().await.map_err(|_| ApiError::NoAnswer)?).await
}

async fn tell<T: DeserializeOwned>(
    method: Method,
    address: &str,
    run: Option<&RunLink>,
    body: &Value,
) -> Result<T, ApiError> {
    let request = RequestBuilder::new(address).method(method);
    let request = run.into_iter().fold(request, authorised);
    let request = request.json(body).map_err(|_| ApiError::Unreadable)?;
    read(request.send().await.map_err(|_| ApiError::NoAnswer)?).await
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, ApiError> {
    let text = response.text().await.map_err(|_| ApiError::NoAnswer)?;
    if response.ok() {
        from_text(&text).ok_or(ApiError::Unreadable)
    } else {
        Err(ApiError::refused(response.status(), &text))
    }
}

/// Reads JSON by way of a value: one reader for each type instead of two is a third of the page's weight.
pub fn from_text<T: DeserializeOwned>(text: &str) -> Option<T> {
    let value: Value = serde_json::from_str(text).ok()?;
    serde_json::from_value(value).ok()
}

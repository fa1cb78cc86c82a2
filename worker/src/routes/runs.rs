//! Everything that is asked of a run that exists: handed to the run's own object, which knows who may.

use serde::Deserialize;
use serde_json::json;
use shared::bootstrap::report::REPORT_BYTES_MAX;
use shared::exoscale::Credentials;
use shared::pki::AdminPublicKey;
use shared::plan::is_run_id;
use shared::run::Command;
use worker::{Env, Headers, Method, Request, RequestInit, Response};

use super::body;
use super::given::Given;
use crate::answer::Failure;
use crate::config::RUNS;
use crate::objects::SOURCE_HEADER;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct AdminKeyBody {
    public_key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetryBody {
    #[serde(default)]
    credentials: Option<Given>,
}

pub(super) async fn answer(
    mut request: Request,
    env: &Env,
    id: &str,
    rest: &[&str],
) -> Result<Response, Failure> {
    check_id(id)?;
    match (request.method(), rest) {
        (Method::Get, []) => forward(request, env, id, "view", None).await,
        (Method::Get, ["events"]) => {
            let after = request
                .url()?
                .query()
                .map(|query| format!("events?{query}"));
            forward(request, env, id, after.as_deref().unwrap_or("events"), None).await
        }
        (Method::Get, ["live"]) => live(request, env, id).await,
        (Method::Put, ["admin-key"]) => {
            let AdminKeyBody { public_key } = body::read(&mut request).await?;
            check_public_key(&public_key)?;
            command(request, env, id, &Command::AdminKey { public_key }).await
        }
        (Method::Post, ["cancel"]) => {
            body::bytes(&mut request).await?;
            command(request, env, id, &Command::Cancel).await
        }
        (Method::Post, ["collected"]) => {
            body::bytes(&mut request).await?;
            command(request, env, id, &Command::Collected).await
        }
        (Method::Post, ["retry"]) => retry(request, env, id).await,
        (Method::Post, ["share"]) => {
            body::bytes(&mut request).await?;
            forward(request, env, id, "share", Some("{}".to_owned())).await
        }
        (
            Method::Post,
            [
                "machines",
                machine,
                action @ ("bundle" | "confirm" | "report"),
            ],
        ) => {
            let sent = body::text_within(&mut request, REPORT_BYTES_MAX).await?;
            forward(
                request,
                env,
                id,
                &format!("machines/{machine}/{action}"),
                Some(sent),
            )
            .await
        }
        _ => Err(Failure::not_found()),
    }
}

/// Whether something is a run's id: 128 bits in base32.
pub(super) fn check_id(id: &str) -> Result<(), Failure> {
    if is_run_id(id) {
        return Ok(());
    }
    let hint = "A run's id is 26 characters of a–z and 2–7.";
    Err(Failure::new(404, "not_found", "this is no run's id", hint).about("id"))
}

/// Whether an admin's public key can be certified.
pub(super) fn check_public_key(text: &str) -> Result<(), Failure> {
    AdminPublicKey::parse(text).map(|_| ()).map_err(|error| {
        let hint = "Send the base64 of a P-256 SubjectPublicKeyInfo.";
        Failure::bad_request(error.to_string(), hint).about("adminPublicKey")
    })
}

/// New credentials, where given, go first: the retry then finds them.
async fn retry(mut request: Request, env: &Env, id: &str) -> Result<Response, Failure> {
    let RetryBody { credentials } = body::read(&mut request).await?;
    if let Some(given) = credentials {
        let Credentials { key, secret } = given.checked(env)?;
        let given = json!({ "key": key, "secret": secret.expose() });
        let kept = forward(
            request.clone()?,
            env,
            id,
            "credentials",
            Some(given.to_string()),
        )
        .await?;
        if kept.status_code() != 200 {
            return Ok(kept);
        }
    }
    command(request, env, id, &Command::Retry).await
}

async fn command(
    request: Request,
    env: &Env,
    id: &str,
    command: &Command,
) -> Result<Response, Failure> {
    let sent = serde_json::to_string(command).map_err(worker::Error::from)?;
    forward(request, env, id, "command", Some(sent)).await
}

/// A browser cannot set headers on a WebSocket: the capability comes as a subprotocol, `bearer.<capability>`.
async fn live(request: Request, env: &Env, id: &str) -> Result<Response, Failure> {
    let upgrade = request.headers().get("upgrade")?.unwrap_or_default();
    if !upgrade.eq_ignore_ascii_case("websocket") {
        return Err(Failure::new(
            426,
            "bad_request",
            "this is a WebSocket",
            "Upgrade the connection.",
        ));
    }
    let offered = request
        .headers()
        .get("sec-websocket-protocol")?
        .unwrap_or_default();
    let capability = offered
        .split(',')
        .find_map(|protocol| protocol.trim().strip_prefix("bearer."));
    let headers = Headers::new();
    headers.set("upgrade", "websocket")?;
    headers.set(
        "authorization",
        &format!("Bearer {}", capability.unwrap_or_default()),
    )?;
    let mut init = RequestInit::new();
    init.with_headers(headers);
    let inner = Request::new_with_init("https://run/live", &init)?;
    Ok(env
        .durable_object(RUNS)?
        .get_by_name(id)?
        .fetch_with_request(inner)
        .await?)
}

/// Hands a request on. Only what the object needs is taken over; where it comes from is what the edge saw.
async fn forward(
    request: Request,
    env: &Env,
    id: &str,
    path: &str,
    sent: Option<String>,
) -> Result<Response, Failure> {
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    for (from, to) in [
        ("authorization", "authorization"),
        ("cf-connecting-ip", SOURCE_HEADER),
    ] {
        if let Some(value) = request.headers().get(from)? {
            headers.set(to, &value)?;
        }
    }
    let mut init = RequestInit::new();
    init.with_headers(headers);
    if let Some(sent) = sent {
        init.with_method(Method::Post).with_body(Some(sent.into()));
    }
    let inner = Request::new_with_init(&format!("https://run/{path}"), &init)?;
    Ok(env
        .durable_object(RUNS)?
        .get_by_name(id)?
        .fetch_with_request(inner)
        .await?)
}

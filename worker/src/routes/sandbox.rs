//! The pretend Exoscale on the wire, and the door through which an account is opened.

use sandbox::{Options, Preset};
use serde::Deserialize;
use serde_json::{Value, json};
use worker::{Env, Method, Request, RequestInit, Response};

use super::{body, ceiling};
use crate::answer::{Failure, json as answer_json};
use crate::config::{self, SANDBOXES, random};
use crate::inner;
use crate::objects::{Look, Opening};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    preset: Option<Preset>,
    #[serde(default)]
    seed: Option<u32>,
    #[serde(default)]
    speed: Option<u32>,
}

/// Opens a pretend account.
pub(super) async fn open(mut request: Request, env: &Env) -> Result<Response, Failure> {
    offered(env)?;
    let wanted: Wanted = body::read(&mut request).await?;
    let bytes = random()?;
    let account: String = bytes
        .iter()
        .take(ACCOUNT_CHARS)
        .map(|byte| letter(*byte))
        .collect();
    let chosen = speed(wanted.speed.unwrap_or(1))?;
    ceiling::opening(&request, env, &account).await?;
    let drawn = bytes
        .iter()
        .skip(ACCOUNT_CHARS)
        .take(4)
        .fold(0_u32, |seed, byte| (seed << 8) | u32::from(*byte));
    let options = Options {
        preset: wanted.preset.unwrap_or(Preset::Calm),
        seed: wanted.seed.unwrap_or(drawn).into(),
        speed: chosen,
    };
    let opening = Opening {
        account: account.clone(),
        options,
    };
    let sent = serde_json::to_string(&opening).map_err(worker::Error::from)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(sent.into()));
    let inner = Request::new_with_init("https://sandbox/open", &init)?;
    let mut opened = env
        .durable_object(SANDBOXES)?
        .get_by_name(&account)?
        .fetch_with_request(inner)
        .await?;
    let keys: Value = inner::answered(&mut opened).await?;
    answer_json(
        201,
        &json!({
            "key": keys.get("key"), "secret": keys.get("secret"),
            "preset": opening.options.preset, "seed": opening.options.seed, "speed": opening.options.speed,
        }),
    )
}

/// Shows what is inside an account, and changes how it behaves.
pub(super) async fn inside(mut request: Request, env: &Env) -> Result<Response, Failure> {
    offered(env)?;
    let look: Look = body::read(&mut request).await?;
    look.speed.map(speed).transpose()?;
    let account = sandbox::account_of(&look.credentials.key).ok_or_else(|| {
        let hint = "Only sandbox accounts can be looked into.";
        let message = "this is no key of a sandbox account";
        Failure::new(403, "credentials_refused", message, hint).about("credentials")
    })?;
    let sent = serde_json::to_string(&look).map_err(worker::Error::from)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(sent.into()));
    let inner = Request::new_with_init("https://sandbox/inside", &init)?;
    Ok(env
        .durable_object(SANDBOXES)?
        .get_by_name(account)?
        .fetch_with_request(inner)
        .await?)
}

fn speed(speed: u32) -> Result<u32, Failure> {
    if (1..=SPEED_MAX).contains(&speed) {
        return Ok(speed);
    }
    let message = format!("speed {speed} is not between 1 and {SPEED_MAX}");
    Err(Failure::bad_request(message, "Choose a slower or faster clock.").about("speed"))
}

/// A request on Exoscale's own wire.
pub(super) async fn exoscale(request: Request, env: &Env, zone: &str) -> Result<Response, Failure> {
    offered(env)?;
    let authorization = request.headers().get("authorization")?;
    let Some(authorization) = authorization else {
        return unsigned(&request, env);
    };
    let key = credential(&authorization).unwrap_or_default();
    let Some(account) = sandbox::account_of(key) else {
        return answer_json(403, &json!({ "message": "Unknown API key" }));
    };
    let headers = worker::Headers::new();
    headers.set("authorization", &authorization)?;
    headers.set("x-slipway-zone", zone)?;
    let mut request = request;
    let mut init = RequestInit::new();
    init.with_method(request.method()).with_headers(headers);
    // Whoever sends it has shown nothing yet, and everybody's objects share this memory.
    let sent = body::capped(&mut request, WIRE_BYTES_MAX).await?;
    if !sent.is_empty() {
        init.with_body(Some(js_sys::Uint8Array::from(sent.as_slice()).into()));
    }
    let inner = Request::new_with_init(request.url()?.as_str(), &init)?;
    Ok(env
        .durable_object(SANDBOXES)?
        .get_by_name(account)?
        .fetch_with_request(inner)
        .await?)
}

/// The same for tools that know only Exoscale's hosts, pointed here by a proxy; in local development only.
pub(super) async fn by_host(request: Request, env: &Env) -> Result<Response, Failure> {
    let host = request.headers().get("host")?.unwrap_or_default();
    let zone = host
        .strip_prefix("api-")
        .and_then(|rest| rest.strip_suffix(".exoscale.com"));
    match zone.map(str::to_owned) {
        Some(zone) if config::is_local(&config::origin(env, &request)?) => {
            exoscale(request, env, &zone).await
        }
        Some(_) | None => Err(Failure::not_found()),
    }
}

/// The catalogue is public; everything else wants a signature.
fn unsigned(request: &Request, env: &Env) -> Result<Response, Failure> {
    let origin = config::origin(env, request)?;
    let public = sandbox::public(&origin, request.method().as_ref(), &request.path());
    if let Some(public) = public {
        let public: Value =
            serde_json::from_str(&public).map_err(|error| Failure::internal(&error))?;
        return answer_json(200, &public);
    }
    answer_json(
        403,
        &json!({ "message": "Missing or invalid Authorization header" }),
    )
}

fn credential(authorization: &str) -> Option<&str> {
    let (_, rest) = authorization.split_once("credential=")?;
    rest.split(',').next()
}

/// Whether there is a sandbox here at all.
pub(super) fn offered(env: &Env) -> Result<(), Failure> {
    if config::offers_sandbox(env) {
        return Ok(());
    }
    Err(Failure::new(
        404,
        "not_found",
        "this site offers no sandbox",
        "Use an Exoscale key.",
    ))
}

fn letter(byte: u8) -> char {
    const LETTERS: [char; 32] = [
        'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r',
        's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '2', '3', '4', '5', '6', '7',
    ];
    LETTERS.get(usize::from(byte % 32)).copied().unwrap_or('a')
}

const ACCOUNT_CHARS: usize = 10;

/// Faster than this, the wall time of the requests themselves is most of what is seen.
const SPEED_MAX: u32 = 120;

/// Far more than any request of Exoscale's API needs: what is too long for it is for the pretend one to refuse.
const WIRE_BYTES_MAX: usize = 1024 * 1024;

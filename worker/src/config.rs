//! What the edge is configured with, and its clock and randomness: each is read here and nowhere else.

use shared::secret::Secret;
use shared::time::Timestamp;
use worker::{Env, Request};

use crate::answer::Failure;

/// The Durable Object of each run.
pub(crate) const RUNS: &str = "RUNS";
/// The Durable Object of each Exoscale organisation.
pub(crate) const ACCOUNTS: &str = "ACCOUNTS";
/// The Durable Object of each pretend account.
pub(crate) const SANDBOXES: &str = "SANDBOXES";
/// Counts how often each caller comes.
pub(crate) const CALLERS: &str = "CALLERS";
/// Where a run's share of its sealing key lies: outside the object that keeps thirty days of history.
pub(crate) const SHARES: &str = "SHARES";

const MASTER_SECRET: &str = "MASTER_SECRET";
const PUBLIC_ORIGIN: &str = "PUBLIC_ORIGIN";
const SANDBOX: &str = "SANDBOX";
const RELEASES: &str = "KUBERNETES_RELEASES";
const PRICE_LIST: &str = "EXOSCALE_PRICES";

/// The moment by the wall clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the edge reads its clock"
)]
pub(crate) fn wall() -> Timestamp {
    Timestamp::from_millis(worker::Date::now().as_millis())
}

/// The date by the wall clock, in UTC: `2026-11-28`.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since 1970 fit for long"
)]
pub(crate) fn today() -> String {
    let text =
        js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(wall().millis() as f64)).to_iso_string();
    String::from(text).chars().take(10).collect()
}

/// 32 bytes that nobody can guess.
pub(crate) fn random() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Failure::internal(&error))?;
    Ok(bytes)
}

/// The operator's half of every sealing key.
pub(crate) fn master(env: &Env) -> Result<Secret<Vec<u8>>, Failure> {
    let secret = env
        .secret(MASTER_SECRET)
        .map_err(|error| Failure::internal(&error))?;
    Ok(Secret::new(secret.to_string().into_bytes()))
}

/// Where machines and browsers reach the launcher, without a slash at the end.
pub(crate) fn origin(env: &Env, request: &Request) -> Result<String, Failure> {
    if let Ok(origin) = env.var(PUBLIC_ORIGIN) {
        return Ok(origin.to_string().trim_end_matches('/').to_owned());
    }
    let url = request.url().map_err(|error| Failure::internal(&error))?;
    Ok(url.origin().ascii_serialization())
}

/// Whether machines outside could not reach an origin, or could only reach it in the clear.
pub(crate) fn is_local(origin: &str) -> bool {
    let Some(host) = origin.strip_prefix("https://") else {
        return true;
    };
    let host = host.split(':').next().unwrap_or(host);
    host == "localhost"
        || host.ends_with(".localhost")
        || host.starts_with("127.")
        || host.starts_with('[')
}

/// Where Kubernetes says which patch is the newest, if it is worth asking: a launcher that serves pretend clusters
/// only takes what it knows.
pub(crate) fn releases(env: &Env, origin: &str) -> Option<String> {
    if let Ok(releases) = env.var(RELEASES) {
        return Some(releases.to_string());
    }
    (!is_local(origin)).then(|| "https://dl.k8s.io/release".to_owned())
}

/// Where Exoscale says what things cost, if it is worth asking.
pub(crate) fn price_list(env: &Env, origin: &str) -> Option<String> {
    if let Ok(list) = env.var(PRICE_LIST) {
        return Some(list.to_string());
    }
    let public = "https://portal.exoscale.com/api/pricing/opencompute";
    (!is_local(origin)).then(|| public.to_owned())
}

/// Whether the operator offers the sandbox; it is on unless it was switched off.
pub(crate) fn offers_sandbox(env: &Env) -> bool {
    env.var(SANDBOX)
        .map_or(true, |value| value.to_string() != "off")
}

//! What the edge is configured with, and its clock and randomness: each is read here and nowhere else.

use std::net::IpAddr;

use shared::seal;
use shared::secret::Secret;
use shared::time::Timestamp;
use worker::{Env, Request, Url};

use crate::answer::Failure;
use crate::team::Team;

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
const MASTER_SECRET_OLD: &str = "MASTER_SECRET_OLD";
const ACCESS_TEAM: &str = "ACCESS_TEAM";
const ACCESS_AUD: &str = "ACCESS_AUD";
const PUBLIC_ORIGIN: &str = "PUBLIC_ORIGIN";
const SANDBOX: &str = "SANDBOX";
const RUNS_MOST: &str = "RUNS_MOST";
const ACCOUNTS_MOST: &str = "SANDBOX_ACCOUNTS_MOST";
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

/// The operator's half of every sealing key: the one that seals, and those that only open what they sealed once.
pub(crate) fn masters(env: &Env) -> Result<Vec<Secret<Vec<u8>>>, Failure> {
    let now = env
        .secret(MASTER_SECRET)
        .map_err(|error| Failure::internal(&error))?;
    let old = env.secret(MASTER_SECRET_OLD).ok();
    let old = old.map(|old| old.to_string()).unwrap_or_default();
    let old = old.split_whitespace().map(str::to_owned);
    let all = std::iter::once(now.to_string()).chain(old);
    Ok(all.map(|one| Secret::new(one.into_bytes())).collect())
}

/// A name for the operator's log, by which the lines of one run or one caller belong together. Where there is no secret
/// to make it with, nobody is named.
pub(crate) fn pseudonym(env: &Env, kind: &str, text: &str) -> Option<String> {
    let masters = masters(env).ok()?;
    seal::pseudonym(masters.first()?.expose(), kind, text).ok()
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
    is_loopback(host) || host.starts_with('[')
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let is_loopback = |address: IpAddr| address.is_loopback();
    host == "localhost"
        || host.ends_with(".localhost")
        || host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse()
            .is_ok_and(is_loopback)
}

/// Whose login everybody needs, if this launcher is a team's. Half a configuration lets nobody in.
pub(crate) fn team(env: &Env) -> Result<Option<Team>, Failure> {
    let said = |name: &str| env.var(name).ok().map(|value| value.to_string());
    let half =
        || Failure::internal(&"ACCESS_TEAM and ACCESS_AUD: an https address and a tag, or neither");
    match (said(ACCESS_TEAM), said(ACCESS_AUD)) {
        (None, None) => Ok(None),
        (Some(team), Some(audience)) if !audience.trim().is_empty() => {
            let url = Url::parse(&team).map_err(|_| half())?;
            let is_safe = url.scheme() == "https" || url.host_str().is_some_and(is_loopback);
            if !is_safe {
                return Err(half());
            }
            Ok(Some(Team {
                issuer: team.trim_end_matches('/').to_owned(),
                audience: audience.trim().to_owned(),
            }))
        }
        (Some(_), Some(_) | None) | (None, Some(_)) => Err(half()),
    }
}

/// Where Kubernetes says which patch is the newest, if it is worth asking: a launcher that serves pretend clusters
/// only takes what it knows.
pub(crate) fn releases(env: &Env, origin: &str) -> Option<String> {
    if let Ok(releases) = env.var(RELEASES) {
        return Some(releases.to_string());
    }
    (!is_local(origin)).then(|| "https://dl.k8s.io/release".to_owned())
}

/// How many runs of one organisation may be under way. More would only wait for each other's calls.
pub(crate) fn runs_most(env: &Env) -> u32 {
    number(env, RUNS_MOST).unwrap_or(20)
}

/// How many pretend accounts one caller may have open.
pub(crate) fn accounts_most(env: &Env) -> u32 {
    number(env, ACCOUNTS_MOST).unwrap_or(20)
}

fn number(env: &Env, name: &str) -> Option<u32> {
    env.var(name).ok()?.to_string().parse().ok()
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

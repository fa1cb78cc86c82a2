//! The routes: parse, ask the object, answer. No rule about clusters lives here.

mod beside;
mod body;
mod catalog;
mod ceiling;
mod clusters;
mod given;
mod openapi;
mod planning;
mod preflight;
mod removal;
mod runs;
mod sandbox;
mod start;
mod visit;

use worker::{Env, Method, Request, Response};

use crate::answer::Failure;
use crate::{config, team};

/// Answers a request that is not for an asset.
pub(crate) async fn answer(request: Request, env: &Env) -> Result<Response, Failure> {
    let path = request.path();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    not_in_the_clear(&request)?;
    match parts.as_slice() {
        // Real clients of Exoscale send no Origin, and sign what they send.
        ["sandbox", zone, "v2", ..] => return sandbox::exoscale(request, env, zone).await,
        ["v2", ..] => return sandbox::by_host(request, env).await,
        _ => {}
    }
    same_origin(&request, env)?;
    if !is_for_machines(&parts) {
        team::admit(&request, env).await?;
    }
    match (request.method(), parts.as_slice()) {
        (Method::Get, ["api", "openapi.json"]) => openapi::answer(),
        (Method::Get, ["api", "catalog"]) => catalog::answer(&request, env).await,
        (Method::Post, ["api", "sandbox", "accounts"]) => {
            ceiling::count(&request, env).await?;
            sandbox::open(request, env).await
        }
        (Method::Post, ["api", "sandbox", "inside"]) => sandbox::inside(request, env).await,
        (Method::Post, ["api", "clusters"]) => {
            ceiling::count(&request, env).await?;
            clusters::answer(request, env).await
        }
        (Method::Post, ["api", "preflight"]) => {
            ceiling::count(&request, env).await?;
            preflight::answer(request, env).await
        }
        (Method::Put, ["api", "runs", id]) => {
            ceiling::count(&request, env).await?;
            start::answer(request, env, id).await
        }
        (_, ["api", "runs", id, rest @ ..]) => runs::answer(request, env, id, rest).await,
        _ => Err(Failure::not_found()),
    }
}

/// Machines cannot log in anywhere: they show their run a ticket.
fn is_for_machines(parts: &[&str]) -> bool {
    matches!(parts, ["api", "runs", _, "machines", ..])
}

/// Keys and capabilities travel in requests: whoever sends one in the clear is told before anybody answers.
fn not_in_the_clear(request: &Request) -> Result<(), Failure> {
    let url = request.url()?;
    let forwarded = request.headers().get("x-forwarded-proto")?;
    if !is_in_the_clear(url.scheme(), url.host_str(), forwarded.as_deref()) {
        return Ok(());
    }
    let message = "this request came over plain HTTP";
    let hint = "Use https. What was in the request may have been read on its way: make a new key.";
    Err(Failure::new(403, "https_only", message, hint))
}

/// What ends TLS in front of a local server (a tunnel) says so in a header. Cloudflare writes it itself, and who sends
/// a wrong one in the clear deceives nobody else.
fn is_in_the_clear(scheme: &str, host: Option<&str>, forwarded: Option<&str>) -> bool {
    let is_secure = scheme == "https" || forwarded == Some("https");
    !is_secure && !host.is_some_and(config::is_loopback)
}

/// A browser says where a request comes from; only our own page may ask. What says nothing is no browser.
fn same_origin(request: &Request, env: &Env) -> Result<(), Failure> {
    let headers = request.headers();
    let (theirs, site) = (headers.get("origin")?, headers.get("sec-fetch-site")?);
    let served = request.url()?.origin().ascii_serialization();
    let ours = [config::origin(env, request)?, served];
    if is_ours(theirs.as_deref(), site.as_deref(), &ours) {
        return Ok(());
    }
    Err(Failure::forbidden("this request comes from another site"))
}

/// Every browser names the origin of whatever changes something and of a WebSocket; for the rest, those that can say
/// at least whether it is another's.
fn is_ours(origin: Option<&str>, fetch_site: Option<&str>, ours: &[String]) -> bool {
    let same_site = matches!(fetch_site, None | Some("same-origin" | "none"));
    same_site && origin.is_none_or(|origin| ours.iter().any(|one| one == origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        for host in ["localhost", "a.localhost", "127.0.0.1", "[::1]"] {
            assert!(!is_in_the_clear("http", Some(host), None), "{host}");
        }
        for host in [
            "slipway.example",
            "localhost.example",
            "127.0.0.1.example",
            "10.0.0.1",
            "[2001:db8::1]",
            "mylocalhost",
        ] {
            assert!(is_in_the_clear("http", Some(host), None), "{host}");
            assert!(is_in_the_clear("http", Some(host), Some("http")), "{host}");
            assert!(!is_in_the_clear("https", Some(host), None), "{host}");
            assert!(
                !is_in_the_clear("http", Some(host), Some("https")),
                "{host}"
            );
        }
        assert!(is_in_the_clear("http", None, None));
    }

    #[test]
    fn only_the_machines_need_no_login() {
        let parts = |path: &'static str| path.split('/').collect::<Vec<_>>();
        assert!(is_for_machines(&parts(
            "api/runs/x/machines/control-plane-1/bundle"
        )));
        for path in [
            "api/runs/x",
            "api/runs/machines",
            "api/runs/x/live",
            "api/machines/runs/x",
            "api/catalog",
        ] {
            assert!(!is_for_machines(&parts(path)), "{path}");
        }
    }

    #[test]
    fn only_our_own_page_and_what_is_no_browser_may_ask() {
        let ours = [
            "https://slipway.example".to_owned(),
            "http://localhost:8787".to_owned(),
        ];
        let may = |origin, site| is_ours(origin, site, &ours);
        assert!(may(None, None), "curl, and machines");
        assert!(may(None, Some("none")), "an address that was typed");
        for one in &ours {
            assert!(may(Some(one), Some("same-origin")) && may(Some(one), None));
            assert!(!may(Some(one), Some("cross-site")));
        }
        for other in [
            "https://evil.example",
            "null",
            "",
            "https://slipway.example.evil.example",
            "http://slipway.example",
        ] {
            assert!(
                !may(Some(other), None) && !may(Some(other), Some("same-origin")),
                "{other}"
            );
        }
        assert!(!may(None, Some("cross-site")) && !may(None, Some("same-site")));
    }
}

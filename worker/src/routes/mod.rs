//! The routes: parse, ask the object, answer. No rule about clusters lives here.

mod beside;
mod body;
mod catalog;
mod clusters;
mod planning;
mod runs;
mod sandbox;
mod start;

use worker::{Env, Method, Request, Response};

use crate::answer::Failure;
use crate::config;

/// Answers a request that is not for an asset.
pub(crate) async fn answer(request: Request, env: &Env) -> Result<Response, Failure> {
    let path = request.path();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        // Real clients of Exoscale send no Origin, and sign what they send.
        ["sandbox", zone, "v2", ..] => return sandbox::exoscale(request, env, zone).await,
        ["v2", ..] => return sandbox::by_host(request, env).await,
        _ => {}
    }
    same_origin(&request, env)?;
    match (request.method(), parts.as_slice()) {
        (Method::Get, ["api", "catalog"]) => catalog::answer(&request, env),
        (Method::Post, ["api", "sandbox", "accounts"]) => sandbox::open(request, env).await,
        (Method::Post, ["api", "sandbox", "inside"]) => sandbox::inside(request, env).await,
        (Method::Post, ["api", "clusters"]) => clusters::answer(request, env).await,
        (Method::Put, ["api", "runs", id]) => start::answer(request, env, id).await,
        (_, ["api", "runs", id, rest @ ..]) => runs::answer(request, env, id, rest).await,
        _ => Err(Failure::not_found()),
    }
}

/// A browser says where a request comes from; only our own page may ask. What says nothing is no browser.
fn same_origin(request: &Request, env: &Env) -> Result<(), Failure> {
    let Some(theirs) = request.headers().get("origin")? else {
        return Ok(());
    };
    let ours = config::origin(env, request)?;
    let url = request.url()?;
    if theirs == ours || theirs == url.origin().ascii_serialization() {
        return Ok(());
    }
    Err(Failure::forbidden("this request comes from another site"))
}

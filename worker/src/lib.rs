//! The edge: the only place with a clock, a network and a disk. It holds no rule about clusters.
//!
//! `routes` answers requests, `objects` keeps state, `driver` is the one loop that drives a run, and the rest are the
//! doors that they share: clock, randomness, Exoscale, answers, the log.

mod answer;
mod ask;
mod config;
pub mod driver;
mod exoscale;
mod inner;
mod log;
mod objects;
mod prices;
mod releases;
mod routes;
mod team;

use worker::{Context, Env, Request, Response, Result, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let (method, path) = (request.method(), request.path());
    let caller = request.headers().get("cf-connecting-ip")?;
    let answered = match routes::answer(request, &env).await {
        Ok(response) => response,
        Err(failure) => failure.into_response()?,
    };
    log::answered(
        &env,
        method.as_ref(),
        &path,
        caller.as_deref(),
        answered.status_code(),
    );
    answer::with_security_headers(answered)
}

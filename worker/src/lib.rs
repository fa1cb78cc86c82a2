//! The edge: the only place with a clock, a network and a disk. It holds no rule about clusters.

pub mod driver;
mod objects;

use worker::{Context, Env, Request, Response, Result, event};

const RUNS: &str = "RUNS";

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    match request.path().as_str() {
        "/api/visits" => {
            let stub = env.durable_object(RUNS)?.get_by_name("visits")?;
            stub.fetch_with_request(request).await
        }
        _ => Response::error("not found", 404),
    }
}

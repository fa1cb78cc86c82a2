//! One Exoscale organisation: which run may work on which cluster, so that two tabs or two people cannot fight.

use serde::{Deserialize, Serialize};
use shared::plan::Plan;
use worker::{DurableObject, Env, Headers, Method, Request, RequestInit, Response, State, Stub};
use worker::{durable_object, wasm_bindgen};

use crate::answer::Failure;
use crate::config::wall;
use crate::inner;

/// A cluster's name in a zone, leased to a run.
#[derive(Serialize, Deserialize)]
struct Lease {
    cluster: String,
    run: String,
}

#[durable_object]
pub struct AccountObject {
    state: State,
}

impl DurableObject for AccountObject {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let lease: Lease = inner::sent(&mut request).await?;
        let sql = self.state.storage().sql();
        sql.exec(
            "CREATE TABLE IF NOT EXISTS lease (cluster TEXT PRIMARY KEY, run TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID",
            None,
        )?;
        if request.method() == Method::Delete {
            sql.exec(
                "DELETE FROM lease WHERE cluster = ? AND run = ?",
                vec![lease.cluster.into(), lease.run.into()],
            )?;
            return Response::empty();
        }
        let now = millis(wall().millis());
        let held: Vec<Held> = sql
            .exec(
                "SELECT run FROM lease WHERE cluster = ? AND until > ?",
                vec![lease.cluster.clone().into(), now.into()],
            )?
            .to_array()?;
        if let Some(other) = held.into_iter().find(|held| held.run != lease.run) {
            return Response::error(other.run, 409);
        }
        let until = millis(wall().plus_ms(LEASE_MS).millis());
        sql.exec(
            "INSERT OR REPLACE INTO lease (cluster, run, until) VALUES (?, ?, ?)",
            vec![lease.cluster.into(), lease.run.into(), until.into()],
        )?;
        Response::ok("")
    }

    async fn alarm(&self) -> worker::Result<Response> {
        Response::empty()
    }
}

#[derive(Deserialize)]
struct Held {
    run: String,
}

/// Leases a plan's cluster to its run, or says which run has it.
pub(crate) async fn lease(account: &Stub, plan: &Plan) -> Result<(), Failure> {
    let mut answer = account
        .fetch_with_request(request(Method::Post, plan)?)
        .await?;
    match answer.status_code() {
        200 => return Ok(()),
        409 => {}
        status => {
            return Err(Failure::internal(&format!(
                "a lease was answered with {status}"
            )));
        }
    }
    let other = answer.text().await?;
    let message = format!("the run {other} is working on {}", plan.subject());
    Err(Failure::new(
        409,
        "busy",
        message,
        "Wait until it has ended, or cancel it.",
    ))
}

/// Gives a plan's cluster back.
pub(crate) async fn release(account: &Stub, plan: &Plan) -> worker::Result<()> {
    account
        .fetch_with_request(request(Method::Delete, plan)?)
        .await
        .map(|_| ())
}

fn request(method: Method, plan: &Plan) -> worker::Result<Request> {
    let lease = Lease {
        cluster: plan.subject(),
        run: plan.facts.run.clone(),
    };
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    let mut init = RequestInit::new();
    init.with_method(method)
        .with_headers(headers)
        .with_body(Some(serde_json::to_string(&lease)?.into()));
    Request::new_with_init("https://account/lease", &init)
}

/// A JavaScript number holds milliseconds exactly for the next two hundred thousand years.
#[expect(
    clippy::cast_precision_loss,
    reason = "exact below 2^53, and milliseconds stay far below"
)]
const fn millis(millis: u64) -> f64 {
    millis as f64
}

/// Longer than any run takes; a run that ends gives its lease back at once.
const LEASE_MS: u64 = 6 * 3_600_000;

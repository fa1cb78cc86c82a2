//! One Exoscale organisation: which run may work on which cluster, so that two tabs or two people cannot fight, and how
//! many calls its runs may send. One caller has such an object, too: for the pretend accounts that it has open.

use serde::{Deserialize, Serialize};
use shared::office::{Allowance, Asking, Met, Office};
use shared::plan::Plan;
use shared::time::Timestamp;
use worker::{DurableObject, Env, Headers, Method, Request, RequestInit, Response, State, Stub};
use worker::{durable_object, wasm_bindgen};

use crate::answer::{Failure, json};
use crate::config::wall;
use crate::inner;

/// Something that one holder has for a while: a run its cluster's name in a zone, a caller a pretend account.
#[derive(Serialize, Deserialize)]
struct Lease {
    subject: String,
    holder: String,
    /// How many of the object's leases may be out at once.
    most: u32,
    lasts_ms: u64,
}

/// Somebody asks about the organisation beside its runs.
#[derive(Serialize, Deserialize)]
pub(crate) struct Visiting {
    /// When, as the runs count.
    pub(crate) now: Timestamp,
    /// How many calls are wanted.
    pub(crate) calls: u32,
    /// What was met so far.
    pub(crate) met: Met,
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
        self.create_tables()?;
        match (request.method(), request.path().as_str()) {
            (Method::Post, "/allowance") => {
                let asking: Asking = inner::sent(&mut request).await?;
                let allowance = self.with_office(|office| office.ask(&asking))?;
                json(200, &allowance).or_else(Failure::into_response)
            }
            (Method::Post, "/visit") => {
                let visit: Visiting = inner::sent(&mut request).await?;
                let allowed = self.with_office(|office| office.admit(visit.now, visit.calls))?;
                json(200, &allowed).or_else(Failure::into_response)
            }
            (Method::Post, "/met") => {
                let visit: Visiting = inner::sent(&mut request).await?;
                self.with_office(|office| office.hear(visit.now, &visit.met))?;
                Response::empty()
            }
            (Method::Post, "/lease") => self.lease(inner::sent(&mut request).await?),
            (Method::Delete, "/lease") => self.give_back(inner::sent(&mut request).await?),
            _ => Response::error("no such thing", 404),
        }
    }

    async fn alarm(&self) -> worker::Result<Response> {
        Response::empty()
    }
}

impl AccountObject {
    fn create_tables(&self) -> worker::Result<()> {
        self.state.storage().sql().exec(
            "CREATE TABLE IF NOT EXISTS lease (cluster TEXT PRIMARY KEY, run TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
             CREATE TABLE IF NOT EXISTS office (id INTEGER PRIMARY KEY, text TEXT NOT NULL);",
            None,
        )?;
        Ok(())
    }

    /// Nothing is awaited between reading the office and writing it, so that no two runs get the same calls.
    fn with_office<T>(&self, act: impl FnOnce(&mut Office) -> T) -> worker::Result<T> {
        let sql = self.state.storage().sql();
        let rows: Vec<Kept> = sql
            .exec("SELECT text FROM office WHERE id = 1", None)?
            .to_array()?;
        // One that cannot be read any more is begun anew: it holds nothing that outlives minutes.
        let kept = rows.first().map(|kept| serde_json::from_str(&kept.text));
        let mut office: Office = kept.and_then(Result::ok).unwrap_or_default();
        let answer = act(&mut office);
        sql.exec(
            "INSERT OR REPLACE INTO office (id, text) VALUES (1, ?)",
            vec![serde_json::to_string(&office)?.into()],
        )?;
        Ok(answer)
    }

    fn lease(&self, lease: Lease) -> worker::Result<Response> {
        let sql = self.state.storage().sql();
        let now = millis(wall().millis());
        sql.exec("DELETE FROM lease WHERE until <= ?", vec![now.into()])?;
        let held: Vec<Held> = sql
            .exec("SELECT cluster, run FROM lease", None)?
            .to_array()?;
        let is_others = |held: &&Held| held.run != lease.holder;
        let same = held.iter().find(|held| held.cluster == lease.subject);
        if let Some(other) = same.filter(is_others) {
            return Response::error(other.run.as_str(), 409);
        }
        let others = held.iter().filter(|held| held.cluster != lease.subject);
        if others.count() >= usize::try_from(lease.most).unwrap_or(usize::MAX) {
            return Response::error("", 429);
        }
        let until = millis(wall().plus_ms(lease.lasts_ms).millis());
        sql.exec(
            "INSERT OR REPLACE INTO lease (cluster, run, until) VALUES (?, ?, ?)",
            vec![lease.subject.into(), lease.holder.into(), until.into()],
        )?;
        Response::ok("")
    }

    fn give_back(&self, lease: Lease) -> worker::Result<Response> {
        self.state.storage().sql().exec(
            "DELETE FROM lease WHERE cluster = ? AND run = ?",
            vec![lease.subject.into(), lease.holder.into()],
        )?;
        Response::empty()
    }
}

#[derive(Deserialize)]
struct Held {
    cluster: String,
    run: String,
}

#[derive(Deserialize)]
struct Kept {
    text: String,
}

/// Leases a plan's cluster to its run, or says which run has it, or that too many runs are under way.
pub(crate) async fn lease(account: &Stub, plan: &Plan, most: u32) -> Result<(), Failure> {
    let request = request(Method::Post, "lease", &of_plan(plan, most))?;
    let mut answer = account.fetch_with_request(request).await?;
    match answer.status_code() {
        200 => Ok(()),
        409 => {
            let other = answer.text().await?;
            let message = format!("the run {other} is working on {}", plan.subject());
            let hint = "Wait until it has ended, or cancel it.";
            Err(Failure::new(409, "busy", message, hint))
        }
        429 => {
            let message = format!("{most} runs are under way in this organisation");
            let hint = "Wait until one has ended, or cancel one. Nothing was made.";
            Err(Failure::new(429, "too_many", message, hint).retry_after_s(RETRY_S))
        }
        status => Err(unexpected(status)),
    }
}

/// Gives a plan's cluster back.
pub(crate) async fn release(account: &Stub, plan: &Plan) -> worker::Result<()> {
    account
        .fetch_with_request(request(Method::Delete, "lease", &of_plan(plan, 0))?)
        .await
        .map(|_| ())
}

/// Notes that a caller has opened something; `false` if so many are open already.
pub(crate) async fn opens(
    caller: &Stub,
    what: &str,
    most: u32,
    lasts_ms: u64,
) -> Result<bool, Failure> {
    let lease = Lease {
        subject: what.to_owned(),
        holder: what.to_owned(),
        most,
        lasts_ms,
    };
    let request = request(Method::Post, "lease", &lease)?;
    match caller.fetch_with_request(request).await?.status_code() {
        200 => Ok(true),
        429 => Ok(false),
        status => Err(unexpected(status)),
    }
}

/// Asks what a run may send in its next wake-up.
pub(crate) async fn allowance(account: &Stub, asking: &Asking) -> worker::Result<Allowance> {
    let request = request(Method::Post, "allowance", asking)?;
    inner::answered(&mut account.fetch_with_request(request).await?).await
}

/// Asks whether somebody may ask so much beside the runs, or when.
pub(crate) async fn admit(
    account: &Stub,
    visit: &Visiting,
) -> worker::Result<Result<(), Timestamp>> {
    let request = request(Method::Post, "visit", visit)?;
    inner::answered(&mut account.fetch_with_request(request).await?).await
}

/// Tells what was met.
pub(crate) async fn hear(account: &Stub, visit: &Visiting) -> worker::Result<()> {
    let request = request(Method::Post, "met", visit)?;
    account.fetch_with_request(request).await.map(|_| ())
}

fn of_plan(plan: &Plan, most: u32) -> Lease {
    Lease {
        subject: plan.subject(),
        holder: plan.facts.run.clone(),
        most,
        lasts_ms: LEASE_MS,
    }
}

fn unexpected(status: u16) -> Failure {
    Failure::internal(&format!("a lease was answered with {status}"))
}

fn request<T: Serialize>(method: Method, path: &str, sent: &T) -> worker::Result<Request> {
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    let mut init = RequestInit::new();
    init.with_method(method)
        .with_headers(headers)
        .with_body(Some(serde_json::to_string(sent)?.into()));
    Request::new_with_init(&format!("https://account/{path}"), &init)
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

/// A run takes minutes.
const RETRY_S: u16 = 60;

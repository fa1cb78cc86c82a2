//! One pretend account: its world, one row an entity, and the clock that makes its machines boot.

use std::cell::{Cell, RefCell};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use sandbox::{Answer, Faults, GuestCall, Inside, Options, Switches, World};
use serde::{Deserialize, Serialize};
use shared::pace::Pace;
use shared::time::Timestamp;
use worker::{
    DurableObject, Env, Headers, Method, Request, RequestInit, Response, SqlStorage, State,
};
use worker::{durable_object, wasm_bindgen};

use super::run_machines::SOURCE_HEADER;
use crate::answer::{Failure, json};
use crate::config::{RUNS, random, wall};
use crate::inner;

#[durable_object]
pub struct SandboxObject {
    state: State,
    env: Env,
    /// The world as the rows have it. It is read once and written through at each change; whoever acts on it takes it
    /// out meanwhile, so that a panic leaves nothing half-changed behind: the rows are read again.
    world: AssertUnwindSafe<RefCell<Option<World>>>,
    /// Whether a machine waits for the answer of its run.
    carrying: AssertUnwindSafe<Cell<bool>>,
}

/// What opens an account.
#[derive(Serialize, Deserialize)]
pub(crate) struct Opening {
    pub(crate) account: String,
    pub(crate) options: Options,
}

/// What is asked of an account by who looks inside, and what of it should change.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Look {
    pub(crate) credentials: Credentials,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) faults: Option<Faults>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) switches: Option<Switches>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) speed: Option<u32>,
}

/// A key of the account and its secret, which is none.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    pub(crate) key: String,
    pub(crate) secret: String,
}

impl DurableObject for SandboxObject {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            world: AssertUnwindSafe(RefCell::new(None)),
            carrying: AssertUnwindSafe(Cell::new(false)),
        }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        match self.answer(request).await {
            Ok(response) => Ok(response),
            Err(failure) => failure.into_response(),
        }
    }

    async fn alarm(&self) -> worker::Result<Response> {
        if let Err(failure) = self.serve_machines().await {
            self.state.storage().set_alarm(RETRY).await?;
            return failure.into_response();
        }
        Response::empty()
    }
}

impl SandboxObject {
    async fn answer(&self, mut request: Request) -> Result<Response, Failure> {
        match (request.method(), request.path().as_str()) {
            (Method::Post, "/open") => self.open(inner::sent(&mut request).await?).await,
            (Method::Post, "/inside") => self.inside(inner::sent(&mut request).await?).await,
            (Method::Get, "/pace") => json(200, &self.with_world(|world| pace(world))?),
            _ => self.exoscale(request).await,
        }
    }

    async fn open(&self, opening: Opening) -> Result<Response, Failure> {
        let (world, credentials) = World::open(
            &opening.account,
            opening.options,
            random()?,
            wall().millis(),
        );
        self.world.replace(Some(world));
        self.save()?;
        // An account that is not swept would be kept for ever.
        self.state.storage().set_alarm(SWEEP_AFTER).await?;
        json(
            201,
            &serde_json::json!({ "key": credentials.key, "secret": credentials.secret }),
        )
    }

    /// Shows the account as it stands, after the changes that are asked for.
    async fn inside(&self, look: Look) -> Result<Response, Failure> {
        let inside = self.with_world(|world| inside(world, look))??;
        self.save()?;
        self.arm().await?;
        json(200, &inside)
    }

    /// Answers as Exoscale would. The world is on disk before the answer leaves.
    async fn exoscale(&self, mut request: Request) -> Result<Response, Failure> {
        let zone = request.headers().get("x-slipway-zone")?.unwrap_or_default();
        let authorization = request.headers().get("authorization")?;
        let url = request.url()?;
        let target = url.query().map_or_else(
            || url.path().to_owned(),
            |query| format!("{}?{query}", url.path()),
        );
        let method = request.method();
        let body = request.bytes().await?;
        let wire = sandbox::Request {
            zone: &zone,
            method: method.as_ref(),
            target: &target,
            authorization: authorization.as_deref(),
            body: &body,
        };
        let answer =
            self.with_world(|world| world.handle(virtual_now(world), wall().millis(), &wire))?;
        self.save()?;
        self.arm().await?;
        let headers = Headers::new();
        headers.set("content-type", "application/json")?;
        headers.set(PACE_HEADER, &self.with_world(|world| pace_text(world))??)?;
        Ok(match answer {
            Answer::Response { status, body } => Response::ok(body)?
                .with_status(status)
                .with_headers(headers),
            // What a proxy says when the other side has hung up: whether it was done is not known.
            Answer::Lost => Response::ok("{}")?.with_status(504).with_headers(headers),
        })
    }

    /// Lets time pass, and carries what machines ask to the run that they belong to.
    async fn serve_machines(&self) -> Result<(), Failure> {
        if self.with_world(|world| wall().millis().saturating_sub(world.opened_at()))?
            > SWEEP_AFTER_MS
        {
            self.world.replace(None);
            return Ok(self.state.storage().delete_all().await?);
        }
        self.carrying.set(false);
        for _ in 0..GUESTS_PER_WAKE {
            let call = self.with_world(|world| world.poll(virtual_now(world), wall().millis()))?;
            self.save()?;
            let Some(call) = call else { break };
            self.carrying.set(true);
            let reply = self.carry(&call).await.ok();
            self.carrying.set(false);
            self.with_world(|world| {
                let reply = reply
                    .as_ref()
                    .map(|(status, body)| (*status, body.as_str()));
                world.answer(virtual_now(world), call.id, reply);
            })?;
            self.save()?;
        }
        self.arm().await
    }

    /// Durable Objects are reached by stub, never over our own address.
    async fn carry(&self, call: &GuestCall) -> Result<(u16, String), Failure> {
        let (run, rest) = machine_route(&call.url).ok_or_else(Failure::not_found)?;
        let headers = Headers::new();
        headers.set("authorization", &format!("Bearer {}", call.bearer))?;
        headers.set("content-type", "application/json")?;
        headers.set(SOURCE_HEADER, &call.source.to_string())?;
        let mut init = RequestInit::new();
        init.with_method(Method::Post)
            .with_headers(headers)
            .with_body(Some(call.body.as_str().into()));
        let request = Request::new_with_init(&format!("https://run/{rest}"), &init)?;
        let mut answer = self
            .env
            .durable_object(RUNS)?
            .get_by_name(run)?
            .fetch_with_request(request)
            .await?;
        Ok((answer.status_code(), answer.text().await?))
    }

    async fn arm(&self) -> Result<(), Failure> {
        let (next, pace) = self.with_world(|world| (world.next_wake(), pace(world)))?;
        let sweep = self.with_world(|world| world.opened_at().saturating_add(SWEEP_AFTER_MS))?;
        let next = next.map_or(sweep, |next| {
            pace.wall_at(Timestamp::from_millis(next))
                .millis()
                .min(sweep)
        });
        let mut wait = Duration::from_millis(next.saturating_sub(wall().millis()));
        if self.carrying.get() {
            // Should this process die now, the machine that waits for its answer is what has to be woken.
            wait = wait.min(CARRIED_WITHIN);
        }
        Ok(self.state.storage().set_alarm(wait).await?)
    }

    fn with_world<T>(&self, act: impl FnOnce(&mut World) -> T) -> Result<T, Failure> {
        let mut world = match self.world.take() {
            Some(world) => world,
            None => load(&self.state.storage().sql())?,
        };
        let done = act(&mut world);
        self.world.replace(Some(world));
        Ok(done)
    }

    fn save(&self) -> Result<(), Failure> {
        let changes = self.with_world(World::take_changes)?;
        let sql = self.state.storage().sql();
        create_table(&sql)?;
        for (key, value) in changes {
            match value {
                Some(value) => sql.exec(
                    "INSERT OR REPLACE INTO entity (key, text) VALUES (?, ?)",
                    vec![key.into(), value.into()],
                )?,
                None => sql.exec("DELETE FROM entity WHERE key = ?", vec![key.into()])?,
            };
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Row {
    key: String,
    text: String,
}

fn load(sql: &SqlStorage) -> Result<World, Failure> {
    create_table(sql)?;
    let rows: Vec<Row> = sql.exec("SELECT key, text FROM entity", None)?.to_array()?;
    if rows.is_empty() {
        let hint = "Open a new sandbox account; they last two hours.";
        return Err(Failure::new(
            403,
            "credentials_refused",
            "this sandbox account is gone",
            hint,
        )
        .about("credentials"));
    }
    World::load(rows.into_iter().map(|row| (row.key, row.text)).collect())
        .map_err(|error| Failure::internal(&error))
}

fn create_table(sql: &SqlStorage) -> Result<(), Failure> {
    sql.exec("CREATE TABLE IF NOT EXISTS entity (key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID", None)?;
    Ok(())
}

fn inside(world: &mut World, look: Look) -> Result<Inside, Failure> {
    if !world.knows(&look.credentials.key, &look.credentials.secret) {
        let hint = "Open a sandbox account and use its key and secret.";
        let message = "this is no key of this sandbox account";
        return Err(Failure::new(403, "credentials_refused", message, hint).about("credentials"));
    }
    if let Some(speed) = look.speed {
        world.set_speed(wall().millis(), speed);
    }
    if let Some(faults) = look.faults {
        world.set_faults(faults);
    }
    if let Some(switches) = look.switches {
        world.set_switches(switches);
    }
    let now = virtual_now(world);
    Ok(world.look(now))
}

fn pace(world: &World) -> Pace {
    let clock = world.clock();
    Pace {
        wall: Timestamp::from_millis(clock.wall),
        run: Timestamp::from_millis(clock.account),
        speed: clock.speed,
    }
}

fn pace_text(world: &World) -> Result<String, Failure> {
    serde_json::to_string(&pace(world)).map_err(|error| Failure::internal(&error))
}

fn virtual_now(world: &World) -> u64 {
    world.clock().at(wall().millis())
}

/// Tells a run how its account's time passes, which people may change while it lasts.
pub(crate) const PACE_HEADER: &str = "x-slipway-pace";

/// The run and the rest of the path of `…/api/runs/{run}/machines/{name}/{action}`.
fn machine_route(url: &str) -> Option<(&str, &str)> {
    let (_, path) = url.split_once("/api/runs/")?;
    path.split_once('/')
}

/// A run answers its machines within this.
const CARRIED_WITHIN: Duration = Duration::from_secs(5);

/// How long an account lasts.
pub(crate) const SWEEP_AFTER_MS: u64 = 2 * 3_600_000;
const SWEEP_AFTER: Duration = Duration::from_millis(SWEEP_AFTER_MS);

/// After a mistake of ours the machines go on.
const RETRY: Duration = Duration::from_secs(5);

/// Each carries one subrequest; the smallest plan allows fifty.
const GUESTS_PER_WAKE: u32 = 40;

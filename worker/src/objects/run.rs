//! One run: accepts it, keeps it, answers for it, and drives it. Only the alarm drives.

use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::bootstrap::Report;
use shared::exoscale::Credentials;
use shared::pace::Pace;
use shared::pki;
use shared::plan::Plan;
use shared::run::{Caller, Command, Denied, Run};
use shared::seal::Seal;
use shared::secret::Secret;
use shared::view::View;
use worker::{
    DurableObject, Env, Method, Request, Response, State, WebSocket, WebSocketIncomingMessage,
};
use worker::{durable_object, wasm_bindgen};

use super::run_doors::{EPOCH, EdgeDoors, Vault};
use super::run_store::{PLAN, RunStore};
use super::socket::{Listeners, Told, accept};
use crate::answer::{Failure, json as answer};
use crate::config::{ACCOUNTS, SHARES, master, random, wall};
use crate::driver::{Pause, drive};

/// Where a machine asks from, as the edge saw it; never taken from outside.
pub(crate) const SOURCE_HEADER: &str = "x-slipway-source";

/// What the routes give to begin a run with. It stays within the process: the secret in it is sealed on arrival.
#[derive(Serialize, Deserialize)]
pub(crate) struct Start {
    pub(crate) plan: Plan,
    pub(crate) capability_hash: String,
    pub(crate) key: String,
    pub(crate) secret: String,
    pub(crate) admin_public_key: Option<String>,
    pub(crate) pace: Pace,
    /// The account that leases the cluster's name to this run.
    pub(crate) account: String,
}

#[durable_object]
pub struct RunObject {
    state: State,
    env: Env,
}

impl DurableObject for RunObject {
    fn new(state: State, env: Env) -> Self {
        Self { state, env }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        match self.answer(request).await {
            Ok(response) => Ok(response),
            Err(failure) => failure.into_response(),
        }
    }

    async fn alarm(&self) -> worker::Result<Response> {
        // Armed before anything else: an alarm that throws is dropped after six tries, one that is set again is not.
        self.state.storage().set_alarm(SAFETY_NET).await?;
        if let Some(next) = self.drive().await? {
            self.state.storage().set_alarm(next).await?;
        } else {
            self.state.storage().delete_alarm().await?;
        }
        Response::empty()
    }

    async fn websocket_message(
        &self,
        _socket: WebSocket,
        _said: WebSocketIncomingMessage,
    ) -> worker::Result<()> {
        Ok(())
    }

    async fn websocket_close(
        &self,
        socket: WebSocket,
        _code: usize,
        _why: String,
        _clean: bool,
    ) -> worker::Result<()> {
        socket.close::<String>(None, None)
    }

    async fn websocket_error(
        &self,
        _socket: WebSocket,
        _error: worker::Error,
    ) -> worker::Result<()> {
        Ok(())
    }
}

/// A run as its routes show it.
#[derive(Serialize)]
struct Seen<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    view: &'a View,
}

/// What a caller may do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Right {
    Read,
    Own,
}

impl RunObject {
    async fn answer(&self, mut request: Request) -> Result<Response, Failure> {
        let path = request.path();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (request.method(), parts.as_slice()) {
            (Method::Put, ["start"]) => self.start(read(&mut request).await?).await,
            (Method::Post, ["machines", machine, action]) => {
                self.machine(machine, action, &mut request).await
            }
            (Method::Get, ["view"]) => self.look(&request).await,
            (Method::Get, ["events"]) => self.events(&request).await,
            (Method::Get, ["live"]) => {
                let run = self.allowed(&request, Right::Read)?;
                Ok(accept(&self.state, &self.view(&run)?, &self.pace()?)?)
            }
            (Method::Post, ["command"]) => {
                let run = self.allowed(&request, Right::Own)?;
                self.command(&run, read(&mut request).await?).await
            }
            (Method::Post, ["credentials"]) => {
                self.allowed(&request, Right::Own)?;
                self.keep_credentials(read(&mut request).await?).await
            }
            (Method::Post, ["share"]) => self.share(&request),
            _ => Err(Failure::not_found()),
        }
    }

    /// Takes a run in, once. The share of its sealing key is put in its place first, under a name of this attempt's
    /// own, so that two attempts at the same moment cannot take each other's; from there on nothing is awaited.
    async fn start(&self, start: Start) -> Result<Response, Failure> {
        let share = self.new_share(&start.plan.facts.run).await?;
        let store = self.store()?;
        if store.fact::<Plan>(PLAN)?.is_some() {
            return Err(Failure::new(
                409,
                "run_exists",
                "this id is taken by another run",
                "Choose a new id.",
            ));
        }
        let vault = self.vault(&share)?;
        vault.keep_credentials(&Credentials {
            key: start.key,
            secret: Secret::new(start.secret),
        })?;
        store.set_fact(CAPABILITY, &start.capability_hash)?;
        store.set_fact(SHARE, &share.name)?;
        store.set_fact(PACE, &start.pace)?;
        store.set_fact(ACCOUNT, &start.account)?;
        store.set_fact(PLAN, &start.plan)?;
        store.post(&Command::Start)?;
        if let Some(public_key) = start.admin_public_key {
            store.post(&Command::AdminKey { public_key })?;
        }
        self.wake().await?;
        let run = store.run()?.ok_or_else(Failure::not_found)?;
        answer(
            201,
            &Seen {
                id: Some(&start.plan.facts.run),
                view: &self.view(&run)?,
            },
        )
    }

    async fn look(&self, request: &Request) -> Result<Response, Failure> {
        let run = self.allowed(request, Right::Read)?;
        self.kick().await?;
        answer(
            200,
            &Seen {
                id: None,
                view: &self.view(&run)?,
            },
        )
    }

    async fn events(&self, request: &Request) -> Result<Response, Failure> {
        let run = self.allowed(request, Right::Read)?;
        self.kick().await?;
        let url = request.url()?;
        let after = url
            .query_pairs()
            .find(|(name, _)| name == "after")
            .and_then(|(_, value)| value.parse().ok());
        let entries = self.store()?.journal(after.unwrap_or_default())?;
        answer(200, &Told::new(&entries, &self.view(&run)?, &self.pace()?))
    }

    async fn command(&self, run: &Run, command: Command) -> Result<Response, Failure> {
        let state = run.state();
        let possible = match &command {
            Command::Cancel => state.outcome.is_none() && !run.plan().undo.is_empty(),
            Command::Retry => state.stuck.is_some(),
            Command::AdminKey { .. } => self.view(run)?.can_certify,
            Command::Collected
            | Command::Start
            | Command::Report { .. }
            | Command::Confirm { .. } => true,
        };
        if !possible {
            let hint = "Look at the run's state first.";
            return Err(Failure::new(
                409,
                "not_now",
                "the run is in no state for this",
                hint,
            ));
        }
        self.post(&command).await?;
        answer(202, &json!({}))
    }

    /// New credentials for a run that is stuck.
    async fn keep_credentials(&self, credentials: Credentials) -> Result<Response, Failure> {
        let store = self.store()?;
        let run = store.run()?.ok_or_else(Failure::not_found)?;
        let share = match self.share_of(&store).await? {
            Some(share) => share,
            None => self.new_share(&run.plan().facts.run).await?,
        };
        self.vault(&share)?.keep_credentials(&credentials)?;
        store.set_fact(SHARE, &share.name)?;
        answer(200, &json!({}))
    }

    fn share(&self, request: &Request) -> Result<Response, Failure> {
        self.allowed(request, Right::Own)?;
        let token = URL_SAFE_NO_PAD.encode(random()?);
        self.store()?.set_fact(SHARED, &pki::hash_hex(&token))?;
        answer(200, &json!({ "token": token }))
    }

    /// What a machine asks, with its ticket.
    async fn machine(
        &self,
        machine: &str,
        action: &str,
        request: &mut Request,
    ) -> Result<Response, Failure> {
        let source = request
            .headers()
            .get(SOURCE_HEADER)?
            .and_then(|source| source.parse::<IpAddr>().ok());
        let ticket = bearer(request)?;
        let store = self.store()?;
        let run = store.run()?.ok_or_else(Failure::not_found)?;
        let caller = Caller {
            machine,
            ticket: &ticket,
            address: source,
        };
        if !run.knows_ticket(&caller) {
            return Err(Failure::forbidden("this ticket is not known"));
        }
        if run.state().outcome.is_some() || run.state().undoing.is_some() {
            return Err(gone());
        }
        match action {
            "bundle" => self.bundle(&run, &caller, &store).await,
            "confirm" => {
                self.post(&Command::Confirm {
                    machine: machine.to_owned(),
                })
                .await?;
                answer(200, &json!({}))
            }
            "report" => {
                let report = Report::parse(&request.bytes().await?).map_err(|error| {
                    Failure::bad_request(error.to_string(), "See docs/machines.md.")
                })?;
                self.post(&Command::Report {
                    machine: machine.to_owned(),
                    report,
                })
                .await?;
                answer(200, &json!({}))
            }
            _ => Err(Failure::not_found()),
        }
    }

    async fn bundle(
        &self,
        run: &Run,
        caller: &Caller<'_>,
        store: &RunStore,
    ) -> Result<Response, Failure> {
        let share = self.share_of(store).await?.ok_or_else(gone)?;
        let vault = self.vault(&share)?;
        match run.bundle(caller, self.pace()?.run_at(wall()), |name| vault.open(name)) {
            Ok(bundle) => {
                let headers = worker::Headers::new();
                headers.set("content-type", "application/json")?;
                Ok(Response::ok(bundle.to_json().expose())?.with_headers(headers))
            }
            Err(Denied::Forbidden) => Err(Failure::forbidden(
                "this ticket is not for this machine, or too old",
            )),
            Err(Denied::TooEarly) => {
                let failure = Failure::new(
                    425,
                    "too_early",
                    "the bundle is not ready for this machine",
                    "Ask again.",
                );
                Err(failure.retry_after_s(BUNDLE_RETRY_S))
            }
            Err(Denied::Gone) => Err(gone()),
        }
    }

    /// Drives the run as far as it goes now; says when to go on.
    async fn drive(&self) -> worker::Result<Option<Duration>> {
        let store = RunStore::open(self.state.storage().sql())?;
        let Some(mut run) = store.run()? else {
            return Ok(None);
        };
        let epoch = store
            .fact::<u64>(EPOCH)?
            .unwrap_or_default()
            .saturating_add(1);
        store.set_fact(EPOCH, &epoch)?;
        let share = self.share_of(&store).await.map_err(internal)?;
        let vault = share
            .as_ref()
            .map(|share| self.vault(share))
            .transpose()
            .map_err(internal)?;
        let pace = self.pace().map_err(internal)?;
        let doors = EdgeDoors {
            env: self.env.clone(),
            store: store.clone(),
            pace,
            epoch,
            zone: run.plan().cluster.zone.as_str().to_owned(),
            share: share.map(|share| share.name),
            vault,
            listeners: Listeners::of(&self.state),
            unsent: RefCell::default(),
            shredded: Cell::default(),
        };
        let pause = drive(&doors, &mut run).await?;
        if run.state().outcome.is_some() || run.state().stuck.is_some() {
            self.release(&store, &run).await?;
        }
        Ok(match pause {
            Pause::Until(at) => {
                let wait_ms = pace.wall_at(at).since_ms(wall());
                Some(Duration::from_millis(wait_ms))
            }
            // Whoever took over arms its own alarm; the safety net stays.
            Pause::Superseded => Some(SAFETY_NET),
            Pause::Over(_) => None,
        })
    }

    /// Gives the cluster's name back, so that another run may work on it.
    async fn release(&self, store: &RunStore, run: &Run) -> worker::Result<()> {
        let Some(account) = store.fact::<String>(ACCOUNT)? else {
            return Ok(());
        };
        super::account::release(
            &self.env.durable_object(ACCOUNTS)?.get_by_name(&account)?,
            run.plan(),
        )
        .await?;
        store.set_fact(ACCOUNT, &Option::<String>::None)
    }

    async fn post(&self, command: &Command) -> Result<(), Failure> {
        self.store()?.post(command)?;
        self.wake().await
    }

    async fn wake(&self) -> Result<(), Failure> {
        Ok(self.state.storage().set_alarm(Duration::ZERO).await?)
    }

    /// An alarm that was due long ago and has not fired was lost: whoever looks sets it again.
    async fn kick(&self) -> Result<(), Failure> {
        let due = self.state.storage().get_alarm().await?;
        let late_ms = due
            .and_then(|due| u64::try_from(due).ok())
            .map_or(0, |due| wall().millis().saturating_sub(due));
        if late_ms > ALARM_LOST_MS {
            self.wake().await
        } else {
            Ok(())
        }
    }

    /// The run, if the caller may do this with it. A run that the caller may not know of is not there.
    fn allowed(&self, request: &Request, right: Right) -> Result<Run, Failure> {
        let token = bearer(request)?;
        let store = self.store()?;
        let matches = |name: &str| -> Result<bool, Failure> {
            Ok(store
                .fact::<String>(name)?
                .is_some_and(|hash| pki::hash_matches(&token, &hash)))
        };
        if matches(CAPABILITY)? || (right == Right::Read && matches(SHARED)?) {
            return store.run()?.ok_or_else(Failure::not_found);
        }
        Err(Failure::not_found())
    }

    fn view(&self, run: &Run) -> Result<View, Failure> {
        let pace = self.pace()?;
        Ok(View::of(run, pace.run_at(wall()), &pace))
    }

    fn pace(&self) -> Result<Pace, Failure> {
        Ok(self.store()?.fact(PACE)?.unwrap_or(Pace::REAL))
    }

    fn store(&self) -> Result<RunStore, Failure> {
        Ok(RunStore::open(self.state.storage().sql())?)
    }

    fn vault(&self, share: &Share) -> Result<Vault, Failure> {
        let master = master(&self.env)?;
        let seal = Seal::new(master.expose(), share.bytes.expose(), &share.run)
            .map_err(|error| Failure::internal(&error))?;
        Ok(Vault {
            seal,
            store: self.store()?,
        })
    }

    async fn new_share(&self, run: &str) -> Result<Share, Failure> {
        let (bytes, nonce) = (random()?, random()?);
        let name = format!(
            "{run}/{}",
            URL_SAFE_NO_PAD.encode(nonce.get(..9).unwrap_or_default())
        );
        let put = self
            .env
            .kv(SHARES)?
            .put(&name, URL_SAFE_NO_PAD.encode(bytes))
            .map_err(|error| Failure::internal(&error))?;
        put.execute()
            .await
            .map_err(|error| Failure::internal(&error))?;
        Ok(Share {
            name,
            run: run.to_owned(),
            bytes: Secret::new(bytes),
        })
    }

    async fn share_of(&self, store: &RunStore) -> Result<Option<Share>, Failure> {
        let Some(name) = store.fact::<String>(SHARE)? else {
            return Ok(None);
        };
        let text = self
            .env
            .kv(SHARES)?
            .get(&name)
            .text()
            .await
            .map_err(|error| Failure::internal(&error))?;
        let bytes = text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok());
        let run = name.split('/').next().unwrap_or_default().to_owned();
        Ok(bytes.map(|bytes| Share {
            name,
            run,
            bytes: Secret::new(bytes),
        }))
    }
}

/// A run's own half of its sealing key.
struct Share {
    name: String,
    run: String,
    bytes: Secret<[u8; 32]>,
}

/// The body that a route of ours has written. Read as JSON text: one decoder for everything, not a second one for
/// JavaScript's own values.
async fn read<T: DeserializeOwned>(request: &mut Request) -> Result<T, Failure> {
    serde_json::from_slice(&request.bytes().await?).map_err(|error| Failure::internal(&error))
}

fn bearer(request: &Request) -> Result<String, Failure> {
    let header = request.headers().get("authorization")?.unwrap_or_default();
    header
        .strip_prefix("Bearer ")
        .map(str::to_owned)
        .ok_or_else(|| {
            Failure::new(
                401,
                "capability_missing",
                "this needs the run's capability",
                "Send it as `Authorization: Bearer …`.",
            )
        })
}

fn gone() -> Failure {
    Failure::new(
        410,
        "gone",
        "the run has ended, or the ticket is used up",
        "Nothing to do.",
    )
}

fn internal(_told: Failure) -> worker::Error {
    worker::Error::RustError("the run could not be opened".to_owned())
}

const CAPABILITY: &str = "capability";
const SHARED: &str = "shared";
const SHARE: &str = "share";
const PACE: &str = "pace";
const ACCOUNT: &str = "account";

/// If a wake-up dies, the next one comes after this.
const SAFETY_NET: Duration = Duration::from_secs(30);

/// An alarm may be a minute late when a machine fails over; later than that it is lost.
const ALARM_LOST_MS: u64 = 90_000;

/// How long a machine waits before it asks for its bundle again.
const BUNDLE_RETRY_S: u32 = 5;

//! One run: accepts it, keeps it, answers for it, and drives it. Only the alarm drives.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::json;
use shared::pace::Pace;
use shared::pki;
use shared::run::{Command, Run};
use shared::view::View;
use worker::{
    DurableObject, Env, Method, Request, Response, State, WebSocket, WebSocketIncomingMessage,
};
use worker::{durable_object, wasm_bindgen};

use super::run_machines::SOURCE_HEADER;
use super::run_store::{PACE, RunStore};
use super::socket::{Told, accept};
use crate::answer::{Failure, json as answer};
use crate::config::{random, wall};
use crate::inner;

#[durable_object]
pub struct RunObject {
    pub(super) state: State,
    pub(super) env: Env,
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
        self.state.storage().set_alarm(self.safety_net()).await?;
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
pub(super) struct Seen<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a str>,
    pub(super) view: &'a View,
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
            (Method::Put, ["start"]) => self.start(inner::sent(&mut request).await?).await,
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
                let caller = request.headers().get(SOURCE_HEADER)?;
                let command = inner::sent(&mut request).await?;
                self.command(&run, command, caller.as_deref()).await
            }
            (Method::Post, ["credentials"]) => {
                self.allowed(&request, Right::Own)?;
                self.keep_credentials(inner::sent(&mut request).await?)
                    .await
            }
            (Method::Post, ["share"]) => self.share(&request),
            (Method::Post, ["called-off"]) => {
                self.called_off(inner::sent(&mut request).await?).await
            }
            _ => Err(Failure::not_found()),
        }
    }

    async fn look(&self, request: &Request) -> Result<Response, Failure> {
        let run = self.allowed(request, Right::Read)?;
        self.kick(&run).await?;
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
        self.kick(&run).await?;
        let url = request.url()?;
        let after = url
            .query_pairs()
            .find(|(name, _)| name == "after")
            .and_then(|(_, value)| value.parse().ok());
        let entries = self.store()?.journal(after.unwrap_or_default())?;
        answer(200, &Told::new(&entries, &self.view(&run)?, &self.pace()?))
    }

    async fn command(
        &self,
        run: &Run,
        command: Command,
        caller: Option<&str>,
    ) -> Result<Response, Failure> {
        let state = run.state();
        let possible = match &command {
            Command::Cancel => state.outcome.is_none() && !run.plan().undo.is_empty(),
            Command::Retry => state.stuck.is_some(),
            Command::AdminKey { .. } => self.view(run)?.can_certify,
            Command::Collected => state.outcome.is_some(),
            Command::Start | Command::Report { .. } | Command::Confirm { .. } => true,
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
        if state.outcome.is_none() {
            // A run that cannot be driven at the moment says why.
            self.is_openable().await?;
        }
        self.post(&command).await?;
        match command {
            Command::Cancel => self.log(run.plan(), "is cancelled", caller),
            Command::Retry => self.log(run.plan(), "is tried again", caller),
            Command::Start
            | Command::AdminKey { .. }
            | Command::Collected
            | Command::Report { .. }
            | Command::Confirm { .. } => {}
        }
        answer(202, &json!({}))
    }

    fn share(&self, request: &Request) -> Result<Response, Failure> {
        self.allowed(request, Right::Own)?;
        let token = URL_SAFE_NO_PAD.encode(random()?);
        self.store()?.set_fact(SHARED, &pki::hash_hex(&token))?;
        answer(200, &json!({ "token": token }))
    }

    pub(super) async fn post(&self, command: &Command) -> Result<(), Failure> {
        self.store()?.post(command)?;
        self.wake().await
    }

    pub(super) async fn wake(&self) -> Result<(), Failure> {
        Ok(self.state.storage().set_alarm(Duration::ZERO).await?)
    }

    /// An alarm that was due long ago and has not fired was lost: whoever looks sets it again.
    async fn kick(&self, run: &Run) -> Result<(), Failure> {
        let over = run.state().outcome.is_some();
        let due = self.state.storage().get_alarm().await?;
        let late_ms = due
            .and_then(|due| u64::try_from(due).ok())
            .map_or(u64::MAX, |due| wall().millis().saturating_sub(due));
        if late_ms > ALARM_LOST_MS && !over {
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

    pub(super) fn view(&self, run: &Run) -> Result<View, Failure> {
        let pace = self.pace()?;
        Ok(View::of(run, pace.run_at(wall()), &pace))
    }

    /// As long as the run has been silent: one that dies at every wake-up is woken less and less often.
    fn safety_net(&self) -> Duration {
        let silence_ms = || {
            let store = self.store().ok()?;
            let last_at = store.last_at().ok()??;
            Some(wall().since_ms(self.pace().ok()?.wall_at(last_at)))
        };
        let silence = silence_ms().map_or(SAFETY_NET_MAX, Duration::from_millis);
        silence.clamp(SAFETY_NET, SAFETY_NET_MAX)
    }

    pub(super) fn pace(&self) -> Result<Pace, Failure> {
        Ok(self.store()?.fact(PACE)?.unwrap_or(Pace::REAL))
    }

    pub(super) fn store(&self) -> Result<RunStore, Failure> {
        Ok(RunStore::open(self.state.storage().sql())?)
    }
}

pub(super) fn bearer(request: &Request) -> Result<String, Failure> {
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

/// The hash of what the owner holds.
pub(super) const CAPABILITY: &str = "capability";

/// The hash of what the owner has handed on: it may look, and nothing else.
const SHARED: &str = "shared";

/// If a wake-up dies, the next one comes after this at the soonest …
pub(super) const SAFETY_NET: Duration = Duration::from_secs(3);

/// … and at the latest, if they go on dying.
const SAFETY_NET_MAX: Duration = Duration::from_mins(1);

/// An alarm may be a minute late when a machine fails over; later than that it is lost.
const ALARM_LOST_MS: u64 = 90_000;

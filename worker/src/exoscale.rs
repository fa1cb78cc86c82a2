//! Sends signed requests to Exoscale, or to the sandbox when the key is one of its own.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use shared::exoscale::{Call, CallError, Credentials, Reply, Request, sign};
use shared::office::Met;
use shared::pace::Pace;
use shared::secret::Secret;
use worker::{Env, Fetch, Headers, Method, RequestInit, RequestRedirect, Response};

use crate::config::{SANDBOXES, wall};
use crate::objects::PACE_HEADER;

/// A signed request may be replayed until it expires, so it expires soon.
const VALID_S: u64 = 60;

/// Where a key's requests go.
#[derive(Clone)]
pub(crate) struct Door {
    env: Env,
    zone: String,
    credentials: Credentials,
    pace: Rc<Cell<Pace>>,
    met: Rc<RefCell<Met>>,
}

impl Door {
    pub(crate) fn new(env: Env, zone: String, credentials: Credentials) -> Self {
        Self {
            env,
            zone,
            credentials,
            pace: Rc::new(Cell::new(Pace::REAL)),
            met: Rc::default(),
        }
    }

    /// Keeps here how time passes behind the door, as its answers say.
    pub(crate) fn pacing(self, pace: Rc<Cell<Pace>>) -> Self {
        Self { pace, ..self }
    }

    /// The key that requests are signed with.
    pub(crate) fn key(&self) -> &str {
        &self.credentials.key
    }

    /// How time passes behind the door, as the last answer has said.
    pub(crate) fn pace(&self) -> Pace {
        self.pace.get()
    }

    /// What its calls have met.
    pub(crate) fn met(&self) -> Met {
        self.met.borrow().clone()
    }

    /// Builds, signs and sends a call. Everything secret is in the request's body and headers, never in its URL.
    pub(crate) fn send(
        &self,
        call: Call,
        open: impl Fn(&str) -> Option<Secret<String>>,
    ) -> impl Future<Output = Result<Reply, CallError>> + 'static {
        let built = Request::new(&call, open).map_err(|error| CallError::Unmade {
            why: error.to_string(),
        });
        let door = self.clone();
        async move {
            let result = door.exchange(&call, &built?).await;
            door.met.borrow_mut().note(&result);
            result
        }
    }

    async fn exchange(&self, call: &Call, request: &Request) -> Result<Reply, CallError> {
        let lost = |error: worker::Error| CallError::Lost {
            why: error.to_string(),
        };
        let wire = self.wire(request).map_err(lost)?;
        let mut response = self.fetch(wire).await.map_err(lost)?;
        let status = response.status_code();
        let body = response.bytes().await.map_err(lost)?;
        Reply::parse(call, status, &body)
    }

    fn wire(&self, request: &Request) -> Result<worker::Request, worker::Error> {
        let headers = Headers::new();
        let expires = wall().seconds().saturating_add(VALID_S);
        headers.set("authorization", &sign(request, &self.credentials, expires))?;
        headers.set("content-type", "application/json")?;
        headers.set("x-slipway-zone", &self.zone)?;
        let mut init = RequestInit::new();
        init.with_method(Method::from(request.method.as_str().to_owned()))
            .with_headers(headers)
            .with_redirect(RequestRedirect::Manual)
            .with_body(request.body.as_deref().map(Into::into));
        let url = format!("https://api-{}.exoscale.com{}", self.zone, request.target());
        worker::Request::new_with_init(&url, &init)
    }

    async fn fetch(&self, request: worker::Request) -> Result<Response, worker::Error> {
        match sandbox::account_of(&self.credentials.key) {
            Some(account) => {
                let stub = self.env.durable_object(SANDBOXES)?.get_by_name(account)?;
                let response = stub.fetch_with_request(request).await?;
                if let Some(pace) = response.headers().get(PACE_HEADER)? {
                    self.pace.set(serde_json::from_str(&pace)?);
                }
                Ok(response)
            }
            None => Fetch::Request(request).send().await,
        }
    }
}

//! What a machine asks of its run, with its ticket.

use std::net::IpAddr;

use serde_json::json;
use shared::bootstrap::Report;
use shared::run::{Caller, Command, Denied, Run};
use worker::{Headers, Request, Response};

use super::run::{RunObject, bearer};
use super::run_store::RunStore;
use crate::answer::{Failure, json as answer};
use crate::config::wall;

/// Where a machine asks from, as the edge saw it; never taken from outside.
pub(crate) const SOURCE_HEADER: &str = "x-slipway-source";

impl RunObject {
    pub(super) async fn machine(
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
                let headers = Headers::new();
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
}

fn gone() -> Failure {
    Failure::new(
        410,
        "gone",
        "the run has ended, or the ticket is used up",
        "Nothing to do.",
    )
}

/// How long a machine waits before it asks for its bundle again.
const BUNDLE_RETRY_S: u16 = 5;

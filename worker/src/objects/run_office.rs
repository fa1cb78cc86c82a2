//! What a run may send in a wake-up: asked of its organisation's office, in one request.

use std::time::Duration;

use futures_util::future::{Either, select};
use shared::office::{Allowance, Asking, Met};
use shared::pace::Pace;
use shared::run::Run;
use worker::{Delay, Error};

use super::account;
use super::run::RunObject;
use super::run_drive::ACCOUNT;
use super::run_store::{PACE, RunStore};
use crate::config::{ACCOUNTS, wall};
use crate::log;

impl RunObject {
    /// What the office allows. A run whose office does not answer goes on with little.
    pub(super) async fn allowance(&self, store: &RunStore, run: &Run) -> Allowance {
        if run.state().outcome.is_some() {
            // It sends nothing any more.
            return Allowance::Alone;
        }
        match self.ask_office(store, run).await {
            Ok(allowance) => allowance,
            Err(error) => {
                log::mistake(&format!("an office could not be asked: {error}"));
                Allowance::Alone
            }
        }
    }

    async fn ask_office(&self, store: &RunStore, run: &Run) -> worker::Result<Allowance> {
        let account = match store.fact::<String>(OFFICE)? {
            Some(office) => Some(office),
            // A run that was begun before there were offices.
            None => store.fact::<Option<String>>(ACCOUNT)?.flatten(),
        };
        let Some(account) = account else {
            return Ok(Allowance::Alone);
        };
        let pace: Pace = store.fact(PACE)?.unwrap_or(Pace::REAL);
        let asking = Asking {
            run: run.plan().facts.run.clone(),
            now: pace.run_at(wall()),
            met: store.fact::<Option<Met>>(MET)?.flatten(),
        };
        let office = self.env.durable_object(ACCOUNTS)?.get_by_name(&account)?;
        let answer = Box::pin(account::allowance(&office, &asking));
        let patience = Box::pin(Delay::from(PATIENCE));
        let allowance = match select(answer, patience).await {
            Either::Left((allowance, _)) => allowance?,
            Either::Right(_) => return Err(Error::RustError("no answer in time".to_owned())),
        };
        // It is told once, or the office would hear of one refusal several times.
        store.set_fact(MET, &Option::<Met>::None)?;
        Ok(allowance)
    }
}

/// The account in whose office the run asks.
pub(super) const OFFICE: &str = "office";

/// What the calls of the last wake-up met, until the office has heard of it.
pub(super) const MET: &str = "met";

/// The office answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

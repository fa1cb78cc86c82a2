//! Takes a run in.

use serde::{Deserialize, Serialize};
use shared::exoscale::Credentials;
use shared::pace::Pace;
use shared::plan::Plan;
use shared::run::Command;
use shared::secret::Secret;
use worker::Response;

use super::run::{CAPABILITY, RunObject, Seen};
use super::run_drive::ACCOUNT;
use super::run_office::OFFICE;
use super::run_share::SHARE;
use super::run_store::{PACE, PLAN};
use crate::answer::{Failure, json as answer};

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
    /// Who begins it, as the edge saw it: for a name in the log, and not kept.
    pub(crate) caller: Option<String>,
}

impl RunObject {
    /// Takes a run in, once. The share of its sealing key is put in its place first, under a name of this attempt's
    /// own, so that two attempts at the same moment cannot take each other's; from there on nothing is awaited.
    pub(super) async fn start(&self, start: Start) -> Result<Response, Failure> {
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
        store.set_fact(ACCOUNT, &Some(&start.account))?;
        store.set_fact(OFFICE, &start.account)?;
        store.set_fact(PLAN, &start.plan)?;
        store.post(&Command::Start)?;
        if let Some(public_key) = start.admin_public_key {
            store.post(&Command::AdminKey { public_key })?;
        }
        self.wake().await?;
        self.log(&start.plan, "begins", start.caller.as_deref());
        let run = store.run()?.ok_or_else(Failure::not_found)?;
        answer(
            201,
            &Seen {
                id: Some(&start.plan.facts.run),
                view: &self.view(&run)?,
            },
        )
    }
}

//! A destroy calls off what is made beside its cluster. It tells the other run's object, and that one tells nobody:
//! two objects never wait for each other.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::plan::{ClusterTag, PlanKind, is_run_id};
use shared::run::{Command, Run};
use worker::{Headers, Method, Request, RequestInit, Response};

use super::run::RunObject;
use super::run_drive::ACCOUNT;
use super::run_store::RunStore;
use crate::answer::{Failure, json as answer};
use crate::config::RUNS;
use crate::log;

/// What a destroy says to a bake. It stays within the process: no route from outside leads here.
#[derive(Serialize, Deserialize)]
pub(super) struct CallOff {
    /// The organisation whose key the destroy was accepted with.
    account: String,
    /// The cluster that goes.
    cluster: ClusterTag,
}

impl RunObject {
    /// Cancels a bake whose cluster goes. Whatever else this run is, it is not for the other one to stop.
    pub(super) async fn called_off(&self, said: CallOff) -> Result<Response, Failure> {
        let store = self.store()?;
        let run = store.run()?.ok_or_else(Failure::not_found)?;
        let plan = run.plan();
        let is_meant = plan.kind == PlanKind::Bake
            && plan.beside() == Some(&said.cluster)
            && account(&store)? == Some(said.account);
        if !is_meant {
            return Err(Failure::not_found());
        }
        if run.state().outcome.is_none() && run.state().undoing.is_none() {
            self.post(&Command::Cancel).await?;
        }
        answer(202, &json!({}))
    }

    /// Tells every run that the inventory has named. Each is told until it has answered, and then never again.
    pub(super) async fn call_off(&self, store: &RunStore, run: &Run) -> worker::Result<()> {
        let state = run.state();
        let (Some(account), Some(cluster)) = (account(store)?, state.cluster.clone()) else {
            return Ok(());
        };
        let mut told: Vec<String> = store.fact(TOLD)?.unwrap_or_default();
        let said = CallOff { account, cluster };
        let body = serde_json::to_string(&said)?;
        let named = state.beside.iter().filter(|run| is_run_id(run));
        for other in named.take(TOLD_MAX) {
            if told.contains(other) {
                continue;
            }
            let status = self.tell(other, &body).await?;
            if status == 202 {
                log::note("a bake is called off with its cluster");
            }
            told.push(other.clone());
            store.set_fact(TOLD, &told)?;
        }
        Ok(())
    }

    async fn tell(&self, other: &str, body: &str) -> worker::Result<u16> {
        let headers = Headers::new();
        headers.set("content-type", "application/json")?;
        let mut init = RequestInit::new();
        init.with_method(Method::Post)
            .with_headers(headers)
            .with_body(Some(body.into()));
        let request = Request::new_with_init("https://run/called-off", &init)?;
        let object = self.env.durable_object(RUNS)?.get_by_name(other)?;
        Ok(object.fetch_with_request(request).await?.status_code())
    }
}

fn account(store: &RunStore) -> worker::Result<Option<String>> {
    Ok(store.fact::<Option<String>>(ACCOUNT)?.flatten())
}

/// The fact that says which runs have been told.
const TOLD: &str = "called-off";

/// A cluster has one launch, and few changes: what names more runs than this was edited by somebody.
const TOLD_MAX: usize = 6;

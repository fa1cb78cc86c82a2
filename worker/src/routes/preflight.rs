//! Checks a key against a spec before anything is asked for: what a run's first step reads and judges, without a run.
//! Nothing is made, leased or kept.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::exoscale::{Call, CallError, Reply};
use shared::plan::{Facts, launch};
use shared::run::{Answer, Check, Verdict, judge, least, origin_check, preflight_calls};
use shared::spec;
use worker::{Env, Request, Response};

use super::given::Given;
use super::visit::Visit;
use super::{body, catalog, planning, start};
use crate::answer::{Failure, json as answer_json};
use crate::config::{self, wall};
use crate::exoscale::Door;
use crate::releases;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    spec: Value,
    /// Without any, only what can be said without a key is said.
    #[serde(default)]
    credentials: Option<Given>,
    #[serde(default)]
    roles: BTreeMap<String, String>,
}

pub(super) async fn answer(mut request: Request, env: &Env) -> Result<Response, Failure> {
    let wanted: Wanted = body::read(&mut request).await?;
    let spec = spec::parse(&wanted.spec).map_err(Failure::bad_spec)?;
    let credentials = wanted.credentials.as_ref();
    let credentials = credentials.map(|given| given.checked(env)).transpose()?;
    let origin = config::origin(env, &request)?;
    let facts = Facts {
        run: NO_RUN.to_owned(),
        kubernetes: releases::newest(env, &origin, spec.kubernetes()).await,
        caller: catalog::caller(&request)?.into_iter().collect(),
        key: credentials
            .as_ref()
            .map(|credentials| credentials.key.clone()),
        roles: planning::roles(&spec, &wanted.roles)?,
        standing: None,
        origin: origin.clone(),
    };
    let roles = least(&spec, &facts, &wanted.roles).map_err(|why| planning::bad_roles(&why))?;
    let mut checks = Vec::new();
    if let Some(credentials) = credentials {
        let pretend = sandbox::account_of(&credentials.key).is_some();
        let door = Door::new(env.clone(), spec.zone().as_str().to_owned(), credentials);
        let visit = Visit::begin(env, &door).await?;
        let reading = async || read(&door).await;
        let answers = visit.ask(preflight_calls().len(), reading).await?;
        checks = judge(&launch(&spec, facts), answers, wall());
        checks.push(origin_check(&origin, config::is_local(&origin), pretend));
    }
    answer_json(
        200,
        &json!({ "verdict": verdict(&checks), "checks": checks, "roles": roles }),
    )
}

/// Every answer; what brought none is asked for once more. A wrong key is no check that fails: nothing is checked.
async fn read(door: &Door) -> Result<Vec<Answer>, Failure> {
    let first = ask(door, preflight_calls()).await;
    let mut answers = Vec::with_capacity(first.len());
    for (call, result) in preflight_calls().into_iter().zip(first) {
        let result = match result {
            Err(error) if error.is_credentials() => return Err(start::refused(&error)),
            Err(error) if !error.is_denial() => door.send(call, |_| None).await,
            settled => settled,
        };
        answers.push(Answer::from(result));
    }
    let silent = |answer: &Answer| matches!(answer, Answer::Silent);
    if answers.iter().all(silent) {
        return Err(start::no_answer());
    }
    Ok(answers)
}

async fn ask(door: &Door, calls: Vec<Call>) -> Vec<Result<Reply, CallError>> {
    join_all(calls.into_iter().map(|call| door.send(call, |_| None))).await
}

/// The worst of them; nothing where nothing was checked.
fn verdict(checks: &[Check]) -> Option<Verdict> {
    let worst_first = [Verdict::Fail, Verdict::Unknown, Verdict::Warn, Verdict::Ok];
    worst_first
        .into_iter()
        .find(|verdict| checks.iter().any(|check| check.verdict == *verdict))
}

/// No run's id has these characters, and so no cluster is taken for the one that is asked about.
const NO_RUN: &str = "00000000000000000000000000";

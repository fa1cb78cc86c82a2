//! Starts a run: reads what is wanted, asks Exoscale whose key it is, plans, leases the name and hands over.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::exoscale::{CallError, Credentials};
use shared::pace::Pace;
use shared::pki;
use shared::plan::{Also, ClusterRef, Facts, Plan, PlanKind};
use shared::run::{Verdict, origin_check};
use worker::{Env, Headers, Method, Request, RequestInit, Response};

use super::given::Given;
use super::planning::Wish;
use super::visit::Visit;
use super::{beside, body, catalog, runs};
use crate::answer::{Failure, json as answer_json};
use crate::config::{self, ACCOUNTS, RUNS, SANDBOXES};
use crate::exoscale::Door;
use crate::inner;
use crate::objects::{Start, lease, release};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    kind: String,
    #[serde(default)]
    spec: Option<Value>,
    #[serde(default)]
    cluster: Option<ClusterRef>,
    credentials: Given,
    #[serde(default)]
    admin_public_key: Option<String>,
    /// What a destroy removes only when it is asked to.
    #[serde(default)]
    also: Vec<Also>,
    /// Roles that somebody made beforehand, by the name of the key that is minted for each.
    #[serde(default)]
    roles: BTreeMap<String, String>,
    #[serde(default)]
    plan_hash: Option<String>,
}

pub(super) async fn answer(mut request: Request, env: &Env, id: &str) -> Result<Response, Failure> {
    runs::check_id(id)?;
    let capability = capability(&request)?;
    if let Some(answered) = known(&request, env, id).await? {
        return Ok(answered);
    }
    let wanted: Wanted = body::read(&mut request).await?;
    let origin = config::origin(env, &request)?;
    let caller = catalog::caller(&request)?;
    let facts = Facts {
        run: id.to_owned(),
        origin: origin.clone(),
        caller: caller.into_iter().collect(),
        // Each kind of run says which.
        kubernetes: String::new(),
        key: None,
        roles: BTreeMap::new(),
        standing: None,
    };
    if let Some(key) = &wanted.admin_public_key {
        runs::check_public_key(key)?;
    }
    let wish = wanted.wish();
    let zone = wish.zone()?;
    let credentials = wanted.credentials.checked(env)?;
    reachable(&credentials, &origin)?;
    let door = Door::new(env.clone(), zone.as_str().to_owned(), credentials.clone());
    let visit = Visit::begin(env, &door).await?;
    let plan = wish.plan(env, &visit, facts).await?;
    agree(&wanted, &plan)?;
    let launcher = Launcher {
        env,
        account: visit.account,
        capability_hash: pki::hash_hex(&capability),
        pace: pace(env, &credentials).await?,
        credentials,
        caller: request.headers().get("cf-connecting-ip")?,
    };
    let answered = launcher.begin(&plan, wanted.admin_public_key).await?;
    if answered.status_code() == 201 {
        beside::bake(&launcher, &door, &plan).await;
    }
    Ok(answered)
}

impl Wanted {
    fn wish(&self) -> Wish<'_> {
        Wish {
            kind: &self.kind,
            spec: self.spec.as_ref(),
            cluster: self.cluster.as_ref(),
            admin_public_key: self.admin_public_key.as_deref(),
            also: &self.also,
            roles: &self.roles,
        }
    }
}

/// Who starts runs, and for whom.
pub(super) struct Launcher<'a> {
    env: &'a Env,
    account: String,
    capability_hash: String,
    pace: Pace,
    credentials: Credentials,
    caller: Option<String>,
}

impl Launcher<'_> {
    /// Leases what the plan is about and hands the run over to its object.
    pub(super) async fn begin(
        &self,
        plan: &Plan,
        admin_public_key: Option<String>,
    ) -> Result<Response, Failure> {
        let office = self
            .env
            .durable_object(ACCOUNTS)?
            .get_by_name(&self.account)?;
        lease(&office, plan, config::runs_most(self.env)).await?;
        let mut own = plan.clone();
        own.facts.key = Some(self.credentials.key.clone());
        let start = Start {
            plan: own,
            capability_hash: self.capability_hash.clone(),
            pace: self.pace,
            key: self.credentials.key.clone(),
            secret: self.credentials.secret.expose().clone(),
            // A renewal has its key in the plan.
            admin_public_key: admin_public_key.filter(|_| plan.kind == PlanKind::Launch),
            account: self.account.clone(),
            caller: self.caller.clone(),
        };
        let mut init = RequestInit::new();
        init.with_method(Method::Put).with_body(Some(
            serde_json::to_string(&start)
                .map_err(worker::Error::from)?
                .into(),
        ));
        let inner = Request::new_with_init("https://run/start", &init)?;
        let object = self
            .env
            .durable_object(RUNS)?
            .get_by_name(&plan.facts.run)?;
        let answered = object.fetch_with_request(inner).await?;
        if answered.status_code() != 201 {
            // A run that was not accepted holds nothing.
            release(&office, plan).await?;
        }
        Ok(answered)
    }
}

/// The run, if it was accepted before: a lost answer loses nothing.
async fn known(request: &Request, env: &Env, id: &str) -> Result<Option<Response>, Failure> {
    let headers = Headers::new();
    headers.set(
        "authorization",
        &request.headers().get("authorization")?.unwrap_or_default(),
    )?;
    let mut init = RequestInit::new();
    init.with_headers(headers);
    let inner = Request::new_with_init("https://run/view", &init)?;
    let mut answer = env
        .durable_object(RUNS)?
        .get_by_name(id)?
        .fetch_with_request(inner)
        .await?;
    if answer.status_code() != 200 {
        return Ok(None);
    }
    let view: Value = inner::answered(&mut answer).await?;
    answer_json(200, &json!({ "id": id, "view": view.get("view") })).map(Some)
}

fn capability(request: &Request) -> Result<String, Failure> {
    let header = request.headers().get("authorization")?.unwrap_or_default();
    let capability = header.strip_prefix("Bearer ").unwrap_or_default();
    if is_capability(capability) {
        return Ok(capability.to_owned());
    }
    let hint = "Choose 256 random bits, as base64url, and send them as `Authorization: Bearer …`.";
    Err(Failure::new(
        401,
        "capability_missing",
        "a run needs a capability of 256 bits",
        hint,
    ))
}

/// Whether this has the form of 256 bits. That they are random is the client's to see to: it is the client's run.
fn is_capability(text: &str) -> bool {
    let bytes = URL_SAFE_NO_PAD.decode(text);
    bytes.is_ok_and(|bytes| bytes.len() == CAPABILITY_BYTES)
}

/// The person launches what they saw, or is shown what has changed.
fn agree(wanted: &Wanted, plan: &Plan) -> Result<(), Failure> {
    match &wanted.plan_hash {
        Some(hash) if *hash != plan.digest() => {
            let facts = &plan.facts;
            let message = format!(
                "the plan has changed: Kubernetes {}, your address {:?}, machines report to {}",
                facts.kubernetes, facts.caller, facts.origin
            );
            Err(Failure::new(
                409,
                "plan_changed",
                message,
                "Look at the plan again, then launch.",
            ))
        }
        Some(_) | None => Ok(()),
    }
}

/// Machines of a real account must be able to call back, or they would be made and never heard of.
fn reachable(credentials: &Credentials, origin: &str) -> Result<(), Failure> {
    let pretend = sandbox::account_of(&credentials.key).is_some();
    let check = origin_check(origin, config::is_local(origin), pretend);
    if check.verdict != Verdict::Fail {
        return Ok(());
    }
    let failure = Failure::new(422, "origin_unreachable", check.detail, check.hint);
    Err(failure.about("credentials"))
}

/// Exoscale could not be asked.
pub(super) fn no_answer() -> Failure {
    let hint = "Try again in a moment; Exoscale's status page may know more.";
    let message = "Exoscale did not answer as expected";
    Failure::new(502, "exoscale_unreachable", message, hint)
}

/// A key that Exoscale does not take.
pub(super) fn refused(error: &CallError) -> Failure {
    let hint = "Check that the key exists, is enabled, and that its secret is right.";
    Failure::new(403, "credentials_refused", error.to_string(), hint).about("credentials")
}

/// How the run's time passes: in the sandbox as its account's does.
async fn pace(env: &Env, credentials: &Credentials) -> Result<Pace, Failure> {
    let Some(account) = sandbox::account_of(&credentials.key) else {
        return Ok(Pace::REAL);
    };
    let stub = env.durable_object(SANDBOXES)?.get_by_name(account)?;
    let mut answer = stub.fetch_with_str("https://sandbox/pace").await?;
    Ok(inner::answered(&mut answer).await?)
}

/// 256 bits.
const CAPABILITY_BYTES: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capability_is_256_bits_in_base64url() {
        for text in [
            "A".repeat(43).as_str(),
            "_-0123456789abcdefghijklmnopqrstuvwxyzABCDE",
        ] {
            assert!(is_capability(text), "{text}");
        }
        for length in [0, 5, 42, 44, 86] {
            assert!(!is_capability(&"A".repeat(length)), "{length}");
        }
        assert!(!is_capability(&format!("{}+", "A".repeat(42))));
    }
}

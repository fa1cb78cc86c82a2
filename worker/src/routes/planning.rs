//! From what is wanted to a plan. A change to a cluster that stands is planned on what the account says of it.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use serde_json::Value;
use shared::exoscale::{Call, CallError, Reply, ResourceId};
use shared::plan::{
    Also, ClusterRef, Facts, NotStanding, Plan, Seen, Standing, StepId, Survey, access, bake,
    check, destroy, given_roles, launch, renew, resize, shut_doors,
};
use shared::spec::{self, Access, Minor, Spec, Zone};
use worker::Env;

use super::visit::Visit;
use crate::answer::Failure;
use crate::config;
use crate::exoscale::Door;
use crate::releases;

/// What is wanted, of whatever kind.
pub(super) struct Wish<'a> {
    pub(super) kind: &'a str,
    pub(super) spec: Option<&'a Value>,
    pub(super) cluster: Option<&'a ClusterRef>,
    pub(super) admin_public_key: Option<&'a str>,
    pub(super) also: &'a [Also],
    pub(super) roles: &'a BTreeMap<String, String>,
}

impl Wish<'_> {
    /// The zone that it is about: where the first question goes.
    pub(super) fn zone(&self) -> Result<Zone, Failure> {
        match self.cluster {
            Some(cluster) => Ok(cluster.zone),
            None => self.spec().map(|spec| spec.zone()),
        }
    }

    /// The plan for it.
    pub(super) async fn plan(
        &self,
        env: &Env,
        visit: &Visit<'_>,
        facts: Facts,
    ) -> Result<Plan, Failure> {
        if !self.also.is_empty() && self.kind != "destroy" {
            let message = format!("a {} removes nothing else", self.kind);
            return Err(Failure::bad_request(message, "Leave `also` out.").about("also"));
        }
        let newest = async |minor: Minor| {
            let kubernetes = releases::newest(env, &facts.origin, minor).await;
            Facts {
                kubernetes,
                ..facts.clone()
            }
        };
        let plan = match self.kind {
            "launch" => {
                self.without_cluster()?;
                let spec = self.spec()?;
                doors(spec.access(), &facts)?;
                let roles = roles(&spec, self.roles)?;
                let facts = newest(spec.kubernetes()).await;
                launch(&spec, Facts { roles, ..facts })
            }
            "destroy" => {
                self.without_spec()?;
                destroy(self.cluster()?.clone(), self.also, facts)
            }
            "bake" => {
                let spec = self.spec()?;
                let tag = self.cluster.and_then(ClusterRef::tag);
                bake(&spec, tag, newest(spec.kubernetes()).await)
            }
            "resize" => {
                let (standing, spec) = (self.standing(visit).await?, self.spec()?);
                same_origin(&standing, &facts)?;
                resize(standing, &spec, facts).map_err(Failure::bad_spec)?
            }
            "access" => {
                let (standing, spec) = (self.standing(visit).await?, self.spec()?);
                doors(spec.access(), &facts)?;
                access(standing, spec.access(), facts).map_err(Failure::bad_spec)?
            }
            "renew" => {
                self.without_spec()?;
                let standing = self.standing(visit).await?;
                same_origin(&standing, &facts)?;
                renew(standing, self.admin_public_key.unwrap_or_default(), facts)
                    .map_err(|error| no_key(&error))?
            }
            other => {
                let message = format!("there is no kind of run called {other}");
                let hint = "Send `launch`, `destroy`, `resize`, `access`, `renew` or `bake`.";
                return Err(Failure::bad_request(message, hint).about("kind"));
            }
        };
        match check(&plan).first() {
            None => Ok(plan),
            Some(flaw) => Err(Failure::internal(flaw)),
        }
    }

    async fn standing(&self, visit: &Visit<'_>) -> Result<Standing, Failure> {
        let (standing, _) = survey(visit, self.cluster()?).await?;
        Ok(standing)
    }

    fn spec(&self) -> Result<Spec, Failure> {
        let Some(raw) = self.spec else {
            let message = format!("a {} needs a spec", self.kind);
            return Err(Failure::bad_request(message, "Send `spec`.").about("spec"));
        };
        spec::parse(raw).map_err(Failure::bad_spec)
    }

    fn cluster(&self) -> Result<&ClusterRef, Failure> {
        self.cluster.ok_or_else(|| {
            let message = format!("a {} needs a cluster", self.kind);
            let hint = "Send `cluster` with `name` and `zone`.";
            Failure::bad_request(message, hint).about("cluster")
        })
    }

    fn without_cluster(&self) -> Result<(), Failure> {
        if self.cluster.is_none() {
            return Ok(());
        }
        let message = format!("a {} needs no cluster", self.kind);
        Err(Failure::bad_request(message, "Leave `cluster` out.").about("cluster"))
    }

    fn without_spec(&self) -> Result<(), Failure> {
        if self.spec.is_none() {
            return Ok(());
        }
        let message = format!("a {} needs no spec", self.kind);
        Err(Failure::bad_request(message, "Leave `spec` out.").about("spec"))
    }
}

/// The roles that an administrator made, by the steps that would make them.
pub(super) fn roles(
    spec: &Spec,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<StepId, ResourceId>, Failure> {
    given_roles(spec, given).map_err(|why| bad_roles(&why))
}

/// Roles that are too few, too many or none.
pub(super) fn bad_roles(why: &str) -> Failure {
    let hint = "Send the id of a role for each, or leave `roles` out.";
    Failure::bad_request(why, hint).about("roles")
}

/// What the account says of a cluster that stands, and what it shows of it.
pub(super) async fn survey(
    visit: &Visit<'_>,
    cluster: &ClusterRef,
) -> Result<(Standing, Seen), Failure> {
    let surveying = async || look(visit.door, cluster).await;
    visit.ask(SURVEY_CALLS, surveying).await
}

async fn look(door: &Door, cluster: &ClusterRef) -> Result<(Standing, Seen), Failure> {
    let survey =
        Survey::new(cluster, ask(door, Survey::calls()).await?).map_err(|error| told(&error))?;
    let more = ask(door, survey.more_calls()).await?;
    let seen = survey.seen(&more);
    let standing = survey.standing(more).map_err(|error| told(&error))?;
    Ok((standing, seen))
}

/// What a survey of most clusters takes: a few listings, and a look at each machine of the control plane and each pool.
const SURVEY_CALLS: usize = 20;

async fn ask(door: &Door, calls: Vec<Call>) -> Result<Vec<Reply>, Failure> {
    let answers = calls.into_iter().map(|call| door.send(call, |_| None));
    try_join_all(answers).await.map_err(|error| refused(&error))
}

fn told(error: &NotStanding) -> Failure {
    let (status, code, hint) = match error {
        NotStanding::None(_) => (404, "no_cluster", "Check its name and its zone."),
        NotStanding::Several(_) => (409, "several_clusters", "Send `cluster.id`, too."),
        NotStanding::Unreadable(..) => (
            422,
            "cluster_unreadable",
            "Somebody has changed its machines' user-data; a destroy still works.",
        ),
    };
    Failure::new(status, code, error.to_string(), hint).about("cluster")
}

/// A call before the run that the key may not make, or that brought no answer.
pub(super) fn refused(error: &CallError) -> Failure {
    if error.is_denial() || error.is_credentials() {
        let hint = "Check the key, its secret, and that its role may list and get what the cluster is made of.";
        return Failure::new(403, "credentials_refused", error.to_string(), hint)
            .about("credentials");
    }
    let hint = "Try again in a moment; Exoscale's status page may know more. Nothing was changed.";
    Failure::new(502, "exoscale_unreachable", error.to_string(), hint)
}

/// Somebody must be able to come in. On this machine a caller has no public address at all.
fn doors(access: &Access, facts: &Facts) -> Result<(), Failure> {
    let problem = shut_doors(access, facts).filter(|_| !config::is_local(&facts.origin));
    problem.map_or(Ok(()), |problem| Err(Failure::bad_spec(vec![problem])))
}

/// The control planes answer to the address that they were born with, and only there.
fn same_origin(standing: &Standing, facts: &Facts) -> Result<(), Failure> {
    if standing.origin == facts.origin {
        return Ok(());
    }
    let message = format!("the machines of this cluster report to {}", standing.origin);
    let hint = "Open the launcher there, and do it there.";
    Err(Failure::new(409, "other_origin", message, hint).about("cluster"))
}

fn no_key(error: &dyn std::fmt::Display) -> Failure {
    let hint = "Send the base64 of a P-256 SubjectPublicKeyInfo.";
    Failure::bad_request(error.to_string(), hint).about("adminPublicKey")
}

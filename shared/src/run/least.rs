//! The least that keys must be allowed for a spec, as roles that somebody makes by hand: in Exoscale's own JSON, and as
//! `exo` commands.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rights;
use crate::exoscale::{Kind, Policy};
use crate::plan::{
    Facts, Plan, PlanKind, StepId, bake, bake_run, given_roles, key_names, launch, policies,
};
use crate::spec::{Image, Spec};

/// Roles for keys with which a cluster of one spec can be launched and destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Least {
    /// For a key that makes the roles of the cluster's programs itself. Whoever may make roles and keys can make any,
    /// so that this is an administrator's key, however short its list.
    pub alone: RoleToMake,
    /// For keys where an administrator makes the roles beforehand: those of the cluster's programs, in order, …
    pub beforehand: Vec<RoleToMake>,
    /// … and that of the key that launches. It names the others by their ids; without them it names the roles, and
    /// is to be filled in.
    pub launcher: RoleToMake,
}

/// A role that somebody makes by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleToMake {
    /// Whom it is for: a program of the cluster's, or `launch`.
    pub purpose: String,
    /// The body of `POST /v2/iam-role`.
    pub body: Value,
    /// The same for a shell, and the key where one is made by hand.
    pub commands: Vec<String>,
}

/// The least for a spec, given the roles that are known already, by the names of their keys.
pub fn least(
    spec: &Spec,
    facts: &Facts,
    given: &BTreeMap<String, String>,
) -> Result<Least, String> {
    let roles = given_roles(spec, given)?;
    let alone = launch(spec, with(facts, BTreeMap::new()));
    let ids: Vec<String> = key_names(spec)
        .map(|(name, _)| {
            given
                .get(name)
                .cloned()
                .unwrap_or_else(|| placeholder(name))
        })
        .collect();
    let roles = if roles.is_empty() {
        let named = key_names(spec).zip(&ids);
        named
            .map(|((name, _), id)| (StepId(format!("role-{name}")), id.as_str().into()))
            .collect()
    } else {
        roles
    };
    let narrow = launch(spec, with(facts, roles));
    let minting = Kind::ApiKey.creation();
    let operations = all(&narrow);
    let operations = operations.iter().filter(|operation| **operation != minting);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let narrow =
        Policy::allowing(operations.map(String::as_str)).and_with(&minting, "role_id", &ids);
    let policies = policies();
    let beforehand = key_names(spec).filter_map(|(name, title)| {
        let policy = policies.get(name)?;
        Some(RoleToMake::new(
            name,
            &format!("slipway: {title}"),
            policy,
            None,
        ))
    });
    let alone = Policy::allowing(all(&alone).iter().map(String::as_str));
    Ok(Least {
        alone: RoleToMake::new(
            LAUNCH,
            "slipway: launches and destroys",
            &alone,
            Some("slipway"),
        ),
        beforehand: beforehand.collect(),
        launcher: RoleToMake::new(
            LAUNCH,
            "slipway: launches and destroys with roles made beforehand",
            &narrow,
            Some("slipway"),
        ),
    })
}

fn with(facts: &Facts, roles: BTreeMap<StepId, crate::exoscale::ResourceId>) -> Facts {
    Facts {
        roles,
        ..facts.clone()
    }
}

/// What a launch takes, its undo, the destroy of its cluster, and the image that is made beside it.
fn all(plan: &Plan) -> BTreeSet<String> {
    let mut all = rights(plan);
    all.extend(of_image(plan));
    all
}

/// What the image takes that is made beside a launch.
pub(super) fn of_image(plan: &Plan) -> BTreeSet<String> {
    let auto = |spec: &&Spec| plan.kind == PlanKind::Launch && *spec.image() == Image::Auto;
    let Some(spec) = plan.spec.as_ref().filter(auto) else {
        return BTreeSet::new();
    };
    let facts = Facts {
        run: bake_run(&plan.facts.run),
        ..plan.facts.clone()
    };
    rights(&bake(spec, plan.cluster.tag(), facts))
}

impl RoleToMake {
    fn new(purpose: &str, description: &str, policy: &Policy, key: Option<&str>) -> Self {
        let name = format!("slipway-{purpose}");
        let text = serde_json::to_string(policy).unwrap_or_default();
        let role = format!(
            "exo iam role create {name} --editable --description '{description}' --policy - <<'POLICY'\n{text}\nPOLICY"
        );
        let key = key.map(|key| format!("exo iam api-key create {key} {name}"));
        Self {
            purpose: purpose.to_owned(),
            body: json!({
                "name": name, "description": description, "editable": true, "policy": policy,
            }),
            commands: [role].into_iter().chain(key).collect(),
        }
    }
}

/// Stands for the id of a role that is not made yet.
fn placeholder(name: &str) -> String {
    format!("ID-OF-slipway-{name}")
}

/// The purpose of the key that launches.
const LAUNCH: &str = "launch";

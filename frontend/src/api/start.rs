//! What starts a run.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::plan::PlanKind;
use shared::spec::Spec;

use super::Credentials;

/// What starts a run.
pub enum Start<'a> {
    /// From a spec to a cluster.
    Launch {
        spec: &'a Spec,
        credentials: &'a Credentials,
        admin_public_key: &'a str,
        plan_hash: &'a str,
        roles: &'a BTreeMap<String, String>,
    },
    /// From a cluster to nothing.
    Destroy {
        name: &'a str,
        id: Option<&'a str>,
        zone: &'a str,
        credentials: &'a Credentials,
    },
    /// A certificate for another key.
    Renew {
        name: &'a str,
        id: Option<&'a str>,
        zone: &'a str,
        credentials: &'a Credentials,
        admin_public_key: &'a str,
    },
    /// Other pools or doors for a cluster that stands, or an image for it.
    Change {
        kind: PlanKind,
        name: &'a str,
        id: Option<&'a str>,
        zone: &'a str,
        spec: &'a Spec,
        credentials: &'a Credentials,
        plan_hash: Option<&'a str>,
    },
}

impl Start<'_> {
    pub(super) fn body(&self) -> Value {
        match self {
            Self::Launch {
                spec,
                credentials,
                admin_public_key,
                plan_hash,
                roles,
            } => json!({
                "kind": "launch", "spec": spec, "credentials": credentials.body(),
                "adminPublicKey": admin_public_key, "planHash": plan_hash, "roles": roles,
            }),
            Self::Destroy {
                name,
                id,
                zone,
                credentials,
            } => json!({
                "kind": "destroy", "cluster": cluster(name, *id, zone), "credentials": credentials.body(),
            }),
            Self::Renew {
                name,
                id,
                zone,
                credentials,
                admin_public_key,
            } => json!({
                "kind": "renew", "cluster": cluster(name, *id, zone), "credentials": credentials.body(),
                "adminPublicKey": admin_public_key,
            }),
            Self::Change {
                kind,
                name,
                id,
                zone,
                spec,
                credentials,
                plan_hash,
            } => json!({
                "kind": kind, "cluster": cluster(name, *id, zone), "spec": spec,
                "credentials": credentials.body(), "planHash": plan_hash,
            }),
        }
    }
}

pub(super) fn cluster(name: &str, id: Option<&str>, zone: &str) -> Value {
    let mut cluster = json!({ "name": name, "zone": zone });
    if let (Some(id), Some(fields)) = (id, cluster.as_object_mut()) {
        fields.insert("id".to_owned(), json!(id));
    }
    cluster
}

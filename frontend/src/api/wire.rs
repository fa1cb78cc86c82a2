//! The bodies of requests and answers.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::catalog::{Minor, Prices};
use shared::plan::Facts;
use shared::run::Check;
use shared::secret::Secret;
use shared::spec::Spec;
use shared::time::Timestamp;
use shared::view::View;

use crate::crypto::{self, CryptoError};

/// A run and what reaches it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunLink {
    /// 128 bits in base32.
    pub id: String,
    /// 256 bits in base64url.
    pub capability: String,
}

impl RunLink {
    /// A run that nobody has started yet.
    pub fn random() -> Result<Self, CryptoError> {
        Ok(Self {
            id: crypto::run_id()?,
            capability: crypto::capability()?,
        })
    }

    /// Reads `<run id>.<capability>`.
    pub fn parse(fragment: &str) -> Option<Self> {
        let (id, capability) = fragment.split_once('.')?;
        let id_is_one = id.len() == 26
            && id
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let capability_is_one = capability.len() >= 16 && capability.bytes().all(plain);
        (id_is_one && capability_is_one).then(|| Self {
            id: id.to_owned(),
            capability: capability.to_owned(),
        })
    }

    /// The address of the run's page.
    pub fn address(&self) -> String {
        format!("/run#{}.{}", self.id, self.capability)
    }
}

/// What `GET /api/catalog` says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Catalog {
    /// Where machines reach the launcher.
    pub origin: String,
    /// The person's address as the launcher sees it.
    #[serde(default)]
    pub caller: Caller,
    /// The newest patch of each minor.
    pub kubernetes: BTreeMap<String, String>,
    /// What Exoscale asks for.
    pub prices: Prices,
    /// Whether there are pretend accounts.
    #[serde(default = "yes")]
    pub sandbox: bool,
}

const fn yes() -> bool {
    true
}

/// One address, several, or none.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Caller {
    /// One.
    One(IpAddr),
    /// Several: IPv4 and IPv6.
    Several(Vec<IpAddr>),
    /// Not known.
    #[default]
    Unknown,
}

impl Catalog {
    /// The person's addresses.
    pub fn callers(&self) -> Vec<IpAddr> {
        match &self.caller {
            Caller::One(address) => vec![*address],
            Caller::Several(addresses) => addresses.clone(),
            Caller::Unknown => Vec::new(),
        }
    }

    /// What a plan of this run and minor would be made with.
    pub fn facts(&self, run: &str, minor: Minor) -> Facts {
        let floor = || shared::catalog::bill(minor).kubernetes_floor.to_owned();
        Facts {
            run: run.to_owned(),
            origin: self.origin.clone(),
            caller: self.callers().into_iter().map(Into::into).collect(),
            kubernetes: self
                .kubernetes
                .get(minor.as_str())
                .cloned()
                .unwrap_or_else(floor),
            key: None,
            roles: BTreeMap::new(),
            standing: None,
        }
    }
}

/// A key and its secret.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// `EXO…`.
    pub key: String,
    /// What signs.
    pub secret: Secret<String>,
}

impl Credentials {
    pub(super) fn body(&self) -> Value {
        json!({ "key": self.key, "secret": self.secret.expose() })
    }
}

/// Whose account a run works on.
#[derive(Clone, Debug)]
pub struct Account {
    /// What opens it.
    pub credentials: Credentials,
    /// Whether it is a pretend one.
    pub sandbox: bool,
}

/// A pretend account. Its credentials are no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxAccount {
    pub key: String,
    pub secret: String,
    /// How many of its seconds pass in one.
    #[serde(default = "one")]
    pub speed: u32,
}

const fn one() -> u32 {
    1
}

impl From<SandboxAccount> for Account {
    fn from(account: SandboxAccount) -> Self {
        let credentials = Credentials {
            key: account.key,
            secret: Secret::new(account.secret),
        };
        Self {
            credentials,
            sandbox: true,
        }
    }
}

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
        }
    }
}

fn cluster(name: &str, id: Option<&str>, zone: &str) -> Value {
    let mut cluster = json!({ "name": name, "zone": zone });
    if let (Some(id), Some(fields)) = (id, cluster.as_object_mut()) {
        fields.insert("id".to_owned(), json!(id));
    }
    cluster
}

/// What has happened, and how the run stands.
#[derive(Clone, Debug, Deserialize)]
pub struct RunUpdate {
    /// Lines of the journal.
    #[serde(default)]
    pub entries: Vec<Line>,
    /// How the run stands.
    pub view: View,
}

/// A line of the journal as the page may see it. What it says stays a plain value: the page only words it, and words
/// also what a later launcher says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Line {
    /// Counted from 1.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What: its kind alone, or its kind with what belongs to it.
    event: Value,
}

impl Line {
    /// The kind of the event, and what belongs to it.
    pub fn event(&self) -> (&str, &Value) {
        named(&self.event)
    }
}

/// An enum's variant in JSON: its name alone, or its name with its fields.
pub fn named(value: &Value) -> (&str, &Value) {
    let only = value.as_object().and_then(|fields| fields.iter().next());
    only.map_or_else(
        || (value.as_str().unwrap_or_default(), &Value::Null),
        |(name, fields)| (name, fields),
    )
}

/// A cluster that was found in an account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FoundCluster {
    pub name: String,
    pub id: String,
    pub zone: String,
    /// How many resources, or which.
    #[serde(default)]
    resources: Value,
}

impl FoundCluster {
    /// How many resources carry its marker.
    pub fn resource_count(&self) -> u64 {
        let listed = self
            .resources
            .as_array()
            .map(|list| u64::try_from(list.len()).unwrap_or_default());
        self.resources.as_u64().or(listed).unwrap_or_default()
    }
}

#[derive(Deserialize)]
pub(super) struct Inspected {
    pub(super) removal: shared::run::Removal,
}

#[derive(Deserialize)]
pub(super) struct Preflight {
    pub(super) checks: Vec<Check>,
}

#[derive(Deserialize)]
pub(super) struct Clusters {
    pub(super) clusters: Vec<FoundCluster>,
}

/// A pretend account as it stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inside {
    /// The account's time since it was opened.
    pub age_ms: u64,
    /// How fast it passes.
    pub clock: Speed,
    /// Everything that exists.
    pub things: Vec<Thing>,
    /// Machines that run the bootstrap.
    pub machines: Vec<Booting>,
    /// Operations under way.
    pub operations: Vec<Underway>,
    /// What was asked, the newest first.
    pub events: Vec<Asked>,
    /// What goes wrong.
    pub faults: BTreeMap<String, u32>,
    /// The guesses it lives by.
    pub switches: BTreeMap<String, Value>,
}

/// How fast a pretend account's time passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Speed {
    /// Its seconds in one of ours.
    pub speed: u32,
}

/// Something that exists.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Thing {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its state, if it has one.
    pub state: Option<String>,
    /// Its zone, if it is in one.
    pub zone: Option<String>,
}

/// A machine and what it does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Booting {
    /// Its name.
    pub name: String,
    /// What it does.
    pub step: String,
}

/// An operation that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Underway {
    /// Its id.
    pub id: String,
    /// The kind that it is about.
    pub kind: Option<String>,
    /// The id of what it is about.
    pub about: Option<String>,
    /// When it ends.
    pub ends_in_ms: Option<u64>,
}

/// A request that changed something, or tried to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Asked {
    /// When, in unix milliseconds.
    pub at: u64,
    /// The API's name for it.
    pub operation: String,
    /// The HTTP status.
    pub status: u16,
    /// Why not.
    pub message: Option<String>,
    /// The name of the key that asked.
    pub key: Option<String>,
}

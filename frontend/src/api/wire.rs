//! The bodies of requests and answers.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::catalog::{Minor, Prices};
use shared::plan::Facts;
use shared::run::Check;
use shared::secret::Secret;
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
    /// Whether it may look and do nothing else.
    #[serde(default)]
    pub watches: bool,
}

/// What stands before the token of a link that may only look.
const WATCHES: &str = "look.";

impl RunLink {
    /// A run that nobody has started yet.
    pub fn random() -> Result<Self, CryptoError> {
        Ok(Self {
            id: crypto::run_id()?,
            capability: crypto::capability()?,
            watches: false,
        })
    }

    /// Reads `<run id>.<capability>`, or `<run id>.look.<token>`.
    pub fn parse(fragment: &str) -> Option<Self> {
        let (id, rest) = fragment.split_once('.')?;
        let token = rest.strip_prefix(WATCHES);
        let capability = token.unwrap_or(rest);
        let id_is_one = id.len() == 26
            && id
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let capability_is_one = capability.len() >= 16 && capability.bytes().all(plain);
        (id_is_one && capability_is_one).then(|| Self {
            id: id.to_owned(),
            capability: capability.to_owned(),
            watches: token.is_some(),
        })
    }

    /// The address of the run's page.
    pub fn address(&self) -> String {
        let look = if self.watches { WATCHES } else { "" };
        format!("/run#{}.{look}{}", self.id, self.capability)
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

//! Labels and taints of nodes, as Kubernetes allows them and as a kubelet may set them on itself.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Refusal;
use super::names::is_domain;
use crate::limits;

/// The labels of a pool's nodes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Labels(BTreeMap<String, String>);

impl Labels {
    /// Key by key, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As a map.
    pub const fn as_map(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Adds a label, if Kubernetes and the kubelet take it.
    pub(super) fn insert(&mut self, key: &str, value: &str) -> Result<(), Refusal> {
        qualified_name(key)?;
        if is_reserved(key) {
            return Err(Refusal::new(
                "A node may not give itself this label: Kubernetes and this launcher keep such prefixes.",
                "Use a prefix of your own, or `node.kubernetes.io/`.",
            ));
        }
        label_value(value)?;
        self.0.insert(key.to_owned(), value.to_owned());
        Ok(())
    }
}

/// What a taint does to pods that do not tolerate it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Effect {
    /// They are not placed here.
    NoSchedule,
    /// They are placed here last.
    PreferNoSchedule,
    /// They are not placed here and are sent away.
    NoExecute,
}

impl Effect {
    /// Every effect.
    pub const ALL: &'static [Self] = &[Self::NoSchedule, Self::PreferNoSchedule, Self::NoExecute];

    /// The word that Kubernetes knows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoSchedule => "NoSchedule",
            Self::PreferNoSchedule => "PreferNoSchedule",
            Self::NoExecute => "NoExecute",
        }
    }
}

/// A taint of a pool's nodes: `key=value:Effect`. The value may be empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Taint {
    key: String,
    value: String,
    effect: Effect,
}

impl Taint {
    /// The key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value; may be empty.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The effect.
    pub const fn effect(&self) -> Effect {
        self.effect
    }

    /// Kubernetes refuses two taints with the same key and effect.
    pub(super) fn clashes(&self, other: &Self) -> bool {
        self.key == other.key && self.effect == other.effect
    }
}

impl fmt::Display for Taint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}:{}", self.key, self.value, self.effect.as_str())
    }
}

impl FromStr for Taint {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unreadable = || {
            Refusal::new(
                "A taint is written `key=value:Effect`; the effect is NoSchedule, PreferNoSchedule or NoExecute.",
                "For instance `dedicated=gpu:NoSchedule`.",
            )
        };
        let (pair, effect) = text.rsplit_once(':').ok_or_else(unreadable)?;
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let effect = Effect::ALL
            .iter()
            .find(|known| known.as_str() == effect)
            .ok_or_else(unreadable)?;
        qualified_name(key)?;
        label_value(value)?;
        if is_kubernetes(key) {
            return Err(Refusal::new(
                "Taints under kubernetes.io belong to Kubernetes' own controllers.",
                "They come and go by themselves; use a key of your own.",
            ));
        }
        Ok(Self {
            key: key.to_owned(),
            value: value.to_owned(),
            effect: *effect,
        })
    }
}

impl TryFrom<String> for Taint {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Taint> for String {
    fn from(taint: Taint) -> Self {
        taint.to_string()
    }
}

fn qualified_name(key: &str) -> Result<(), Refusal> {
    let (prefix, name) = key
        .split_once('/')
        .map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let prefix_fits = prefix
        .is_none_or(|prefix| prefix.len() <= limits::LABEL_PREFIX_CHARS_MAX && is_domain(prefix));
    if prefix_fits && !name.is_empty() && is_label_text(name) {
        return Ok(());
    }
    Err(Refusal::new(
        format!(
            "A key is `name` or `prefix/name`: the name has 1 to {} letters, digits, dashes, dots and underscores \
             with a letter or digit at both ends, the prefix is a DNS name of at most {} characters.",
            limits::LABEL_CHARS_MAX,
            limits::LABEL_PREFIX_CHARS_MAX
        ),
        "For instance `team` or `example.com/team`.",
    ))
}

fn label_value(value: &str) -> Result<(), Refusal> {
    if value.is_empty() || is_label_text(value) {
        return Ok(());
    }
    Err(Refusal::new(
        format!(
            "A value is empty or has at most {} letters, digits, dashes, dots and underscores, \
             with a letter or digit at both ends.",
            limits::LABEL_CHARS_MAX
        ),
        "Kubernetes allows no spaces or slashes here.",
    ))
}

fn is_label_text(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= limits::LABEL_CHARS_MAX
        && bytes.iter().copied().all(inner)
        && edge(bytes.first())
        && edge(bytes.last())
}

/// Labels that the cloud controller and the launcher put on nodes themselves.
const SET_BY_THE_CLUSTER: [&str; 2] = [
    "node.kubernetes.io/instance-type",
    "node.kubernetes.io/exclude-from-external-load-balancers",
];

/// Prefixes under kubernetes.io that the admission plugin `NodeRestriction` leaves to kubelets.
const LEFT_TO_NODES: [&str; 2] = ["node.kubernetes.io", "kubelet.kubernetes.io"];

fn is_reserved(key: &str) -> bool {
    let prefix = prefix(key);
    let left = LEFT_TO_NODES.iter().any(|domain| is_within(prefix, domain));
    is_within(prefix, "slipway")
        || SET_BY_THE_CLUSTER.contains(&key)
        || (is_kubernetes(key) && !left)
}

fn is_kubernetes(key: &str) -> bool {
    ["kubernetes.io", "k8s.io"]
        .iter()
        .any(|domain| is_within(prefix(key), domain))
}

fn prefix(key: &str) -> &str {
    key.split_once('/').map_or("", |(prefix, _)| prefix)
}

fn is_within(prefix: &str, domain: &str) -> bool {
    prefix
        .strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

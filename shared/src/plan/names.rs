//! How a cluster's resources are called and marked, so that any browser with a key can find them again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{StepId, roles};
use crate::exoscale::{Kind, Listed};

/// Label: the cluster, as `name-id`.
pub const MARKER_CLUSTER: &str = "slipway/cluster";
/// Label: the run that made it.
pub const MARKER_RUN: &str = "slipway/run";
/// Label: the step that made it.
pub const MARKER_STEP: &str = "slipway/step";

/// Label: the cluster beside which something is made that is not a part of it.
const MARKER_FOR: &str = "slipway/for";

/// The name of a cluster in the account: what the person called it, and the random id that makes it unique.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ClusterTag {
    /// What the person called it.
    pub name: String,
    /// Five random characters.
    pub id: String,
}

impl std::fmt::Display for ClusterTag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.name, self.id)
    }
}

impl ClusterTag {
    /// Reads `name-id`.
    pub fn parse(tag: &str) -> Option<Self> {
        let (name, id) = tag.rsplit_once('-')?;
        let id_is_one = id.len() == 5
            && id
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        (id_is_one && !name.is_empty()).then(|| Self {
            name: name.to_owned(),
            id: id.to_owned(),
        })
    }

    /// The name of one of its resources.
    pub fn name_of(&self, what: &str) -> String {
        format!("{self}-{what}")
    }

    /// The names of SSH keys have no room for a marker, so the name itself says whose they are.
    pub fn ssh_key(&self) -> String {
        format!("slipway-{self}")
    }

    /// So it is with the API keys of the cluster's programs, whose role may be somebody else's.
    pub fn key(&self, program: &str) -> String {
        format!("slipway-{self}-{program}")
    }
}

/// Whose a resource is, and which step made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The cluster.
    pub cluster: String,
    /// The run.
    pub run: String,
    /// The step.
    pub step: StepId,
    /// The cluster beside which it is made, where it is no part of that.
    pub made_for: Option<ClusterTag>,
}

impl Marker {
    /// As labels.
    pub fn labels(&self) -> BTreeMap<String, String> {
        [
            (MARKER_CLUSTER, &self.cluster),
            (MARKER_RUN, &self.run),
            (MARKER_STEP, &self.step.0),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .chain(self.beside())
        .collect()
    }

    fn beside(&self) -> Option<(String, String)> {
        let cluster = self.made_for.as_ref()?;
        Some((MARKER_FOR.to_owned(), cluster.to_string()))
    }

    /// As text, for kinds that have a description and no labels.
    pub fn description(&self) -> String {
        let beside = self.beside().map(|(key, value)| format!(" {key}={value}"));
        format!(
            "{MARKER_CLUSTER}={} {MARKER_RUN}={} {MARKER_STEP}={}{}",
            self.cluster,
            self.run,
            self.step,
            beside.unwrap_or_default()
        )
    }

    /// Whether a listed resource is the one that this marker was put on.
    pub fn is_on(&self, kind: Kind, listed: &Listed, name: &str) -> bool {
        let labelled = |key: &str, value: &str| marker_value(listed, key).as_deref() == Some(value);
        match kind {
            Kind::SshKey | Kind::ApiKey | Kind::Template => listed.name.as_deref() == Some(name),
            // It carries no words of ours; it is known by its instance.
            Kind::Snapshot => false,
            Kind::LoadBalancer
            | Kind::InstancePool
            | Kind::Instance
            | Kind::ElasticIp
            | Kind::Volume
            | Kind::PrivateNetwork
            | Kind::SecurityGroup
            | Kind::AntiAffinityGroup
            | Kind::Role => {
                // Members of a pool inherit its labels and belong to the pool.
                listed.manager.is_none()
                    && labelled(MARKER_CLUSTER, &self.cluster)
                    && labelled(MARKER_RUN, &self.run)
                    && labelled(MARKER_STEP, &self.step.0)
            }
        }
    }
}

/// The cluster beside which a listed resource was made, and with which it goes.
pub fn made_for(listed: &Listed) -> Option<ClusterTag> {
    ClusterTag::parse(&marker_value(listed, MARKER_FOR)?)
}

/// Whether this can be a run's id: 128 bits in base32.
pub fn is_run_id(id: &str) -> bool {
    let letters = |byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7');
    id.len() == RUN_ID_CHARS && id.bytes().all(letters)
}

const RUN_ID_CHARS: usize = 26;

/// The run that a listed resource says it was made by.
pub fn run_of(listed: &Listed) -> Option<String> {
    marker_value(listed, MARKER_RUN)
}

/// The cluster that a listed resource says it belongs to.
pub fn tag_of(kind: Kind, listed: &Listed) -> Option<ClusterTag> {
    let name = listed.name.as_deref().unwrap_or_default();
    match kind {
        Kind::SshKey => ClusterTag::parse(name.strip_prefix("slipway-")?),
        Kind::ApiKey => {
            let name = name.strip_prefix("slipway-")?;
            let of = |program| name.strip_suffix(program)?.strip_suffix('-');
            ClusterTag::parse(roles::names().find_map(of)?)
        }
        // A snapshot is reached through its instance; a template is no cluster's own.
        Kind::Snapshot | Kind::Template => None,
        Kind::LoadBalancer
        | Kind::InstancePool
        | Kind::Instance
        | Kind::ElasticIp
        | Kind::Volume
        | Kind::PrivateNetwork
        | Kind::SecurityGroup
        | Kind::AntiAffinityGroup
        | Kind::Role => ClusterTag::parse(&marker_value(listed, MARKER_CLUSTER)?),
    }
}

pub(super) fn marker_value(listed: &Listed, key: &str) -> Option<String> {
    let in_description = || {
        let words = listed.description.as_deref()?.split_whitespace();
        words
            .filter_map(|word| word.split_once('='))
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value.to_owned())
    };
    listed.labels.get(key).cloned().or_else(in_description)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_found_again_in_labels_and_in_descriptions() {
        let marker = Marker {
            cluster: "demo-k3x9q".into(),
            run: "r".into(),
            step: "private-network".into(),
            made_for: None,
        };
        let labelled = Listed {
            labels: marker.labels(),
            ..Listed::default()
        };
        let described = Listed {
            description: Some(marker.description()),
            ..Listed::default()
        };
        assert!(marker.is_on(Kind::PrivateNetwork, &labelled, ""));
        assert!(marker.is_on(Kind::SecurityGroup, &described, ""));
        let other = Marker {
            step: "other".into(),
            ..marker
        };
        assert!(!other.is_on(Kind::PrivateNetwork, &labelled, ""));
        assert_eq!(
            tag_of(Kind::SecurityGroup, &described),
            ClusterTag::parse("demo-k3x9q")
        );
    }

    #[test]
    fn tags_read_back() {
        let tag = ClusterTag {
            name: "my-demo".into(),
            id: "k3x9q".into(),
        };
        assert_eq!(ClusterTag::parse(&tag.to_string()), Some(tag));
        assert_eq!(ClusterTag::parse("demo"), None);
        assert_eq!(ClusterTag::parse("demo-K3X9Q"), None);
    }
}

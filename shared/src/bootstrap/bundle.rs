//! The bundle that a control plane fetches once: certificates, the join token, its keys, and the rest of its programs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::machine::Role;
use super::templates::{self, ConstantFile};
use crate::secret::Secret;

/// The keys a control plane holds, each with a role that may do one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyName {
    /// Scales the pools.
    Autoscaler,
    /// Initialises nodes, makes load balancers.
    CloudController,
    /// Writes fresh join tokens into the pools' user-data.
    TokenRotation,
    /// Makes and attaches volumes.
    Csi,
}

impl KeyName {
    /// The key of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Autoscaler,
            Self::CloudController,
            Self::TokenRotation,
            Self::Csi,
        ]
        .into_iter()
        .find(|key| json!(key) == name)
    }
}

/// One of Exoscale's API keys.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// `EXO…`.
    pub key: String,
    /// What it signs with.
    pub secret: Secret<String>,
}

/// What a control plane fetches once: the answer to `POST …/bundle`.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// File name under `/etc/kubernetes/pki` → PEM.
    pub pki: BTreeMap<String, Secret<String>>,
    /// The token that is also in the pools' user-data.
    pub join_token: Secret<String>,
    /// The minted keys.
    pub keys: BTreeMap<KeyName, ApiKey>,
    /// What its programs still lack.
    pub files: Programs,
}

/// The constant files that come with the bundle.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Programs(Vec<ConstantFile>);

impl Programs {
    /// Those of a machine of this role.
    pub fn of(role: &Role) -> Self {
        Self(templates::in_bundle(role).copied().collect())
    }
}

impl Bundle {
    /// The body of the answer. It leaves as a secret, for it holds all of the cluster's.
    pub fn to_json(&self) -> Secret<String> {
        let pki: BTreeMap<_, _> = self
            .pki
            .iter()
            .map(|(file, pem)| (file, pem.expose()))
            .collect();
        let keys: BTreeMap<_, _> = self
            .keys
            .iter()
            .map(|(name, pair)| {
                (
                    *name,
                    json!({ "key": pair.key, "secret": pair.secret.expose() }),
                )
            })
            .collect();
        let body = json!({ "pki": pki, "joinToken": self.join_token.expose(), "keys": keys, "files": self.files });
        Secret::new(body.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_written_as_documented() {
        let secret = |text: &str| Secret::new(text.to_owned());
        let pair = ApiKey {
            key: "EXO1".to_owned(),
            secret: secret("s"),
        };
        let bundle = Bundle {
            pki: BTreeMap::from([("etcd/ca.crt".to_owned(), secret("PEM"))]),
            join_token: secret("abcdef.0123456789abcdef"),
            keys: BTreeMap::from([(KeyName::CloudController, pair)]),
            files: Programs(Vec::new()),
        };
        let text = r#"{"files":[],"joinToken":"abcdef.0123456789abcdef","keys":{"cloud-controller":{"key":"EXO1","secret":"s"}},"pki":{"etcd/ca.crt":"PEM"}}"#;
        assert_eq!(bundle.to_json().expose(), text);
        assert!(!format!("{bundle:?}").contains("abcdef."));
    }
}

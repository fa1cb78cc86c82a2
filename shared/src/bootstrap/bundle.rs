//! The bundle that a control plane fetches once: certificates, the join token and its keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

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
#[derive(Clone, Debug, Deserialize)]
pub struct ApiKey {
    /// `EXO…`.
    pub key: String,
    /// What it signs with.
    pub secret: Secret<String>,
}

/// What a control plane fetches once: the answer to `POST …/bundle`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bundle {
    /// File name under `/etc/kubernetes/pki` → PEM.
    pub pki: BTreeMap<String, Secret<String>>,
    /// The token that is also in the pools' user-data.
    pub join_token: Secret<String>,
    /// The minted keys.
    pub keys: BTreeMap<KeyName, ApiKey>,
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
        let body = json!({ "pki": pki, "joinToken": self.join_token.expose(), "keys": keys });
        Secret::new(body.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_reads_what_it_writes() {
        let text = r#"{"joinToken":"abcdef.0123456789abcdef","keys":{"cloud-controller":{"key":"EXO1","secret":"s"}},"pki":{"etcd/ca.crt":"PEM"}}"#;
        let bundle: Bundle = serde_json::from_str(text).unwrap();
        assert_eq!(bundle.to_json().expose(), text);
        assert!(!format!("{bundle:?}").contains("abcdef."));
    }
}

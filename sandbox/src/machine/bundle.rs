//! The bundle a control plane fetches: complete and well-formed, or the machine refuses it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::certificate::Authority;
use super::spki;

/// The files and the PEM label each must have.
const FILES: [(&str, &str); 8] = [
    ("ca.crt", "CERTIFICATE"),
    ("ca.key", "PRIVATE KEY"),
    ("etcd/ca.crt", "CERTIFICATE"),
    ("etcd/ca.key", "PRIVATE KEY"),
    ("front-proxy-ca.crt", "CERTIFICATE"),
    ("front-proxy-ca.key", "PRIVATE KEY"),
    ("sa.pub", "PUBLIC KEY"),
    ("sa.key", "PRIVATE KEY"),
];

pub(crate) const AUTOSCALER: &str = "autoscaler";
pub(crate) const CLOUD_CONTROLLER: &str = "cloud-controller";
pub(crate) const TOKEN_ROTATION: &str = "token-rotation";
/// Only where the driver is wanted.
pub(crate) const CSI: &str = "csi";
const KEYS: [&str; 3] = [AUTOSCALER, CLOUD_CONTROLLER, TOKEN_ROTATION];

/// A key of the cluster's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BundleKey {
    pub(crate) key: String,
    pub(crate) secret: String,
}

/// What is kept of a bundle.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Bundle {
    pub(crate) ca_hash: String,
    /// The cluster's.
    #[serde(default)]
    pub(crate) authority: Option<Authority>,
    pub(crate) join_token: String,
    pub(crate) keys: BTreeMap<String, BundleKey>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    pki: BTreeMap<String, String>,
    join_token: String,
    keys: BTreeMap<String, BundleKey>,
    files: Vec<File>,
}

/// A program, a manifest or a unit that user-data has no room for.
#[derive(Debug, Deserialize)]
struct File {
    path: String,
}

/// Without these a control plane cannot do its work.
const LIBRARY: &str = "/usr/local/lib/slipway/";
const PROGRAMS: [&str; 4] = ["rotate.py", "reconcile.py", "evidence.py", "addons.py"];

impl Bundle {
    /// The error is what the machine reports.
    pub(crate) fn parse(json: &str) -> Result<Self, String> {
        let wire: Wire = serde_json::from_str(json)
            .map_err(|error| format!("bundle is not readable: {error}"))?;
        for (file, label) in FILES {
            let pem = wire
                .pki
                .get(file)
                .ok_or_else(|| format!("bundle has no {file}"))?;
            spki::decode_pem(pem, label).ok_or_else(|| format!("{file} is not a PEM {label}"))?;
        }
        if let Some(missing) = KEYS.into_iter().find(|name| !wire.keys.contains_key(*name)) {
            return Err(format!("bundle has no key for {missing}"));
        }
        let brings = |name: &str| {
            wire.files
                .iter()
                .any(|file| file.path == format!("{LIBRARY}{name}"))
        };
        if let Some(missing) = PROGRAMS.into_iter().find(|name| !brings(name)) {
            return Err(format!("bundle has no {missing}"));
        }
        if !is_join_token(&wire.join_token) {
            return Err("joinToken is not a bootstrap token".to_owned());
        }
        let ca = wire.pki.get("ca.crt").and_then(|pem| spki::ca_hash(pem));
        let ca_hash = ca.ok_or_else(|| "ca.crt is not a certificate".to_owned())?;
        let pem = |file: &str| wire.pki.get(file).cloned();
        let authority = pem("ca.crt").zip(pem("ca.key"));
        Ok(Self {
            ca_hash,
            authority: authority.map(|(certificate, key)| Authority { certificate, key }),
            join_token: wire.join_token,
            keys: wire.keys,
        })
    }
}

/// `[a-z0-9]{6}\.[a-z0-9]{16}`
fn is_join_token(token: &str) -> bool {
    let plain = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    token.split_once('.').is_some_and(|(id, secret)| {
        id.len() == 6 && secret.len() == 16 && plain(id) && plain(secret)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use serde_json::json;

    #[test]
    fn a_whole_bundle_is_taken() {
        let bundle = Bundle::parse(&testing::bundle(&json!({})).to_string()).unwrap();
        assert_eq!(bundle.join_token, testing::JOIN_TOKEN);
    }

    #[test]
    fn a_bundle_with_a_hole_is_refused() {
        for (pointer, value, reason) in [
            ("/pki/sa.pub", json!(""), "sa.pub is not a PEM PUBLIC KEY"),
            (
                "/pki/ca.crt",
                json!("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----"),
                "ca.crt is not a certificate",
            ),
            (
                "/joinToken",
                json!("short"),
                "joinToken is not a bootstrap token",
            ),
        ] {
            let mut bundle = testing::bundle(&json!({}));
            *bundle.pointer_mut(pointer).unwrap() = value;
            assert_eq!(Bundle::parse(&bundle.to_string()).unwrap_err(), reason);
        }
        let mut bundle = testing::bundle(&json!({}));
        bundle["keys"].as_object_mut().unwrap().remove("autoscaler");
        assert_eq!(
            Bundle::parse(&bundle.to_string()).unwrap_err(),
            "bundle has no key for autoscaler"
        );
    }
}

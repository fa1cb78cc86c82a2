//! What a machine says back: its stages and, from the first control plane, the evidence that the cluster works.
//! Reports come from outside, so they are parsed strictly and with caps. The run judges them, not this file.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::machine::KeyName;

/// Largest accepted body. A report of 200 nodes is about 40 kB.
pub const REPORT_BYTES_MAX: usize = 256 * 1024;
/// Characters of [`Report::detail`].
pub const DETAIL_CHARS_MAX: usize = 2_000;
/// Nodes in one report: more than any quota we have seen lets a cluster grow to.
pub const NODES_MAX: usize = 1_000;
/// Pools in one report.
pub const POOLS_MAX: usize = 64;
/// Bytes of a certificate: ours have under a thousand.
pub const PEM_BYTES_MAX: usize = 4_096;
/// Bytes of a name, version or provider id: a Kubernetes name's limit.
pub const NAME_BYTES_MAX: usize = 253;

/// The body of `POST …/report`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Which part of the bootstrap.
    pub stage: Stage,
    /// How it stands.
    pub state: StageState,
    /// Since the stage began.
    pub seconds: u32,
    /// For people: versions on `done`, the last lines of the log on `failed`.
    #[serde(default)]
    pub detail: String,
    /// Only with `ready`, only from the first control plane.
    #[serde(default)]
    pub evidence: Option<Box<Evidence>>,
}

/// The bootstrap's stages, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The private network card has its address.
    Network,
    /// Certificates, join token and keys are on disk.
    Bundle,
    /// CRI-O and Kubernetes are installed.
    Packages,
    /// `kubeadm init` or `kubeadm join`.
    Kubeadm,
    /// Cloud controller, Calico, autoscaler and the rest are applied.
    Addons,
    /// Collecting evidence.
    Ready,
    /// Only of an image: everything that its clones must not share is wiped.
    Clean,
}

/// How a stage stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StageState {
    /// Begun; repeated with fresh evidence while `ready` is being reached.
    Started,
    /// Behind us.
    Done,
    /// The machine has stopped trying in this boot.
    Failed,
}

/// What the first control plane measured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Evidence {
    /// Every node the API server lists.
    pub nodes: Vec<NodeEvidence>,
    /// The cluster's DNS answered a question.
    pub dns: bool,
    /// The pools the running autoscaler names, with the bounds it holds.
    pub autoscaler: Vec<PoolBounds>,
    /// One real token rotation for each pool.
    pub rotation: Vec<Rotation>,
    /// Certificate requests that nobody has approved yet.
    pub pending_certificates: u32,
    /// Whether one real call with each minted key was answered.
    pub keys: BTreeMap<KeyName, bool>,
    /// The bounds that the ready autoscaler was started with, also of pools that do not exist yet.
    #[serde(default)]
    pub flags: Vec<PoolBounds>,
    /// The pools that are being removed and whose nodes are all drained.
    #[serde(default)]
    pub retired: Vec<String>,
    /// The certificate that was asked for by label.
    #[serde(default)]
    pub signed: Option<Signed>,
}

/// A certificate that the control plane has signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The compressed public key, as the label has it.
    pub request: String,
    /// PEM.
    pub certificate: String,
    /// The cluster's authority, PEM.
    pub authority: String,
}

/// One node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NodeEvidence {
    /// Its name.
    pub name: String,
    /// Its `Ready` condition is true.
    pub ready: bool,
    /// The cloud controller has taken its taint away.
    pub initialised: bool,
    /// The kubelet's version.
    pub version: String,
    /// Its private address; null until it has one.
    pub internal_ip: Option<IpAddr>,
    /// `exoscale://<instance id>`; null until it has one.
    pub provider_id: Option<String>,
}

/// A pool and its bounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolBounds {
    /// The instance pool's name.
    pub pool: String,
    /// Fewest nodes.
    pub min: u32,
    /// Most nodes.
    pub max: u32,
}

/// A fresh join token, written into a pool's user-data and read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rotation {
    /// The instance pool's name.
    pub pool: String,
    /// What was read is what was written.
    pub read_back: bool,
}

/// Why a report was refused.
#[derive(Debug, Error)]
pub enum ReportError {
    /// Not the JSON that `docs/machines.md` describes.
    #[error("the report is not what docs/machines.md describes")]
    Malformed(#[source] serde_json::Error),
    /// Larger than a report can honestly be.
    #[error("the report has more {what} than {limit}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The cap.
        limit: usize,
    },
}

impl Report {
    /// Reads a request body.
    pub fn parse(body: &[u8]) -> Result<Self, ReportError> {
        within("bytes", body.len(), REPORT_BYTES_MAX)?;
        // What is not text is not JSON either: it reads like an empty body.
        let text = str::from_utf8(body).unwrap_or_default();
        let report: Self = serde_json::from_str(text).map_err(ReportError::Malformed)?;
        within(
            "characters of detail",
            report.detail.chars().count(),
            DETAIL_CHARS_MAX,
        )?;
        report.evidence.as_deref().map_or(Ok(()), Evidence::check)?;
        Ok(report)
    }
}

impl Evidence {
    fn check(&self) -> Result<(), ReportError> {
        within("nodes", self.nodes.len(), NODES_MAX)?;
        let lists = [
            self.autoscaler.len(),
            self.rotation.len(),
            self.flags.len(),
            self.retired.len(),
        ];
        let pools = lists.into_iter().max().unwrap_or_default();
        within("pools", pools, POOLS_MAX)?;
        let pems = self.signed.iter().flat_map(|signed| {
            [&signed.request, &signed.certificate, &signed.authority].map(String::len)
        });
        within(
            "bytes in a certificate",
            pems.max().unwrap_or_default(),
            PEM_BYTES_MAX,
        )?;
        self.names()
            .try_for_each(|name| within("bytes in a name", name.len(), NAME_BYTES_MAX))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let nodes = self.nodes.iter().flat_map(|node| {
            let id = node.provider_id.as_deref().unwrap_or_default();
            [node.name.as_str(), node.version.as_str(), id]
        });
        let bounds = self.autoscaler.iter().chain(&self.flags);
        let rotated = self.rotation.iter().map(|rotation| rotation.pool.as_str());
        nodes
            .chain(bounds.map(|bounds| bounds.pool.as_str()))
            .chain(rotated)
            .chain(self.retired.iter().map(String::as_str))
    }
}

const fn within(what: &'static str, count: usize, limit: usize) -> Result<(), ReportError> {
    if count > limit {
        Err(ReportError::TooMuch { what, limit })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The evidence in `docs/machines.md`.
    const EXAMPLE: &str = r#"{ "stage": "ready", "state": "started", "seconds": 12, "detail": "", "evidence": {
        "nodes": [ { "name": "demo-k3x9q-control-plane-1", "ready": true, "initialised": true, "version": "v1.36.4", "internalIp": "10.0.0.1", "providerId": "exoscale://0b12cb6b-7e3e-4c0e-9e10-1e5d8a7c4b2a" } ],
        "dns": true,
        "autoscaler": [ { "pool": "demo-k3x9q-workers", "min": 1, "max": 5 } ],
        "rotation": [ { "pool": "demo-k3x9q-workers", "readBack": true } ],
        "pendingCertificates": 0,
        "keys": { "autoscaler": true, "cloud-controller": true, "token-rotation": true },
        "flags": [ { "pool": "demo-k3x9q-workers", "min": 1, "max": 5 } ],
        "retired": [],
        "signed": null } }"#;

    #[test]
    fn reads_the_documented_example_and_writes_it_back() {
        let report = Report::parse(EXAMPLE.as_bytes()).unwrap();
        let expected: serde_json::Value = serde_json::from_str(EXAMPLE).unwrap();
        assert_eq!(serde_json::to_value(&report).unwrap(), expected);
    }

    #[test]
    fn stages_are_ordered_as_they_happen() {
        assert!(Stage::Network < Stage::Bundle && Stage::Addons < Stage::Ready);
    }

    #[test]
    fn refuses_what_it_does_not_know_or_will_not_hold() {
        let detail = |text: &str| {
            format!(
                r#"{{"stage":"network","state":"done","seconds":1,"detail":"{text}","evidence":null}}"#
            )
        };
        Report::parse(detail(&"é".repeat(DETAIL_CHARS_MAX)).as_bytes()).unwrap();
        Report::parse(detail(&"é".repeat(DETAIL_CHARS_MAX + 1)).as_bytes()).unwrap_err();
        Report::parse(&vec![b' '; REPORT_BYTES_MAX + 1]).unwrap_err();
        Report::parse(
            EXAMPLE
                .replace("\"dns\"", "\"extra\": 1, \"dns\"")
                .as_bytes(),
        )
        .unwrap_err();
        Report::parse(
            EXAMPLE
                .replace("\"ready\", \"state\"", "\"lunch\", \"state\"")
                .as_bytes(),
        )
        .unwrap_err();
        Report::parse(EXAMPLE.replace("v1.36.4", &"9".repeat(254)).as_bytes()).unwrap_err();
    }
}

//! A spec as a link's fragment: `v1.<base64url of deflated JSON>.<checksum>`, readable for ever.
//!
//! The checksum finds damage, not forgery: whoever opens a link reviews the spec before launching it.
//! Nothing in a spec is secret, so that nothing in a link can be.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::limits;
use crate::spec::{Problem, Spec, parse};

/// Why a link is not a spec.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It does not begin like one.
    #[error("this is no link to a cluster: it does not begin with `v1.`")]
    NotALink,
    /// It begins like one of a version that this software does not know.
    #[error("this link was made by a later version of Slipway (v{0}); reload the page to get it")]
    LaterVersion(u32),
    /// It has more characters than any link of ours.
    #[error("this link is too long to be one of ours")]
    TooLong,
    /// Its end is missing.
    #[error("this link was cut short; copy it again, to its very end")]
    CutShort,
    /// A character is wrong, missing or added.
    #[error("this link is damaged; copy it again")]
    Damaged,
    /// It unfolds to more than any spec.
    #[error("this link unfolds to more than a spec can be")]
    TooLarge,
    /// Every link says what a default must not decide; this one does not.
    #[error("this link does not say {0}, which every link does")]
    Incomplete(&'static str),
    /// It was read, and what it says is no spec.
    #[error("this link describes a cluster that cannot be: {}", listed(.0))]
    Problems(Vec<Problem>),
}

fn listed(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

/// What version 1 leaves out of a link. **Frozen**: it says what links that are out in the world mean, and
/// has nothing to do with the defaults of today. A field that specs get later joins it with the value that
/// older links had in mind. Names, zone, Kubernetes minor and instance types are never left out.
const V1_SPEC: &str = r#"{
    "controlPlane": {"count": 1, "disk": 25},
    "network": {"private": "10.0.0.0/24", "dhcpStart": "10.0.0.10", "dhcpEnd": "10.0.0.253", "controlPlane": "10.0.0.1",
        "pods": "10.244.0.0/16", "services": "10.245.0.0/16", "domain": "cluster.internal", "nodePorts": "30000-32767"},
    "access": {"api": ["caller"], "ssh": ["caller"], "nodePorts": ["0.0.0.0/0", "::/0"]},
    "egress": "open", "image": "auto", "addons": {"metricsServer": true, "csi": false},
    "kubeconfigHours": 720, "sshKey": null, "ingressPool": "workers"
}"#;

/// The same for each pool. **Frozen** likewise.
const V1_POOL: &str =
    r#"{"disk": 25, "min": 1, "max": 5, "labels": {}, "taints": [], "spread": true}"#;

/// Characters of the checksum: 48 bits.
const CHECKSUM_CHARS: usize = 8;

/// How hard deflate tries; links are small.
const COMPRESSION_LEVEL: u8 = 10;

/// The fragment that stands for a spec, at most [`limits::LINK_CHARS_MAX`] characters.
pub fn encode(spec: &Spec) -> String {
    let sparse = fold(spec.to_value()).to_string();
    let body = format!(
        "v1.{}",
        URL_SAFE_NO_PAD.encode(compress_to_vec(sparse.as_bytes(), COMPRESSION_LEVEL))
    );
    format!("{body}.{}", checksum(&body))
}

/// The spec that a fragment stands for.
pub fn decode(link: &str) -> Result<Spec, LinkError> {
    let payload = intact_payload(link)?;
    let deflated = URL_SAFE_NO_PAD
        .decode(payload)
        .map_err(|_| LinkError::Damaged)?;
    let json = inflate(&deflated)?;
    let json = str::from_utf8(&json).map_err(|_| LinkError::Damaged)?;
    let sparse: Value = serde_json::from_str(json).map_err(|_| LinkError::Damaged)?;
    parse(&unfold(sparse)?).map_err(LinkError::Problems)
}

/// The middle part, once version and checksum are right.
fn intact_payload(link: &str) -> Result<&str, LinkError> {
    if link.len() > limits::LINK_INPUT_BYTES_MAX {
        return Err(LinkError::TooLong);
    }
    let (version, rest) = link.split_once('.').unwrap_or((link, ""));
    match version
        .strip_prefix('v')
        .filter(|digits| !digits.starts_with(['0', '+']))
    {
        Some("1") => {}
        Some(digits) => {
            return Err(digits
                .parse()
                .map_or(LinkError::NotALink, LinkError::LaterVersion));
        }
        None => return Err(LinkError::NotALink),
    }
    let (payload, sum) = rest.split_once('.').ok_or(LinkError::CutShort)?;
    if sum.len() < CHECKSUM_CHARS {
        return Err(LinkError::CutShort);
    }
    if sum != checksum(&format!("v1.{payload}")) {
        return Err(LinkError::Damaged);
    }
    Ok(payload)
}

fn checksum(body: &str) -> String {
    let mut sum = URL_SAFE_NO_PAD.encode(Sha256::digest(body.as_bytes()));
    sum.truncate(CHECKSUM_CHARS);
    sum
}

/// Unfolds a whole deflate stream, and nothing behind it.
fn inflate(deflated: &[u8]) -> Result<Vec<u8>, LinkError> {
    let mut json = vec![0; limits::LINK_OUTPUT_BYTES_MAX];
    let mut state = Box::<DecompressorOxide>::default();
    let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, read, written) = decompress(&mut state, deflated, &mut json, 0, flags);
    if status == TINFLStatus::HasMoreOutput {
        return Err(LinkError::TooLarge);
    }
    if status != TINFLStatus::Done || read != deflated.len() {
        return Err(LinkError::Damaged);
    }
    json.truncate(written);
    Ok(json)
}

/// Leaves out what version 1 means anyway.
fn fold(spec: Value) -> Value {
    let mut sparse = without(spec, &SPEC_DEFAULTS);
    for pool in pools_of(&mut sparse) {
        *pool = without(pool.take(), &POOL_DEFAULTS);
    }
    sparse
}

/// Puts back what version 1 left out.
fn unfold(mut sparse: Value) -> Result<Value, LinkError> {
    let says = |value: &Value, key: &str| value.get(key).is_some();
    if !says(&sparse, "kubernetes") {
        return Err(LinkError::Incomplete("its Kubernetes version"));
    }
    if !sparse
        .get("controlPlane")
        .is_some_and(|planes| says(planes, "type"))
    {
        return Err(LinkError::Incomplete("the control plane's instance type"));
    }
    if !says(&sparse, "pools") {
        return Err(LinkError::Incomplete("its pools"));
    }
    // More pools than there may be are refused anyway, and need no defaults for that.
    for pool in pools_of(&mut sparse).take(limits::POOLS_MAX) {
        if !says(pool, "type") {
            return Err(LinkError::Incomplete("a pool's instance type"));
        }
        *pool = with(pool.take(), &POOL_DEFAULTS);
    }
    Ok(with(sparse, &SPEC_DEFAULTS))
}

/// The two tables, read once.
static SPEC_DEFAULTS: LazyLock<Map<String, Value>> = LazyLock::new(|| frozen(V1_SPEC));
static POOL_DEFAULTS: LazyLock<Map<String, Value>> = LazyLock::new(|| frozen(V1_POOL));

fn frozen(table: &str) -> Map<String, Value> {
    // The tables are constants; a test reads them.
    serde_json::from_str(table).unwrap_or_default()
}

fn pools_of(spec: &mut Value) -> impl Iterator<Item = &mut Value> {
    spec.get_mut("pools")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}

fn without(value: Value, defaults: &Map<String, Value>) -> Value {
    let Value::Object(fields) = value else {
        return value;
    };
    let kept = fields
        .into_iter()
        .filter(|(key, value)| defaults.get(key) != Some(value));
    kept.map(|(key, value)| {
        let value = match defaults.get(&key) {
            Some(Value::Object(inner)) => without(value, inner),
            Some(_) | None => value,
        };
        (key, value)
    })
    .collect()
}

fn with(value: Value, defaults: &Map<String, Value>) -> Value {
    let Value::Object(mut fields) = value else {
        return value;
    };
    for (key, default) in defaults {
        match (fields.get_mut(key), default) {
            (None, default) => {
                fields.insert(key.clone(), default.clone());
            }
            (Some(value), Value::Object(inner)) => *value = with(value.take(), inner),
            (Some(_), _) => {}
        }
    }
    Value::Object(fields)
}

#[cfg(test)]
mod tests;

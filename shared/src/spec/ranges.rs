//! The three ranges of a cluster, each in itself: private, whole, and of a size that works.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde_json::Value;

use super::Refusal;
use super::fields::text;
use crate::limits;

/// A range for the private network.
pub(super) fn private(value: &Value) -> Result<Ipv4Net, Refusal> {
    sized(
        range(value)?,
        limits::PRIVATE_PREFIX_MIN,
        limits::PRIVATE_PREFIX_MAX,
        "private network",
    )
}

/// A range for pods.
pub(super) fn pods(value: &Value) -> Result<Ipv4Net, Refusal> {
    let widest = limits::NODE_PODS_PREFIX.saturating_sub(limits::PODS_PREFIX_SPAN_MAX);
    sized(
        range(value)?,
        widest,
        limits::NODE_PODS_PREFIX - 1,
        "pods' range",
    )
}

/// A range for Services.
pub(super) fn services(value: &Value) -> Result<Ipv4Net, Refusal> {
    sized(
        range(value)?,
        limits::SERVICES_PREFIX_MIN,
        limits::SERVICES_PREFIX_MAX,
        "Services' range",
    )
}

fn range(value: &Value) -> Result<Ipv4Net, Refusal> {
    let net: Ipv4Net = text(value)?
        .parse()
        .map_err(|_| Refusal::new("An IPv4 range is required.", "For instance `10.0.0.0/24`."))?;
    if net.trunc() != net {
        return Err(Refusal::new(
            "A range begins with its first address.",
            format!("Write `{}`.", net.trunc()),
        ));
    }
    if PRIVATE_USE.iter().any(|private| private.contains(&net)) {
        return Ok(net);
    }
    Err(Refusal::new(
        "The cluster's own ranges lie within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.",
        "Anything else belongs to somebody, or to the machine itself, and would be out of the cluster's reach.",
    ))
}

/// Ranges for private use (RFC 1918 and RFC 6598). Loopback, link-local (the metadata service lives
/// there) and multicast are thereby out.
const PRIVATE_USE: [Ipv4Net; 4] = [
    Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16),
    Ipv4Net::new_assert(Ipv4Addr::new(100, 64, 0, 0), 10),
];

fn sized(net: Ipv4Net, widest: u8, narrowest: u8, what: &str) -> Result<Ipv4Net, Refusal> {
    if (widest..=narrowest).contains(&net.prefix_len()) {
        return Ok(net);
    }
    let hint = if net.prefix_len() > narrowest {
        "This one is too small."
    } else {
        "This one is too large."
    };
    Err(Refusal::new(
        format!("The {what} is between a /{widest} and a /{narrowest}."),
        hint,
    ))
}

//! Rules of security groups.

use serde::{Deserialize, Serialize};

use super::ResourceId;

/// A rule that a security group has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingRule {
    /// To remove it with.
    pub id: ResourceId,
    /// What it lets through.
    pub rule: Rule,
}

/// One rule of a security group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// `ingress` or `egress`.
    pub direction: String,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, …
    pub protocol: String,
    /// First and last port; none for protocols that have none.
    pub ports: Option<(u16, u16)>,
    /// Type and code of ICMP.
    pub icmp: Option<(i16, i16)>,
    /// From or to whom.
    pub peer: RulePeer,
    /// Why the rule is there.
    pub description: String,
}

/// The other side of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RulePeer {
    /// A network in CIDR form.
    Network(String),
    /// A group that Exoscale publishes.
    PublicGroup(String),
}

//! Rules of a security group: one call, one rule; the operation refers to the group. And what they let through.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Change, SecurityGroup, begin, own};
use crate::kinds::kind::Kind as _;
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

/// As on the wire; read from a request without an id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Rule {
    #[serde(default)]
    pub(crate) id: String,
    pub(crate) flow_direction: Direction,
    pub(crate) protocol: Protocol,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) network: Option<IpNet>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) security_group: Option<Peer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) start_port: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) end_port: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    icmp: Option<Icmp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    Ingress,
    Egress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Protocol {
    Ah,
    All,
    Esp,
    Gre,
    Icmp,
    Icmpv6,
    Ipip,
    Tcp,
    Udp,
}

/// Another group: by id, or by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Peer {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    visibility: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Icmp {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<i16>,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    kind: Option<i16>,
}

impl Rule {
    /// Is that group its source or destination?
    pub(super) fn names(&self, group: &str) -> bool {
        self.peer() == Some(group)
    }

    fn peer(&self) -> Option<&str> {
        self.security_group.as_ref()?.id.as_deref()
    }

    /// What the document cannot say.
    fn check(&self) -> Result<(), Refusal> {
        let wrong = |reason: &str| Err(Refusal::invalid(format!("Invalid request body: {reason}")));
        if self.network.is_some() == self.security_group.is_some() {
            return wrong("exactly one of network and security-group is required");
        }
        let has_ports = matches!(self.protocol, Protocol::Tcp | Protocol::Udp);
        let has_types = matches!(self.protocol, Protocol::Icmp | Protocol::Icmpv6);
        match (self.start_port, self.end_port) {
            (Some(start), Some(end)) if start > end => {
                wrong("start-port must not be greater than end-port")
            }
            (None, None) if has_ports => wrong("start-port and end-port are required"),
            (Some(_), _) | (_, Some(_)) if !has_ports => wrong("only tcp and udp have ports"),
            _ if self.icmp.is_some() && !has_types => wrong("only icmp and icmpv6 have types"),
            _ => Ok(()),
        }
    }
}

pub(super) fn add(ask: &mut Ask<'_>) -> Outcome {
    let group = own(ask)?.id.clone();
    let mut rule: Rule = ask.read()?;
    rule.check()?;
    rule.id = ask.state.uuid();
    // One port is a range of one.
    rule.start_port = rule.start_port.or(rule.end_port);
    rule.end_port = rule.end_port.or(rule.start_port);
    if let Some(peer) = rule.security_group.take() {
        rule.security_group = Some(resolve(ask.state, &peer)?);
    }
    begin(ask, &group, Change::RuleAdded(group.clone(), rule))
}

pub(super) fn remove(ask: &mut Ask<'_>) -> Outcome {
    let group = own(ask)?;
    let rule = ask.parameter("rule-id");
    if !group.rules.iter().any(|known| known.id == rule) {
        return Err(Refusal::not_found("Security group rule"));
    }
    let group = group.id.clone();
    let change = Change::RuleDeleted(group.clone(), rule.to_owned());
    begin(ask, &group, change)
}

/// A published group is named with its visibility; without it only own groups are looked at.
fn resolve(state: &State, peer: &Peer) -> Result<Peer, Refusal> {
    let public = peer.visibility.as_deref() == Some("public");
    let same = |group: &&SecurityGroup| {
        group.public == public
            && (peer.id.as_ref() == Some(&group.id)
                || peer.id.is_none() && peer.name.as_ref() == Some(&group.settings.name))
    };
    let group = state
        .security_groups
        .values()
        .find(same)
        .ok_or_else(|| Refusal::not_found(SecurityGroup::TITLE))?;
    Ok(Peer {
        id: Some(group.id.clone()),
        name: Some(group.settings.name.clone()),
        visibility: Some(group.visibility().to_owned()),
    })
}

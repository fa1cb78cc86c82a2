//! Rules of a security group: one call, one rule; the operation refers to the group.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Change, KIND, SecurityGroup, find};
use crate::durations::SMALL_CHANGE;
use crate::kinds;
use crate::kinds::common::check_description;
use crate::operation::{self, Reference};
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

/// As on the wire; read from a request without an id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(default)]
    pub(crate) id: String,
    pub(crate) flow_direction: Direction,
    pub(crate) protocol: Protocol,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) network: Option<String>,
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

/// Another group: by id, or a published one by name.
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
#[serde(deny_unknown_fields)]
struct Icmp {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<i16>,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    kind: Option<i16>,
}

impl Rule {
    /// Is that group its source or destination?
    pub(super) fn names(&self, group: &str) -> bool {
        self.security_group
            .as_ref()
            .is_some_and(|peer| peer.id.as_deref() == Some(group))
    }

    fn check(&self) -> Result<(), Refusal> {
        check_description(self.description.as_ref())?;
        let wrong = |reason: &str| Err(Refusal::invalid(format!("Invalid request body: {reason}")));
        match (&self.network, &self.security_group) {
            (Some(network), None) if network.parse::<IpNet>().is_err() => {
                return wrong("network is not a CIDR");
            }
            (Some(_), None) | (None, Some(_)) => {}
            _ => return wrong("exactly one of network and security-group is required"),
        }
        let ports = match (self.start_port, self.end_port) {
            (None, None) => None,
            (Some(start), Some(end)) => Some((start, end)),
            (Some(only), None) | (None, Some(only)) => Some((only, only)),
        };
        let needs_ports = matches!(self.protocol, Protocol::Tcp | Protocol::Udp);
        match ports {
            Some((start, end)) if start < 1 || end > 65_535 || start > end => {
                wrong("start-port and end-port must be a range within 1 to 65535")
            }
            Some(_) if !needs_ports => wrong("only tcp and udp have ports"),
            None if needs_ports => wrong("start-port and end-port are required"),
            _ => Ok(()),
        }
    }
}

pub(super) fn add(ask: &mut Ask<'_>) -> Outcome {
    let group = own(ask.state, ask.parameter("id"))?.id.clone();
    let mut rule: Rule = ask.read()?;
    rule.check()?;
    rule.id = ask.state.uuid();
    if let Some(peer) = rule.security_group.take() {
        rule.security_group = Some(resolve(ask.state, &peer)?);
    }
    let change = kinds::Change::SecurityGroup(Change::RuleAdded(group.clone(), rule));
    Ok(operation::begin(
        ask,
        Reference::new(KIND, &group),
        SMALL_CHANGE,
        change,
    ))
}

pub(super) fn remove(ask: &mut Ask<'_>) -> Outcome {
    let group = own(ask.state, ask.parameter("id"))?;
    let rule = ask.parameter("rule-id");
    if !group.rules.iter().any(|known| known.id == rule) {
        return Err(Refusal::not_found("Security group rule"));
    }
    let group = group.id.clone();
    let change = kinds::Change::SecurityGroup(Change::RuleDeleted(group.clone(), rule.to_owned()));
    Ok(operation::begin(
        ask,
        Reference::new(KIND, &group),
        SMALL_CHANGE,
        change,
    ))
}

/// A group of the organisation's own: published ones are read-only.
fn own<'a>(state: &'a State, id: &str) -> Result<&'a SecurityGroup, Refusal> {
    find(state, id).and_then(|group| {
        if group.public {
            Err(Refusal::forbidden("Security group is public"))
        } else {
            Ok(group)
        }
    })
}

/// A published group is named with its visibility; without it only own groups are looked at.
fn resolve(state: &State, peer: &Peer) -> Result<Peer, Refusal> {
    let public = peer.visibility.as_deref() == Some("public");
    let same = |group: &&SecurityGroup| {
        group.public == public
            && (peer.id.as_ref() == Some(&group.id)
                || peer.id.is_none() && peer.name.as_ref() == Some(&group.name))
    };
    let group = state
        .security_groups
        .values()
        .find(same)
        .ok_or_else(|| Refusal::not_found("Security group"))?;
    let visibility = if public { "public" } else { "private" };
    Ok(Peer {
        id: Some(group.id.clone()),
        name: Some(group.name.clone()),
        visibility: Some(visibility.to_owned()),
    })
}

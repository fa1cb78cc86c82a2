//! Rules of a security group: one call, one rule; the operation refers to the group. And what they let through.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
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
    pub(super) id: String,
    flow_direction: Direction,
    protocol: Protocol,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    network: Option<IpNet>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    security_group: Option<Peer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start_port: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end_port: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    icmp: Option<Icmp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Direction {
    Ingress,
    Egress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Protocol {
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
struct Peer {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
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

    fn is_about_tcp(&self, port: u32) -> bool {
        let covers = self.start_port.is_some_and(|start| start <= port)
            && self.end_port.is_some_and(|end| port <= end);
        self.protocol == Protocol::All || self.protocol == Protocol::Tcp && covers
    }

    /// Does it cover all those addresses? Of a group it covers the external sources, and the public addresses of
    /// the machines that wear it.
    fn is_about(&self, state: &State, there: IpNet) -> bool {
        let peer = self.peer().and_then(|id| state.security_groups.get(id));
        let of_group = peer.is_some_and(|group| {
            let mut sources = group.sources.iter();
            let mut members = group.wearers(state).filter_map(|one| one.public_ip);
            sources.any(|source| source.contains(&there))
                || members.any(|member| IpNet::from(IpAddr::V4(member)) == there)
        });
        let mut networks = self.network.iter();
        of_group || networks.any(|network| network.contains(&there))
    }
}

/// May a machine with these groups open a TCP connection to that port anywhere on the internet? Egress is
/// open until the first egress rule makes it a list.
pub(crate) fn lets_out(state: &State, groups: &[String], port: u32) -> bool {
    let everywhere = IpNet::V4(Ipv4Net::default());
    let mut rules = rules(state, groups, Direction::Egress).peekable();
    rules.peek().is_none()
        || rules.any(|rule| rule.is_about_tcp(port) && rule.is_about(state, everywhere))
}

/// May TCP connections to that port come in from all those addresses? Nothing comes in without a rule.
pub(crate) fn lets_in(state: &State, groups: &[String], port: u32, from: IpNet) -> bool {
    rules(state, groups, Direction::Ingress)
        .any(|rule| rule.is_about_tcp(port) && rule.is_about(state, from))
}

fn rules<'a>(
    state: &'a State,
    groups: &'a [String],
    direction: Direction,
) -> impl Iterator<Item = &'a Rule> {
    groups
        .iter()
        .filter_map(|id| state.security_groups.get(id))
        .flat_map(|group| &group.rules)
        .filter(move |rule| rule.flow_direction == direction)
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

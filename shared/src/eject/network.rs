//! The network, the API's own address, and the groups with their rules.

use std::net::Ipv4Addr;

use super::hcl::{Block, Value};
use super::terraform::{kind_name, map, of_step};
use crate::exoscale::{Healthcheck, Kind, Rule, RulePeer};
use crate::plan::{Marker, StepId};

/// `range`: the first and the last leased address, and the netmask.
pub(super) fn private_network(
    block: Block,
    name: &str,
    range: [Ipv4Addr; 3],
    marker: &Marker,
) -> Block {
    let [start, end, netmask] = range.map(|address| Value::Text(address.to_string()));
    block
        .with("zone", Value::Expression("local.zone".to_owned()))
        .with("name", name)
        .with("description", marker.description().as_str())
        .with("start_ip", start)
        .with("end_ip", end)
        .with("netmask", netmask)
        .with("labels", map(marker.labels()))
}

/// A security group or an anti-affinity group.
pub(super) fn group(block: Block, name: &str, marker: &Marker) -> Block {
    block
        .with("name", name)
        .with("description", marker.description().as_str())
}

/// A rule of a security group.
pub(super) fn rule(name: &str, group: &StepId, rule: &Rule) -> Block {
    let group = of_step(Kind::SecurityGroup, group, "id");
    let kind = format!("{}_rule", kind_name(Kind::SecurityGroup));
    let (peer, whom) = match &rule.peer {
        RulePeer::Network(cidr) => ("cidr", cidr),
        RulePeer::PublicGroup(name) => ("public_security_group", name),
    };
    let port = |port: u16| Value::Number(port.into());
    // The provider takes −1 for any; the plan names types and codes that are positive.
    let icmp = |value: i16| Value::Number(value.unsigned_abs().into());
    Block::labelled("resource", &kind, name)
        .with("security_group_id", Value::Expression(group))
        .with("description", rule.description.as_str())
        .with("type", rule.direction.to_uppercase().as_str())
        .with("protocol", protocol(&rule.protocol).as_str())
        .with(peer, whom.as_str())
        .maybe("start_port", rule.ports.map(|(first, _)| port(first)))
        .maybe("end_port", rule.ports.map(|(_, last)| port(last)))
        .maybe("icmp_type", rule.icmp.map(|(kind, _)| icmp(kind)))
        .maybe("icmp_code", rule.icmp.map(|(_, code)| icmp(code)))
}

/// The provider writes protocols in capitals, but for one.
fn protocol(name: &str) -> String {
    match name {
        "icmpv6" => "ICMPv6".to_owned(),
        other => other.to_uppercase(),
    }
}

/// The address that people use when there are several control planes.
pub(super) fn elastic_ip(block: Block, check: &Healthcheck, marker: &Marker) -> Block {
    let healthcheck = Block::new("healthcheck")
        .with("mode", check.mode.as_str())
        .with("port", u32::from(check.port))
        .with("uri", check.uri.as_str());
    block
        .with("zone", Value::Expression("local.zone".to_owned()))
        .with("description", marker.description().as_str())
        .with("address_family", "inet4")
        .with("labels", map(marker.labels()))
        .inside(healthcheck)
}

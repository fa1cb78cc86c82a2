//! Security groups as machines feel them: both ways, on the public interface only.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use crate::kinds::instance::Instance;
use crate::kinds::security_group::rule::{Direction, Protocol, Rule};
use crate::store::State;

/// A connection's protocol and destination port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flow {
    protocol: Protocol,
    port: u16,
}

impl Flow {
    pub(crate) const fn tcp(port: u16) -> Self {
        Self {
            protocol: Protocol::Tcp,
            port,
        }
    }

    pub(crate) const fn udp(port: u16) -> Self {
        Self {
            protocol: Protocol::Udp,
            port,
        }
    }
}

/// Egress is open until the first egress rule makes it a list.
pub(crate) fn lets_out(state: &State, instance: &Instance, to: Ipv4Addr, flow: Flow) -> bool {
    if !state.meta.switches.egress_filters_machines {
        return true;
    }
    let mut rules = rules(state, instance, Direction::Egress).peekable();
    rules.peek().is_none() || rules.any(|rule| admits(state, rule, to, flow))
}

/// Ingress is shut but for what a rule admits.
pub(crate) fn lets_in(state: &State, instance: &Instance, from: Ipv4Addr, flow: Flow) -> bool {
    rules(state, instance, Direction::Ingress).any(|rule| admits(state, rule, from, flow))
}

fn rules<'a>(
    state: &'a State,
    instance: &'a Instance,
    direction: Direction,
) -> impl Iterator<Item = &'a Rule> {
    let groups = instance.security_groups.iter();
    groups
        .filter_map(|id| state.security_groups.get(id))
        .flat_map(|group| &group.rules)
        .filter(move |rule| rule.flow_direction == direction)
}

fn admits(state: &State, rule: &Rule, peer: Ipv4Addr, flow: Flow) -> bool {
    admits_flow(rule, flow) && admits_peer(state, rule, peer)
}

fn admits_flow(rule: &Rule, flow: Flow) -> bool {
    let port = u32::from(flow.port);
    let start = rule.start_port.or(rule.end_port);
    let end = rule.end_port.or(rule.start_port);
    let covers = start.is_some_and(|start| start <= port) && end.is_some_and(|end| port <= end);
    rule.protocol == Protocol::All || rule.protocol == flow.protocol && covers
}

/// A rule that names a group means the public addresses of its wearers, and its external sources.
fn admits_peer(state: &State, rule: &Rule, peer: Ipv4Addr) -> bool {
    let peer_net = IpNet::from(IpAddr::V4(peer));
    if let Some(network) = &rule.network {
        return network.contains(&peer_net);
    }
    let group = rule
        .security_group
        .as_ref()
        .and_then(|named| named.id.as_ref());
    let Some(group) = group.and_then(|id| state.security_groups.get(id)) else {
        return false;
    };
    let mut wearers = group.wearers(state);
    wearers.any(|instance| instance.public_ip == Some(peer))
        || group
            .sources
            .iter()
            .any(|source| source.contains(&peer_net))
}

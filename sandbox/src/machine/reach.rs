//! Who reaches whom: over public addresses through security groups, over a private network freely, over a
//! managed elastic address by way of its healthy members.

use std::net::{IpAddr, Ipv4Addr};

use super::firewall::{self, Flow};
use super::{cloud_init, cluster};
use crate::kinds::elastic_ip::ElasticIp;
use crate::kinds::instance::Instance;
use crate::kinds::kind::Kind as _;
use crate::store::State;

/// Any host on the internet: mirrors, registries, the API, the launcher (RFC 5737).
const INTERNET: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 10);
/// Where health checks of elastic addresses come from: published nowhere, in no group.
const ELASTIC_PROBE: Ipv4Addr = Ipv4Addr::new(198, 19, 255, 7);
/// The same, if they came from where load balancers probe (`public-nlb-healthcheck-sources`).
const PUBLISHED_PROBE: Ipv4Addr = Ipv4Addr::new(198, 19, 254, 7);

const SSH: u16 = 22;
const HTTPS: u16 = 443;
const HTTP: u16 = 80;
const DNS: u16 = 53;
const KUBERNETES: u16 = 6443;
/// Whether the API server beside it is ready.
const HEALTH: u16 = 6444;
/// All that is answered there, and in the clear.
const READY: &str = "/readyz";
const NODE_PORTS: std::ops::RangeInclusive<u16> = 30_000..=32_767;

/// Would a TCP connection from that address be answered here?
pub(crate) fn answers(state: &State, from: Ipv4Addr, to: Ipv4Addr, port: u16) -> bool {
    let flow = Flow::tcp(port);
    if let Some(elastic) = state
        .elastic_ips
        .values()
        .find(|elastic| elastic.ip == IpAddr::V4(to))
    {
        return lets_out_from(state, from, to, flow) && elastic_answers(state, elastic, from, port);
    }
    if let Some(target) = by_public(state, to) {
        return lets_out_from(state, from, to, flow)
            && firewall::lets_in(state, target, from, flow)
            && listens(state, target, port);
    }
    private_pairs(state, from, to).any(|target| listens(state, target, port))
}

/// Does the machine reach the internet by that port, names resolved first?
pub(crate) fn reaches_internet(state: &State, id: &str, port: u16) -> bool {
    let Some(instance) = state.instances.get(id) else {
        return false;
    };
    let lets_out = |flow| firewall::lets_out(state, instance, INTERNET, flow);
    let resolves = lets_out(Flow::udp(DNS)) || lets_out(Flow::tcp(DNS));
    instance.public_ip.is_some() && resolves && lets_out(Flow::tcp(port))
}

/// Mirrors, registries and the API speak HTTPS.
pub(crate) fn lets_out(state: &State, id: &str) -> bool {
    reaches_internet(state, id, HTTPS)
}

/// Can this machine reach the launcher? A loopback origin is the sandbox's own host, which carries such calls
/// itself as if they came in by HTTPS; the real platform's machines never reach one.
pub(crate) fn reaches_origin(state: &State, id: &str, url: &str) -> bool {
    if is_loopback(url) {
        return state.meta.switches.host_carries_loopback && lets_out(state, id);
    }
    let port = if url.starts_with("http://") {
        HTTP
    } else {
        HTTPS
    };
    reaches_internet(state, id, port)
}

fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let is_address = host
        .trim_matches(['[', ']'])
        .parse::<IpAddr>()
        .is_ok_and(|address| address.is_loopback());
    host == "localhost" || host.ends_with(".localhost") || is_address
}

fn by_public(state: &State, address: Ipv4Addr) -> Option<&Instance> {
    state
        .instances
        .values()
        .find(|instance| instance.is_visible() && instance.public_ip == Some(address))
}

/// What is not one of our machines is the internet, and free.
fn lets_out_from(state: &State, from: Ipv4Addr, to: Ipv4Addr, flow: Flow) -> bool {
    by_public(state, from).is_none_or(|source| firewall::lets_out(state, source, to, flow))
}

/// Machines with that address on a network on which somebody running has the other one.
fn private_pairs(state: &State, from: Ipv4Addr, to: Ipv4Addr) -> impl Iterator<Item = &Instance> {
    let has = |instance: &Instance, network: &str, address| {
        let interface = instance.interface(network);
        instance.is_running() && interface.is_some_and(|interface| interface.ip == Some(address))
    };
    state.instances.values().filter(move |target| {
        target.interfaces.iter().any(|interface| {
            let network = &interface.network;
            let peer = |source: &Instance| has(source, network, from);
            has(target, network, to) && state.instances.values().any(peer)
        })
    })
}

/// A manual address needs a guest that wears it, and no bootstrap of ours does. Members cannot reach their own
/// managed one. Behind one that its certificate does not name, the API is none that a client would talk to.
fn elastic_answers(state: &State, elastic: &ElasticIp, from: Ipv4Addr, port: u16) -> bool {
    let Some(probe_port) = elastic.probe_port() else {
        return false;
    };
    let probe = if state.meta.switches.elastic_probes_are_published {
        PUBLISHED_PROBE
    } else {
        ELASTIC_PROBE
    };
    let members = || {
        elastic
            .instances
            .iter()
            .filter_map(|id| state.instances.get(id))
    };
    let healthy = |member: &&Instance| {
        firewall::lets_in(state, member, probe, Flow::tcp(probe_port))
            && listens(state, member, probe_port)
            && (probe_port != HEALTH || elastic.asks_for(READY))
    };
    let is_named = |member: &Instance| {
        let cluster = cluster::served_by(state, &member.id);
        let named = cluster.and_then(|cluster| cluster.facts.elastic_ip);
        named.is_some_and(|named| elastic.ip == named)
    };
    let from_member = members().any(|member| member.public_ip == Some(from));
    !from_member
        && members().filter(healthy).any(|member| {
            firewall::lets_in(state, member, from, Flow::tcp(port))
                && listens(state, member, port)
                && (port != KUBERNETES || is_named(member))
        })
}

/// Does anything on this machine answer there?
fn listens(state: &State, instance: &Instance, port: u16) -> bool {
    if !instance.is_running() {
        return false;
    }
    match port {
        SSH => cloud_init::has_booted(state, &instance.id),
        KUBERNETES | HEALTH => cluster::served_by(state, &instance.id).is_some(),
        port if NODE_PORTS.contains(&port) => cluster::serves_node_port(state, &instance.id, port),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn loopback_origins_are_known() {
        for url in [
            "http://localhost:8787/api",
            "https://127.0.0.1/api",
            "http://[::1]:8787/api",
            "http://page.localhost/x",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "https://slipway.example/api",
            "https://127.example/x",
            "https://localhost.example:443/x",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}

//! Firewall rules in the field's own terms. Groups filter public addresses only; the private network is open.

use ipnet::IpNet;

use super::Facts;
use crate::exoscale::{Rule, RulePeer};
use crate::spec::{Access, Egress, Problem, Refusal, Source, Spec};

/// The rules of the control planes: the API and SSH, from where the spec says.
pub(super) fn control_plane(spec: &Spec, facts: &Facts) -> Vec<Rule> {
    let access = spec.access();
    let mut rules: Vec<Rule> = networks(&access.api, facts)
        .into_iter()
        .map(|net| ingress("tcp", (6443, 6443), net, API))
        .chain(
            networks(&access.ssh, facts)
                .into_iter()
                .map(|net| ingress("tcp", (22, 22), net, SSH)),
        )
        .collect();
    if spec.has_elastic_ip() {
        let probe = |net: &IpNet| ingress("tcp", (6444, 6444), *net, PROBE);
        rules.extend(anywhere().iter().map(probe));
    }
    rules.extend(egress(spec.egress()));
    rules
}

/// The rules of the nodes: `NodePort`s, from where the spec says.
pub(super) fn nodes(spec: &Spec, facts: &Facts) -> Vec<Rule> {
    let range = spec.network().node_ports;
    let ports = (range.start(), range.end());
    let nets = networks(&spec.access().node_ports, facts);
    let open = nets.iter().any(|net| net.prefix_len() == 0);
    let mut rules: Vec<Rule> = nets
        .iter()
        .flat_map(|net| ["tcp", "udp"].map(|protocol| ingress(protocol, ports, *net, NODE_PORTS)))
        .collect();
    if !open && !nets.is_empty() {
        // Load balancers probe from addresses that no narrow list admits.
        let peer = RulePeer::PublicGroup("public-nlb-healthcheck-sources".to_owned());
        rules.push(Rule {
            peer,
            ..rule("ingress", "tcp", Some(ports), BALANCER_PROBE)
        });
    }
    rules.extend(egress(spec.egress()));
    rules
}

/// Why a rule is there: by this it is known again.
pub(super) const API: &str = "Kubernetes API";
pub(super) const SSH: &str = "SSH";
pub(super) const NODE_PORTS: &str = "NodePorts";
const BALANCER_PROBE: &str = "health checks of load balancers";
const PROBE: &str = "health check of the elastic IP";

/// Whether a rule is one that a spec's doors are made of.
pub(super) fn is_ours(rule: &Rule) -> bool {
    [API, SSH, NODE_PORTS, BALANCER_PROBE, PROBE].contains(&rule.description.as_str())
}

/// What is wrong with doors that nobody could come through: machines have an IPv4 address and no other.
pub fn shut_doors(access: &Access, facts: &Facts) -> Option<Problem> {
    let open = networks(&access.api, facts)
        .iter()
        .any(|net| matches!(net, IpNet::V4(_)));
    let hint = if access.api.contains(&Source::Caller) {
        "You came over IPv6: name your IPv4 address or network here, beside `caller` or instead of it."
    } else {
        "Name an IPv4 address or network, or `caller`."
    };
    let rule =
        "Control planes have IPv4 addresses only, and nobody could reach them through these.";
    (!open).then(|| Problem::hiding("access.api", Refusal::new(rule, hint)))
}

/// The networks that a list of sources stands for, without repetition.
pub(crate) fn networks(sources: &[Source], facts: &Facts) -> Vec<IpNet> {
    let mut nets: Vec<IpNet> = sources
        .iter()
        .flat_map(|source| match source {
            Source::Caller => facts.caller.clone(),
            Source::Net(net) => vec![*net],
        })
        .collect();
    nets.sort();
    nets.dedup();
    nets
}

/// A group without egress rules lets everything out; the first rule turns it into a list.
fn egress(egress: Egress) -> Vec<Rule> {
    match egress {
        Egress::Open => Vec::new(),
        Egress::List => {
            let both = EGRESS.iter().flat_map(|(protocol, port, why)| {
                anywhere().map(|net| Rule {
                    peer: RulePeer::Network(net.to_string()),
                    ..rule("egress", protocol, Some((*port, *port)), why)
                })
            });
            both.chain([metadata(80), metadata(8080), path_mtu()])
                .collect()
        }
    }
}

/// What a node needs: packages and images, names, time.
const EGRESS: [(&str, u16, &str); 5] = [
    ("tcp", 80, "packages"),
    ("tcp", 443, "images, packages and APIs"),
    ("tcp", 53, "DNS"),
    ("udp", 53, "DNS"),
    ("udp", 123, "time"),
];

/// cloud-init asks for metadata at each boot, and for a password at port 8080.
fn metadata(port: u16) -> Rule {
    let peer = RulePeer::Network("169.254.169.254/32".to_owned());
    Rule {
        peer,
        ..rule("egress", "tcp", Some((port, port)), "metadata")
    }
}

/// "Fragmentation needed": without it large packets vanish.
fn path_mtu() -> Rule {
    Rule {
        icmp: Some((3, 4)),
        ..rule("egress", "icmp", None, "path MTU discovery")
    }
}

fn ingress(protocol: &str, ports: (u16, u16), net: IpNet, why: &str) -> Rule {
    Rule {
        peer: RulePeer::Network(net.to_string()),
        ..rule("ingress", protocol, Some(ports), why)
    }
}

fn rule(direction: &str, protocol: &str, ports: Option<(u16, u16)>, why: &str) -> Rule {
    Rule {
        direction: direction.to_owned(),
        protocol: protocol.to_owned(),
        ports,
        icmp: None,
        peer: RulePeer::Network("0.0.0.0/0".to_owned()),
        description: why.to_owned(),
    }
}

fn anywhere() -> [IpNet; 2] {
    [
        IpNet::V4(ipnet::Ipv4Net::default()),
        IpNet::V6(ipnet::Ipv6Net::default()),
    ]
}

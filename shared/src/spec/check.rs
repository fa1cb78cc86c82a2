//! Rules about several values at once: what fits alone must also fit together.
//!
//! Each rule looks at whatever could be read, so that one refused field does not hide another's problem.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde_json::Value;

use super::fields::{Object, Report, text};
use super::network::{dhcp_server, offset};
use super::parse::{Addresses, Pools};
use super::{Access, ControlPlane, DnsDomain, Pool, PoolName, Refusal, Source, SshPublicKey, Taint};
use crate::limits;

/// How many machines need an address.
pub(super) struct Machines {
    control_planes: u32,
    nodes: u32,
}

impl Machines {
    pub(super) fn new(control_plane: Option<&ControlPlane>, pools: &[Option<Pool>]) -> Self {
        Self {
            control_planes: control_plane.map_or(1, |planes| u32::from(planes.count.get())),
            nodes: pools.iter().flatten().map(|pool| u32::from(pool.max)).sum(),
        }
    }

    fn all(&self) -> u32 {
        self.control_planes.saturating_add(self.nodes)
    }

    /// Leases for every node and for those that are being replaced.
    fn leases(&self) -> u32 {
        let spare = self.nodes.saturating_mul(limits::SPARE_LEASES_PERCENT).div_ceil(100);
        self.nodes.saturating_add(spare.max(limits::SPARE_LEASES_MIN))
    }
}

/// One pool in itself.
pub(super) fn pool(pool: &Pool, object: &Object<'_>, report: &mut Report) {
    if pool.max < pool.min {
        let rule = format!("A pool's `max` is at least its `min`, here {}.", pool.min);
        report.refuse(&object.at("max"), &pool.max, Refusal::new(rule, ""));
    }
    if pool.spread && pool.max > limits::SPREAD_NODES_MAX {
        let rule = format!("A pool of more than {} nodes cannot be spread.", limits::SPREAD_NODES_MAX);
        let hint = "Exoscale's anti-affinity groups end there: set `spread` to false, or `max` lower.";
        report.refuse(&object.at("spread"), &pool.spread, Refusal::new(rule, hint));
    }
    taints(&pool.taints, &object.at("taints"), report);
}

fn taints(taints: &[Taint], field: &str, report: &mut Report) {
    if taints.len() > limits::TAINTS_MAX {
        let rule = format!("A pool has at most {} taints.", limits::TAINTS_MAX);
        report.refuse(field, &taints.len(), Refusal::new(rule, ""));
    }
    for (index, taint) in taints.iter().enumerate() {
        if taints.iter().take(index).any(|earlier| earlier.clashes(taint)) {
            let refusal = Refusal::new("No two taints of a pool have the same key and effect.", "Remove one of them.");
            report.refuse(&format!("{field}[{index}]"), taint, refusal);
        }
    }
}

/// The pools' names among each other.
pub(super) fn pool_names(pools: &Pools, ingress: Option<&PoolName>, report: &mut Report) {
    let mut seen = BTreeSet::new();
    for (index, name) in pools.names.iter().enumerate() {
        if name.as_ref().is_some_and(|name| !seen.insert(name)) {
            let refusal = Refusal::new("Every pool has a name of its own.", "An earlier pool has this one.");
            report.refuse(&format!("pools[{index}].name"), &name.as_ref().map_or("", PoolName::as_str), refusal);
        }
    }
    // Where a name could not be read, the ingress pool may well be that one.
    let all_read = pools.names.iter().all(Option::is_some);
    if let Some(name) = ingress.filter(|name| all_read && !seen.contains(name)) {
        let known: Vec<&str> = seen.iter().map(|name| name.as_str()).collect();
        let hint = format!("There are: {}.", known.join(", "));
        report.refuse("ingressPool", name, Refusal::new("The ingress pool is one of the pools.", hint));
    }
}

pub(super) fn access(access: &Access, report: &mut Report) {
    if access.api.is_empty() {
        let refusal = Refusal::new("Somebody must be able to reach the API server.", "`caller` stands for you.");
        report.refuse("access.api", &"[]", refusal);
    }
    for (key, sources) in [("api", &access.api), ("ssh", &access.ssh), ("nodePorts", &access.node_ports)] {
        let field = format!("access.{key}");
        if sources.len() > limits::SOURCES_MAX {
            let rule = format!("An access list has at most {} entries.", limits::SOURCES_MAX);
            report.refuse(&field, &sources.len(), Refusal::new(rule, "Join neighbouring ranges into larger ones."));
        }
        let mut seen = BTreeSet::new();
        for (index, source) in sources.iter().enumerate().filter(|(_, source)| !seen.insert(*source)) {
            let refusal = Refusal::new("No entry stands in a list twice.", "Remove one of them.");
            report.refuse(&format!("{field}[{index}]"), source, refusal);
        }
    }
}

/// A range for the private network.
pub(super) fn private(value: &Value) -> Result<Ipv4Net, Refusal> {
    sized(range(value)?, limits::PRIVATE_PREFIX_MIN, limits::PRIVATE_PREFIX_MAX, "private network")
}

/// A range for pods.
pub(super) fn pods(value: &Value) -> Result<Ipv4Net, Refusal> {
    let widest = limits::NODE_PODS_PREFIX.saturating_sub(limits::PODS_PREFIX_SPAN_MAX);
    sized(range(value)?, widest, limits::NODE_PODS_PREFIX - 1, "pods' range")
}

/// A range for Services.
pub(super) fn services(value: &Value) -> Result<Ipv4Net, Refusal> {
    sized(range(value)?, limits::SERVICES_PREFIX_MIN, limits::SERVICES_PREFIX_MAX, "Services' range")
}

fn range(value: &Value) -> Result<Ipv4Net, Refusal> {
    let net: Ipv4Net = text(value)?
        .parse()
        .map_err(|_| Refusal::new("An IPv4 range is required.", "For instance `10.0.0.0/24`."))?;
    if net.trunc() != net {
        return Err(Refusal::new("A range begins with its first address.", format!("Write `{}`.", net.trunc())));
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
    let hint = if net.prefix_len() > narrowest { "This one is too small." } else { "This one is too large." };
    Err(Refusal::new(format!("The {what} is between a /{widest} and a /{narrowest}."), hint))
}

/// Everything about who stands where.
pub(super) fn addresses(network: &Addresses, machines: &Machines, report: &mut Report) {
    overlaps(network, report);
    if let Some(pods) = network.pods {
        room_for_pods(pods, machines, report);
    }
    if let Some(private) = network.private {
        dhcp(network, private, machines, report);
        control_planes(network, private, machines, report);
    }
}

fn overlaps(network: &Addresses, report: &mut Report) {
    let pairs = [
        ("pods", network.pods, "private", network.private),
        ("services", network.services, "private", network.private),
        ("services", network.services, "pods", network.pods),
    ];
    for (key, net, other_key, other) in pairs {
        if let (Some(net), Some(other)) = (net, other)
            && (net.contains(&other) || other.contains(&net))
        {
            let rule = format!("This range does not touch `network.{other_key}`, here {other}.");
            let hint = "An address must mean one thing; move one of the two.";
            report.refuse(&format!("network.{key}"), &net, Refusal::new(rule, hint));
        }
    }
}

fn room_for_pods(pods: Ipv4Net, machines: &Machines, report: &mut Report) {
    let room = 1_u32.checked_shl(u32::from(limits::NODE_PODS_PREFIX.saturating_sub(pods.prefix_len())));
    if room.is_some_and(|room| room < machines.all()) {
        let rule = format!(
            "The pods' range holds a /{} for each of at most {} machines.",
            limits::NODE_PODS_PREFIX,
            machines.all()
        );
        report.refuse("network.pods", &pods, Refusal::new(rule, "Take a wider range, or fewer nodes."));
    }
}

fn dhcp(network: &Addresses, private: Ipv4Net, machines: &Machines, report: &mut Report) {
    let (Some(start), Some(end)) = (network.dhcp_start, network.dhcp_end) else {
        return;
    };
    let mut inside = true;
    for (field, address) in [("network.dhcpStart", start), ("network.dhcpEnd", end)] {
        if !is_free(private, address) {
            report.refuse(field, &address, not_free(private));
            inside = false;
        }
    }
    let leases = u32::from(end).checked_sub(u32::from(start)).and_then(|span| span.checked_add(1));
    match leases {
        None => {
            let rule = format!("The DHCP range ends behind its start, here {start}.");
            report.refuse("network.dhcpEnd", &end, Refusal::new(rule, ""));
        }
        Some(leases) if inside && leases < machines.leases() => {
            let rule = format!(
                "The DHCP range has {} addresses: for {} nodes and for those that replace them.",
                machines.leases(),
                machines.nodes
            );
            let hint = format!("It has {leases}: widen it, take a wider private network, or fewer nodes.");
            report.refuse("network.dhcpEnd", &end, Refusal::new(rule, hint));
        }
        Some(_) => {}
    }
}

fn control_planes(network: &Addresses, private: Ipv4Net, machines: &Machines, report: &mut Report) {
    let Some(first) = network.control_plane else {
        return;
    };
    let planes = || (0..machines.control_planes).map(|index| offset(first, index));
    if !planes().all(|address| address.is_some_and(|address| is_free(private, address))) {
        report.refuse("network.controlPlane", &first, not_free(private));
        return;
    }
    if let (Some(start), Some(end)) = (network.dhcp_start, network.dhcp_end)
        && planes().flatten().any(|address| (start..=end).contains(&address))
    {
        let rule = format!(
            "The {} control planes stand outside the DHCP range, here {start} to {end}.",
            machines.control_planes
        );
        let hint = "They take consecutive addresses from this one on.";
        report.refuse("network.controlPlane", &first, Refusal::new(rule, hint));
    }
}

/// Whether a machine may have this address.
fn is_free(private: Ipv4Net, address: Ipv4Addr) -> bool {
    let taken = [private.network(), private.broadcast(), dhcp_server(private)];
    private.contains(&address) && !taken.contains(&address)
}

fn not_free(private: Ipv4Net) -> Refusal {
    Refusal::new(
        format!("Machines have addresses within {private}."),
        format!("Not its first, not its last, and not {}: there Exoscale's DHCP server stands.", dhcp_server(private)),
    )
}

/// Whatever in a spec is text of the person's own.
pub(super) struct FreeText<'a> {
    pub(super) pools: &'a [Option<Pool>],
    pub(super) access: Option<&'a Access>,
    pub(super) ssh_key: Option<&'a Option<SshPublicKey>>,
}

/// Keeps links short, whatever a person writes.
pub(super) fn free_text(texts: &FreeText<'_>, domain: Option<&DnsDomain>, report: &mut Report) {
    let entry = |length: usize| length.saturating_add(limits::FREE_TEXT_ENTRY_CHARS);
    let sources = |sources: &[Source]| sources.iter().map(|source| entry(source.to_string().len())).sum::<usize>();
    let mut parts: Vec<(String, usize)> = Vec::new();
    for (index, pool) in texts.pools.iter().enumerate().filter_map(|(index, pool)| Some((index, pool.as_ref()?))) {
        let labels = pool.labels.iter().map(|(key, value)| entry(key.len()).saturating_add(entry(value.len()))).sum();
        let taints = pool.taints.iter().map(|taint| entry(taint.to_string().len())).sum();
        parts.push((format!("pools[{index}].labels"), labels));
        parts.push((format!("pools[{index}].taints"), taints));
    }
    if let Some(access) = texts.access {
        for (key, list) in [("api", &access.api), ("ssh", &access.ssh), ("nodePorts", &access.node_ports)] {
            parts.push((format!("access.{key}"), sources(list)));
        }
    }
    let ssh_key = texts.ssh_key.and_then(Option::as_ref).map_or(0, |key| entry(key.as_str().len()));
    parts.push(("sshKey".to_owned(), ssh_key));
    parts.push(("network.domain".to_owned(), domain.map_or(0, |domain| entry(domain.as_str().len()))));

    let sum: usize = parts.iter().map(|(_, length)| length).sum();
    if sum <= limits::FREE_TEXT_CHARS_MAX {
        return;
    }
    if let Some((field, length)) = parts.into_iter().max_by_key(|(_, length)| *length) {
        let rule = format!(
            "SSH key, labels, taints, access lists and DNS domain have at most {} characters together.",
            limits::FREE_TEXT_CHARS_MAX
        );
        let hint = format!(
            "They have {sum}, and more would not fit into a link; the largest part is this one. \
             An Ed25519 key is seven times shorter than an RSA key."
        );
        report.refuse(&field, &format!("{length} characters"), Refusal::new(rule, hint));
    }
}

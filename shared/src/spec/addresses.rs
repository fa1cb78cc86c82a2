//! Reading the network: what is missing follows from the private range, and nobody stands on anybody's place.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde_json::Value;

use super::fields::{Object, Report, parsed, text};
use super::network::{Layout, Network, dhcp_server, offset};
use super::ranges;
use super::{ControlPlane, DnsDomain, Pool, PortRange, Refusal};
use crate::limits;

/// The network as far as it could be read.
pub(super) struct Addresses {
    pub(super) private: Option<Ipv4Net>,
    pub(super) dhcp_start: Option<Ipv4Addr>,
    pub(super) dhcp_end: Option<Ipv4Addr>,
    pub(super) control_plane: Option<Ipv4Addr>,
    pub(super) pods: Option<Ipv4Net>,
    pub(super) services: Option<Ipv4Net>,
    pub(super) domain: Option<DnsDomain>,
    node_ports: Option<PortRange>,
}

impl Addresses {
    pub(super) fn whole(self) -> Option<Network> {
        Some(Network {
            private: self.private?,
            dhcp_start: self.dhcp_start?,
            dhcp_end: self.dhcp_end?,
            control_plane: self.control_plane?,
            pods: self.pods?,
            services: self.services?,
            domain: self.domain?,
            node_ports: self.node_ports?,
        })
    }
}

pub(super) fn network(root: &Object<'_>, report: &mut Report) -> Addresses {
    let known = [
        "private",
        "dhcpStart",
        "dhcpEnd",
        "controlPlane",
        "pods",
        "services",
        "domain",
        "nodePorts",
    ];
    let object = Object::open(root.raw("network"), "network", &known, report);
    let default = Network::default();
    let private = object.optional("private", report, Some(default.private), ranges::private);
    let layout = private.map(Layout::of);
    let place = |pick: fn(&Layout) -> Ipv4Addr| layout.as_ref().map(pick);
    Addresses {
        private,
        dhcp_start: object.optional(
            "dhcpStart",
            report,
            place(|layout| layout.dhcp_start),
            address,
        ),
        dhcp_end: object.optional("dhcpEnd", report, place(|layout| layout.dhcp_end), address),
        control_plane: object.optional(
            "controlPlane",
            report,
            place(|layout| layout.control_plane),
            address,
        ),
        pods: object.optional("pods", report, Some(default.pods), ranges::pods),
        services: object.optional("services", report, Some(default.services), ranges::services),
        domain: object.optional("domain", report, Some(default.domain), parsed),
        node_ports: object.optional("nodePorts", report, Some(default.node_ports), parsed),
    }
}

fn address(value: &Value) -> Result<Ipv4Addr, Refusal> {
    text(value)?
        .parse()
        .map_err(|_| Refusal::new("An IPv4 address is required.", "For instance `10.0.0.10`."))
}

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
        let spare = self
            .nodes
            .saturating_mul(limits::SPARE_LEASES_PERCENT)
            .div_ceil(100);
        self.nodes
            .saturating_add(spare.max(limits::SPARE_LEASES_MIN))
    }
}

/// Everything about who stands where.
pub(super) fn check(network: &Addresses, machines: &Machines, report: &mut Report) {
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
    let room = 1_u32.checked_shl(u32::from(
        limits::NODE_PODS_PREFIX.saturating_sub(pods.prefix_len()),
    ));
    if room.is_some_and(|room| room < machines.all()) {
        let rule = format!(
            "The pods' range holds a /{} for each of at most {} machines.",
            limits::NODE_PODS_PREFIX,
            machines.all()
        );
        report.refuse(
            "network.pods",
            &pods,
            Refusal::new(rule, "Take a wider range, or fewer nodes."),
        );
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
    let leases = u32::from(end)
        .checked_sub(u32::from(start))
        .and_then(|span| span.checked_add(1));
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
            let hint =
                format!("It has {leases}: widen it, take a wider private network, or fewer nodes.");
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
        && planes()
            .flatten()
            .any(|address| (start..=end).contains(&address))
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
        format!(
            "Not its first, not its last, and not {}: there Exoscale's DHCP server stands.",
            dhcp_server(private)
        ),
    )
}

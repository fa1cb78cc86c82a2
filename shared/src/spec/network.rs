//! The cluster's addresses: three ranges that do not touch, and who stands where in the first.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::Serialize;

use super::{ControlPlanes, DnsDomain, PortRange};

/// Addresses and ranges of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// The private network that all machines share.
    pub private: Ipv4Net,
    /// The first address that nodes are given.
    pub dhcp_start: Ipv4Addr,
    /// The last address that nodes are given.
    pub dhcp_end: Ipv4Addr,
    /// The first control plane; the others follow it.
    pub control_plane: Ipv4Addr,
    /// The pods' range.
    pub pods: Ipv4Net,
    /// The Services' range.
    pub services: Ipv4Net,
    /// The cluster's DNS domain.
    pub domain: DnsDomain,
    /// The ports that Services may open on nodes.
    pub node_ports: PortRange,
}

impl Network {
    /// The private addresses of so many control planes.
    pub fn control_planes(&self, count: ControlPlanes) -> Vec<Ipv4Addr> {
        (0..count.get())
            .filter_map(|index| offset(self.control_plane, u32::from(index)))
            .collect()
    }

    /// The netmask that Exoscale wants for the private network.
    pub fn netmask(&self) -> Ipv4Addr {
        self.private.netmask()
    }

    /// Exoscale's own DHCP server: the last usable address of the private network.
    pub fn dhcp_server(&self) -> Ipv4Addr {
        dhcp_server(self.private)
    }

    /// The address of the cluster's DNS: the tenth of the Services', where kubeadm puts it.
    pub fn dns(&self) -> Ipv4Addr {
        offset(self.services.network(), 10).unwrap_or(Ipv4Addr::UNSPECIFIED)
    }
}

impl Default for Network {
    fn default() -> Self {
        let private = Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 24);
        Self {
            private,
            dhcp_start: Ipv4Addr::new(10, 0, 0, 10),
            dhcp_end: Ipv4Addr::new(10, 0, 0, 253),
            control_plane: Ipv4Addr::new(10, 0, 0, 1),
            pods: Ipv4Net::new_assert(Ipv4Addr::new(10, 244, 0, 0), 16),
            services: Ipv4Net::new_assert(Ipv4Addr::new(10, 245, 0, 0), 16),
            domain: DnsDomain::default(),
            node_ports: PortRange::default(),
        }
    }
}

/// Where things stand in a private network when nobody says otherwise.
pub(super) struct Layout {
    pub(super) control_plane: Ipv4Addr,
    pub(super) dhcp_start: Ipv4Addr,
    pub(super) dhcp_end: Ipv4Addr,
}

impl Layout {
    /// The control plane first, nodes from the tenth address to the one before the DHCP server.
    pub(super) fn of(private: Ipv4Net) -> Self {
        let network = u32::from(private.network());
        Self {
            control_plane: Ipv4Addr::from(network.saturating_add(1)),
            dhcp_start: Ipv4Addr::from(network.saturating_add(10)),
            dhcp_end: Ipv4Addr::from(u32::from(private.broadcast()).saturating_sub(2)),
        }
    }
}

pub(super) fn dhcp_server(private: Ipv4Net) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(private.broadcast()).saturating_sub(1))
}

pub(super) fn offset(address: Ipv4Addr, by: u32) -> Option<Ipv4Addr> {
    u32::from(address).checked_add(by).map(Ipv4Addr::from)
}

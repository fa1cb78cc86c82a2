//! What a person wants: a cluster's name, place, size, network and doors. Nothing in it is secret.
//!
//! A [`Spec`] exists only as the outcome of [`parse`], so that nobody behind it checks again.
//! Its JSON is frozen: fields are only ever added, rules only ever loosened.

mod addresses;
#[cfg(any(test, feature = "arbitrary"))]
pub mod arbitrary;
mod difference;
mod draft;
mod fields;
mod free_text;
mod json;
mod labels;
mod names;
mod network;
mod numbers;
mod parse;
mod parts;
mod pools;
mod problem;
mod ranges;
mod source;
mod ssh;
#[cfg(test)]
mod tests;

pub use crate::catalog::{Minor, Zone};
pub use difference::Difference;
pub use draft::Draft;
pub use labels::{Effect, Labels, Taint};
pub use names::{ClusterName, DnsDomain, PoolName, TemplateId};
pub use network::Network;
pub use numbers::{DiskGib, Hours, InstanceTypeName, MachineRole, PortRange};
pub use parse::parse;
pub use parts::{Access, Addons, ControlPlane, ControlPlanes, Egress, Image, Pool};
pub use problem::{Problem, Refusal};
pub use source::Source;
pub use ssh::SshPublicKey;

use std::net::Ipv4Addr;

use serde::Serialize;

/// A cluster as a person wants it. Immutable: a change is a new parse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spec {
    name: ClusterName,
    zone: Zone,
    kubernetes: Minor,
    control_plane: ControlPlane,
    pools: Vec<Pool>,
    network: Network,
    access: Access,
    egress: Egress,
    image: Image,
    addons: Addons,
    kubeconfig_hours: Hours,
    ssh_key: Option<SshPublicKey>,
    ingress_pool: PoolName,
}

impl Spec {
    /// The default cluster under a name, in a zone.
    ///
    /// Every default is valid in every zone; a test walks them all.
    pub fn default_for(name: ClusterName, zone: Zone) -> Self {
        let workers = Pool::workers();
        Self {
            name,
            zone,
            kubernetes: Minor::default(),
            control_plane: ControlPlane::default(),
            ingress_pool: workers.name.clone(),
            pools: vec![workers],
            network: Network::default(),
            access: Access::default(),
            egress: Egress::default(),
            image: Image::default(),
            addons: Addons::default(),
            kubeconfig_hours: Hours::default(),
            ssh_key: None,
        }
    }

    /// The cluster's name.
    pub const fn name(&self) -> &ClusterName {
        &self.name
    }

    /// Where it stands.
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// Its Kubernetes minor.
    pub const fn kubernetes(&self) -> Minor {
        self.kubernetes
    }

    /// The machines that run the API server and etcd.
    pub const fn control_plane(&self) -> &ControlPlane {
        &self.control_plane
    }

    /// The pools of nodes: at least one, in the person's order, names unique.
    pub fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// The pool of that name.
    pub fn pool(&self, name: &str) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.name.as_str() == name)
    }

    /// The pool that load balancers send traffic to: always one of [`Self::pools`].
    pub const fn ingress_pool(&self) -> &PoolName {
        &self.ingress_pool
    }

    /// Addresses and ranges.
    pub const fn network(&self) -> &Network {
        &self.network
    }

    /// Who may reach what.
    pub const fn access(&self) -> &Access {
        &self.access
    }

    /// Where machines may connect to.
    pub const fn egress(&self) -> Egress {
        self.egress
    }

    /// What machines start from.
    pub const fn image(&self) -> &Image {
        &self.image
    }

    /// What is installed beside the necessary.
    pub const fn addons(&self) -> Addons {
        self.addons
    }

    /// How long the admin's certificate is good.
    pub const fn kubeconfig_hours(&self) -> Hours {
        self.kubeconfig_hours
    }

    /// The person's SSH key; without one, the page makes one.
    pub const fn ssh_key(&self) -> Option<&SshPublicKey> {
        self.ssh_key.as_ref()
    }

    /// The private address of every control plane, in the order in which they join.
    pub fn control_plane_addresses(&self) -> Vec<Ipv4Addr> {
        self.network.control_planes(self.control_plane.count)
    }

    /// Whether the API gets an elastic IP: only where it must not point at a single machine.
    pub const fn has_elastic_ip(&self) -> bool {
        matches!(self.control_plane.count, ControlPlanes::Three)
    }

    /// Nodes with every pool at its minimum, control planes left out.
    pub fn nodes_min(&self) -> u32 {
        self.pools.iter().map(|pool| u32::from(pool.min)).sum()
    }

    /// Nodes with every pool at its maximum, control planes left out.
    pub fn nodes_max(&self) -> u32 {
        self.pools.iter().map(|pool| u32::from(pool.max)).sum()
    }

    /// Machines with every pool at its maximum: what the quota must hold, and the autoscaler's total.
    pub fn machines_max(&self) -> u32 {
        self.nodes_max()
            .saturating_add(u32::from(self.control_plane.count.get()))
    }
}

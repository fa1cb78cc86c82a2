//! What is made, and what of a pool is changed: the bodies of requests before they are JSON.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::{Healthcheck, Kind, Policy, ResourceId};
use crate::bootstrap::MachineFacts;

/// A resource to make, with every reference resolved to an identifier.
#[derive(Clone, Debug)]
pub enum Create {
    /// A public key that instances accept.
    SshKey {
        /// Unique in the organisation.
        name: String,
        /// One line, as in `authorized_keys`.
        public_key: String,
    },
    /// A managed private network.
    PrivateNetwork {
        /// Not unique.
        name: String,
        /// Shown in the portal.
        description: String,
        /// First address that DHCP leases.
        start: Ipv4Addr,
        /// Last address that DHCP leases.
        end: Ipv4Addr,
        /// The size of the network.
        netmask: Ipv4Addr,
        /// Whose it is.
        labels: BTreeMap<String, String>,
    },
    /// A security group, without rules.
    SecurityGroup {
        /// Unique in the organisation.
        name: String,
        /// Carries the marker: the kind has no labels.
        description: String,
    },
    /// A group whose instances run on different hypervisors.
    AntiAffinityGroup {
        /// Unique in the organisation.
        name: String,
        /// Carries the marker: the kind has no labels.
        description: String,
    },
    /// What a key may do.
    Role {
        /// Not unique.
        name: String,
        /// Shown in the portal.
        description: String,
        /// What it may do.
        policy: Policy,
        /// Whose it is.
        labels: BTreeMap<String, String>,
    },
    /// A key bound to a role; its secret is in the answer and nowhere else.
    ApiKey {
        /// Not unique.
        name: String,
        /// The role.
        role: ResourceId,
    },
    /// A single instance, created stopped so that its private address is there when it first boots.
    Instance(InstanceBody),
    /// A group of alike instances that keeps its size.
    Pool(PoolBody),
    /// A managed address with a health check.
    ElasticIp {
        /// Shown in the portal.
        description: String,
        /// What makes a member healthy.
        healthcheck: Healthcheck,
        /// Whose it is.
        labels: BTreeMap<String, String>,
    },
    /// A copy of an instance's disk.
    Snapshot {
        /// The instance; it is stopped.
        instance: ResourceId,
    },
    /// Something to boot from.
    Template {
        /// What it is found by.
        name: String,
        /// Shown in the portal.
        description: String,
        /// Where Exoscale fetches it: the name of a sealed secret.
        url: String,
        /// MD5 of what is fetched.
        checksum: String,
    },
}

/// The body of `create-instance`.
#[derive(Clone, Debug)]
pub struct InstanceBody {
    /// Also the node's name.
    pub name: String,
    /// The size of the machine.
    pub instance_type: ResourceId,
    /// What it boots from.
    pub template: ResourceId,
    /// Root disk, GiB.
    pub disk_gib: u32,
    /// Firewalls of its public address.
    pub security_groups: Vec<ResourceId>,
    /// Spread over hypervisors with these.
    pub anti_affinity: Vec<ResourceId>,
    /// Name of the SSH key it accepts.
    pub ssh_key: Option<ResourceId>,
    /// What it is told.
    pub user_data: UserData,
    /// Whose it is.
    pub labels: BTreeMap<String, String>,
}

/// The body of `create-instance-pool`.
#[derive(Clone, Debug)]
pub struct PoolBody {
    /// The autoscaler knows the pool by this name.
    pub name: String,
    /// Shown in the portal.
    pub description: String,
    /// How many machines at first.
    pub size: u32,
    /// How its members' names begin.
    pub prefix: String,
    /// The size of each machine.
    pub instance_type: ResourceId,
    /// What they boot from.
    pub template: ResourceId,
    /// Root disk, GiB.
    pub disk_gib: u32,
    /// Firewalls of their public addresses.
    pub security_groups: Vec<ResourceId>,
    /// Spread over hypervisors with these.
    pub anti_affinity: Vec<ResourceId>,
    /// The network that they join.
    pub private_network: ResourceId,
    /// Name of the SSH key they accept.
    pub ssh_key: Option<ResourceId>,
    /// What each is told.
    pub user_data: UserData,
    /// Whose it is.
    pub labels: BTreeMap<String, String>,
}

/// What a machine is told, with names where its secrets go: they are filled in as the request leaves.
#[derive(Clone, Debug)]
pub struct UserData {
    /// The facts, with the secret fields empty.
    pub facts: MachineFacts,
    /// The sealed secret that belongs into it: a control plane's ticket or a node's join token.
    pub secret: String,
}

impl Create {
    /// The kind of resource that this makes.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::SshKey { .. } => Kind::SshKey,
            Self::PrivateNetwork { .. } => Kind::PrivateNetwork,
            Self::SecurityGroup { .. } => Kind::SecurityGroup,
            Self::AntiAffinityGroup { .. } => Kind::AntiAffinityGroup,
            Self::Role { .. } => Kind::Role,
            Self::ApiKey { .. } => Kind::ApiKey,
            Self::Instance(_) => Kind::Instance,
            Self::Pool(_) => Kind::InstancePool,
            Self::ElasticIp { .. } => Kind::ElasticIp,
            Self::Snapshot { .. } => Kind::Snapshot,
            Self::Template { .. } => Kind::Template,
        }
    }
}

/// What is different about a pool from now on; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct PoolChange {
    /// All of its labels.
    pub labels: Option<BTreeMap<String, String>>,
    /// The size of its next members.
    pub instance_type: Option<ResourceId>,
    /// Root disk of its next members, GiB.
    pub disk_gib: Option<u32>,
    /// What its next members boot from.
    pub template: Option<ResourceId>,
}

//! What a step can make.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::StepId;
use crate::bootstrap::MachineFacts;
use crate::exoscale::{Healthcheck, Kind, Policy};

/// A resource to make.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Resource {
    /// A public key that instances accept.
    SshKey {
        /// Its name.
        name: String,
        /// One line.
        public_key: String,
    },
    /// A managed private network.
    PrivateNetwork {
        /// Its name.
        name: String,
        /// First leased address.
        start: Ipv4Addr,
        /// Last leased address.
        end: Ipv4Addr,
        /// Its size.
        netmask: Ipv4Addr,
    },
    /// A security group; its rules are tasks of their own.
    SecurityGroup {
        /// Its name.
        name: String,
    },
    /// An anti-affinity group.
    AntiAffinityGroup {
        /// Its name.
        name: String,
    },
    /// A least-privilege role.
    Role {
        /// Its name.
        name: String,
        /// What it may do.
        policy: Policy,
    },
    /// A key bound to a role; the secret is kept sealed as `key/<name of the step>`.
    ApiKey {
        /// Its name.
        name: String,
        /// The step that made the role.
        role: StepId,
    },
    /// A control plane.
    Instance(Box<InstancePlan>),
    /// A pool of nodes.
    InstancePool(Box<PoolPlan>),
    /// A managed elastic IP.
    ElasticIp {
        /// Its description begins with this.
        name: String,
        /// What makes a member healthy.
        healthcheck: Healthcheck,
    },
    /// A copy of an instance's disk.
    Snapshot {
        /// The step that made the instance.
        instance: StepId,
    },
    /// Something to boot from, fetched from where a snapshot was exported to.
    Template {
        /// Found by this.
        name: String,
        /// For people.
        description: String,
    },
}

/// A control plane's machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstancePlan {
    /// Also the node's name.
    pub name: String,
    /// As its routes name it.
    pub machine: String,
    /// Family and size, such as `standard.medium`.
    pub instance_type: String,
    /// The template's name, or its identifier where the spec gives one.
    pub template: String,
    /// The name of our own image, which is taken instead where there is a fresh one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub golden: Option<String>,
    /// Root disk, GiB.
    pub disk_gib: u32,
    /// The step that made its firewall.
    pub security_group: StepId,
    /// The step that made its anti-affinity group.
    pub anti_affinity: Option<StepId>,
    /// The step that registered the SSH key.
    pub ssh_key: Option<StepId>,
    /// What it is told; the secret fields are empty.
    pub facts: MachineFacts,
}

/// A pool of nodes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolPlan {
    /// The autoscaler knows it by this name.
    pub name: String,
    /// How its members' names begin.
    pub prefix: String,
    /// How many machines at first.
    pub size: u32,
    /// The fewest that the autoscaler leaves.
    pub min: u32,
    /// The most that the autoscaler makes.
    pub max: u32,
    /// Family and size.
    pub instance_type: String,
    /// The template's name, or its identifier where the spec gives one.
    pub template: String,
    /// The name of our own image, which is taken instead where there is a fresh one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub golden: Option<String>,
    /// Root disk, GiB.
    pub disk_gib: u32,
    /// The step that made its firewall.
    pub security_group: StepId,
    /// The step that made its anti-affinity group.
    pub anti_affinity: Option<StepId>,
    /// The step that made the network.
    pub private_network: StepId,
    /// The step that registered the SSH key.
    pub ssh_key: Option<StepId>,
    /// What each member is told; the secret fields are empty.
    pub facts: MachineFacts,
    /// Bounds and the like, for the control plane's timer to read.
    pub labels: BTreeMap<String, String>,
}

impl Resource {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::SshKey { .. } => Kind::SshKey,
            Self::PrivateNetwork { .. } => Kind::PrivateNetwork,
            Self::SecurityGroup { .. } => Kind::SecurityGroup,
            Self::AntiAffinityGroup { .. } => Kind::AntiAffinityGroup,
            Self::Role { .. } => Kind::Role,
            Self::ApiKey { .. } => Kind::ApiKey,
            Self::Instance(_) => Kind::Instance,
            Self::InstancePool(_) => Kind::InstancePool,
            Self::ElasticIp { .. } => Kind::ElasticIp,
            Self::Snapshot { .. } => Kind::Snapshot,
            Self::Template { .. } => Kind::Template,
        }
    }

    /// The name that it is given.
    pub fn name(&self) -> &str {
        match self {
            Self::SshKey { name, .. }
            | Self::PrivateNetwork { name, .. }
            | Self::SecurityGroup { name }
            | Self::AntiAffinityGroup { name }
            | Self::Role { name, .. }
            | Self::ApiKey { name, .. }
            | Self::ElasticIp { name, .. }
            | Self::Template { name, .. } => name,
            Self::Snapshot { instance } => &instance.0,
            Self::Instance(instance) => &instance.name,
            Self::InstancePool(pool) => &pool.name,
        }
    }
}

//! What a task can do. Identifiers that only Exoscale gives are named by the step that brings them.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::StepId;
use crate::bootstrap::MachineFacts;
use crate::exoscale::{Healthcheck, Kind, Policy, Rule};

/// What a task does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Action {
    /// Reads several things at once and judges them together.
    Gather {
        /// What for.
        gather: Gather,
    },
    /// Makes something at the edge, without Exoscale: keys, certificates, tokens.
    Make {
        /// What.
        make: Make,
    },
    /// Ensures that a resource with our marker exists.
    Create {
        /// Which.
        resource: Box<Resource>,
    },
    /// Ensures that a security group has a rule.
    AddRule {
        /// The step that made the group.
        group: StepId,
        /// The rule.
        rule: Rule,
    },
    /// Ensures that an instance is on a private network at an address.
    AttachNetwork {
        /// The step that made the network.
        network: StepId,
        /// The step that made the instance.
        instance: StepId,
        /// Its address.
        address: Ipv4Addr,
    },
    /// Ensures that an instance answers to an elastic IP.
    AttachAddress {
        /// The step that made the elastic IP.
        address: StepId,
        /// The step that made the instance.
        instance: StepId,
    },
    /// Ensures that an instance is started.
    Start {
        /// The step that made it.
        instance: StepId,
    },
    /// Narrows the token rotation's role to the pools, now that they have identifiers.
    Guard {
        /// The step that made the role.
        role: StepId,
        /// The steps that made the pools.
        pools: Vec<StepId>,
    },
    /// Waits until Exoscale says that something is so.
    Watch {
        /// What.
        watch: Watch,
    },
    /// Waits until the first control plane has shown that the cluster works.
    Evidence,
    /// Removes every resource of a kind that is ours, and looks until there is none.
    Sweep {
        /// Which kind.
        kind: Kind,
    },
}

/// Why several things are read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gather {
    /// Whether a launch can succeed.
    Preflight,
    /// What there is of the cluster.
    Inventory,
    /// Whether anything is left.
    Verify,
}

/// What is made at the edge. Each is small, so that a wake-up stays short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Make {
    /// A certificate authority; its files are `<name>.crt` and `<name>.key`.
    Authority {
        /// `ca`, `etcd/ca` or `front-proxy-ca`.
        name: String,
        /// The subject's common name.
        common_name: String,
    },
    /// The key pair that signs service accounts' tokens.
    ServiceAccountKey,
    /// The first join token, and a ticket for each control plane.
    Tokens {
        /// The control planes, as their routes name them.
        machines: Vec<String>,
    },
    /// A client certificate for the admin's public key.
    AdminCertificate {
        /// Base64 of the `SubjectPublicKeyInfo`.
        public_key: String,
        /// How long it is valid.
        hours: u32,
    },
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Watch {
    /// The instance is running and has its public address.
    InstanceRunning {
        /// The step that made it.
        instance: StepId,
    },
    /// The elastic IP says which address it is.
    AddressKnown {
        /// The step that made it.
        address: StepId,
    },
    /// The pool rests at its size.
    PoolRunning {
        /// The step that made it.
        pool: StepId,
        /// How many members.
        size: u32,
    },
}

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
            | Self::ElasticIp { name, .. } => name,
            Self::Instance(instance) => &instance.name,
            Self::InstancePool(pool) => &pool.name,
        }
    }
}

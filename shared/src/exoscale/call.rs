//! What can be asked of Exoscale. One variant a request; the body of a request that creates something is its own type.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::{Healthcheck, Kind, OperationId, Policy, ResourceId, Rule};
use crate::bootstrap::MachineFacts;

/// One API request as data.
#[derive(Clone, Debug)]
pub enum Call {
    /// The organisation that the key belongs to.
    Organization,
    /// What the organisation may have, and has.
    Quotas,
    /// The instance types that the key may use.
    InstanceTypes,
    /// The public templates of the zone.
    Templates,
    /// How an operation is doing.
    Operation(OperationId),
    /// Every resource of a kind.
    List(Kind),
    /// One resource.
    Get(Kind, ResourceId),
    /// Remove one resource.
    Delete(Kind, ResourceId),
    /// Make a resource.
    Create(Box<Create>),
    /// Add one rule to a security group.
    AddRule {
        /// The security group.
        group: ResourceId,
        /// What it lets through.
        rule: Rule,
    },
    /// Put an instance on a private network, at a fixed address.
    AttachNetwork {
        /// The private network.
        network: ResourceId,
        /// The instance.
        instance: ResourceId,
        /// Its address there.
        address: Ipv4Addr,
    },
    /// Give an elastic IP to an instance.
    AttachAddress {
        /// The elastic IP.
        address: ResourceId,
        /// The instance.
        instance: ResourceId,
    },
    /// Start a stopped instance.
    Start(ResourceId),
    /// Replace a role's policy.
    SetPolicy {
        /// The role.
        role: ResourceId,
        /// What it may do from now on.
        policy: Policy,
    },
}

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

impl Call {
    /// Whether it changes something.
    pub const fn mutates(&self) -> bool {
        match self {
            Self::Organization
            | Self::Quotas
            | Self::InstanceTypes
            | Self::Templates
            | Self::Operation(_)
            | Self::List(_)
            | Self::Get(..) => false,
            Self::Delete(..)
            | Self::Create(_)
            | Self::AddRule { .. }
            | Self::AttachNetwork { .. }
            | Self::AttachAddress { .. }
            | Self::Start(_)
            | Self::SetPolicy { .. } => true,
        }
    }

    /// Exoscale's own name for the operation: what a role's policy and the audit trail call it.
    pub fn operation(&self) -> String {
        match self {
            Self::Organization => "get-organization".to_owned(),
            Self::Quotas => "list-quotas".to_owned(),
            Self::InstanceTypes => "list-instance-types".to_owned(),
            Self::Templates => "list-templates".to_owned(),
            Self::Operation(_) => "get-operation".to_owned(),
            Self::List(kind) => format!("list-{}", kind.plural()),
            Self::Get(kind, _) => format!("get-{}", singular_operation(*kind)),
            Self::Delete(kind, _) => format!("delete-{}", singular_operation(*kind)),
            Self::Create(create) if create.kind() == Kind::SshKey => "register-ssh-key".to_owned(),
            Self::Create(create) => format!("create-{}", singular_operation(create.kind())),
            Self::AddRule { .. } => "add-rule-to-security-group".to_owned(),
            Self::AttachNetwork { .. } => "attach-instance-to-private-network".to_owned(),
            Self::AttachAddress { .. } => "attach-instance-to-elastic-ip".to_owned(),
            Self::Start(_) => "start-instance".to_owned(),
            Self::SetPolicy { .. } => "update-iam-role-policy".to_owned(),
        }
    }
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
        }
    }
}

const fn singular_operation(kind: Kind) -> &'static str {
    match kind {
        Kind::ApiKey => "api-key",
        Kind::LoadBalancer => "load-balancer",
        Kind::InstancePool => "instance-pool",
        Kind::Instance => "instance",
        Kind::ElasticIp => "elastic-ip",
        Kind::Volume => "block-storage-volume",
        Kind::PrivateNetwork => "private-network",
        Kind::SecurityGroup => "security-group",
        Kind::AntiAffinityGroup => "anti-affinity-group",
        Kind::Role => "iam-role",
        Kind::SshKey => "ssh-key",
    }
}

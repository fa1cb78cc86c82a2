//! What can be asked of Exoscale. One variant a request; the body of a request that creates something is its own type.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::{Create, Kind, OperationId, Policy, PoolChange, ResourceId, Rule};

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
    /// The organisation's own templates in the zone.
    OwnTemplates,
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
    /// Stop an instance.
    Stop(ResourceId),
    /// Replace an instance's labels.
    SetLabels {
        /// The instance.
        instance: ResourceId,
        /// All of them.
        labels: BTreeMap<String, String>,
    },
    /// Change a pool. What it makes its members of holds for the next ones.
    SetPool {
        /// The pool.
        pool: ResourceId,
        /// What is different from now on.
        change: PoolChange,
    },
    /// Take a rule out of a security group.
    RemoveRule {
        /// The security group.
        group: ResourceId,
        /// The rule.
        rule: ResourceId,
    },
    /// Make a snapshot's content fetchable.
    Export(ResourceId),
}

impl Call {
    /// Whether it changes something.
    pub const fn mutates(&self) -> bool {
        match self {
            Self::Organization
            | Self::Quotas
            | Self::InstanceTypes
            | Self::Templates
            | Self::OwnTemplates
            | Self::Operation(_)
            | Self::List(_)
            | Self::Get(..) => false,
            Self::Delete(..)
            | Self::Create(_)
            | Self::AddRule { .. }
            | Self::AttachNetwork { .. }
            | Self::AttachAddress { .. }
            | Self::Start(_)
            | Self::Stop(_)
            | Self::SetPolicy { .. }
            | Self::SetLabels { .. }
            | Self::SetPool { .. }
            | Self::RemoveRule { .. }
            | Self::Export(_) => true,
        }
    }

    /// Exoscale's own name for the operation: what a role's policy and the audit trail call it.
    pub fn operation(&self) -> String {
        match self {
            Self::Organization => "get-organization".to_owned(),
            Self::Quotas => "list-quotas".to_owned(),
            Self::InstanceTypes => "list-instance-types".to_owned(),
            Self::Templates | Self::OwnTemplates => "list-templates".to_owned(),
            Self::Operation(_) => "get-operation".to_owned(),
            Self::List(kind) => format!("list-{}", kind.plural()),
            Self::Get(kind, _) => format!("get-{}", singular_operation(*kind)),
            Self::Delete(kind, _) => format!("delete-{}", singular_operation(*kind)),
            Self::Create(create) => create.kind().creation(),
            Self::AddRule { .. } => "add-rule-to-security-group".to_owned(),
            Self::AttachNetwork { .. } => "attach-instance-to-private-network".to_owned(),
            Self::AttachAddress { .. } => "attach-instance-to-elastic-ip".to_owned(),
            Self::Start(_) => "start-instance".to_owned(),
            Self::SetPolicy { .. } => "update-iam-role-policy".to_owned(),
            Self::Stop(_) => "stop-instance".to_owned(),
            Self::SetLabels { .. } => "update-instance".to_owned(),
            Self::SetPool { .. } => "update-instance-pool".to_owned(),
            Self::RemoveRule { .. } => "delete-rule-from-security-group".to_owned(),
            Self::Export(_) => "export-snapshot".to_owned(),
        }
    }
}

impl Kind {
    /// The operation that makes one.
    pub(crate) fn creation(self) -> String {
        let registered = matches!(self, Self::SshKey | Self::Template);
        let verb = if registered { "register" } else { "create" };
        format!("{verb}-{}", singular_operation(self))
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
        Kind::Snapshot => "snapshot",
        Kind::Template => "template",
    }
}

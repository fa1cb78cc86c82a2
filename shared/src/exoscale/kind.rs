//! The kinds of resource that Slipway makes, finds or removes, and where each lives in the API.

use serde::{Deserialize, Serialize};

/// A kind of resource. The order is the order in which a destroy removes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A key of the organisation's access management.
    ApiKey,
    /// A network load balancer.
    LoadBalancer,
    /// An instance pool; its members are instances.
    InstancePool,
    /// A compute instance.
    Instance,
    /// An address that is not bound to one instance.
    ElasticIp,
    /// A block storage volume.
    Volume,
    /// A private network.
    PrivateNetwork,
    /// A security group with its rules.
    SecurityGroup,
    /// An anti-affinity group.
    AntiAffinityGroup,
    /// A role of the organisation's access management.
    Role,
    /// A public key for SSH.
    SshKey,
    /// A copy of an instance's disk; it vanishes with its instance.
    Snapshot,
    /// What instances boot from.
    Template,
}

impl Kind {
    /// Every kind that a cluster is made of, in the order in which a destroy removes them.
    pub const ALL: [Self; 12] = [
        Self::ApiKey,
        Self::LoadBalancer,
        Self::InstancePool,
        Self::Instance,
        Self::ElasticIp,
        Self::Volume,
        Self::PrivateNetwork,
        Self::SecurityGroup,
        Self::AntiAffinityGroup,
        Self::Role,
        Self::SshKey,
        Self::Template,
    ];

    /// The path of the collection, after `/v2`.
    pub const fn path(self) -> &'static str {
        match self {
            Self::ApiKey => "/api-key",
            Self::LoadBalancer => "/load-balancer",
            Self::InstancePool => "/instance-pool",
            Self::Instance => "/instance",
            Self::ElasticIp => "/elastic-ip",
            Self::Volume => "/block-storage",
            Self::PrivateNetwork => "/private-network",
            Self::SecurityGroup => "/security-group",
            Self::AntiAffinityGroup => "/anti-affinity-group",
            Self::Role => "/iam-role",
            Self::SshKey => "/ssh-key",
            Self::Snapshot => "/snapshot",
            Self::Template => "/template",
        }
    }

    /// The key under which a listing holds its items.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::ApiKey => "api-keys",
            Self::LoadBalancer => "load-balancers",
            Self::InstancePool => "instance-pools",
            Self::Instance => "instances",
            Self::ElasticIp => "elastic-ips",
            Self::Volume => "block-storage-volumes",
            Self::PrivateNetwork => "private-networks",
            Self::SecurityGroup => "security-groups",
            Self::AntiAffinityGroup => "anti-affinity-groups",
            Self::Role => "iam-roles",
            Self::SshKey => "ssh-keys",
            Self::Snapshot => "snapshots",
            Self::Template => "templates",
        }
    }

    /// The field that identifies an item of this kind.
    pub const fn id_field(self) -> &'static str {
        match self {
            Self::ApiKey => "key",
            Self::SshKey => "name",
            Self::LoadBalancer
            | Self::InstancePool
            | Self::Instance
            | Self::ElasticIp
            | Self::Volume
            | Self::PrivateNetwork
            | Self::SecurityGroup
            | Self::AntiAffinityGroup
            | Self::Role
            | Self::Snapshot
            | Self::Template => "id",
        }
    }

    /// What a person calls one of them.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::ApiKey => "API key",
            Self::LoadBalancer => "load balancer",
            Self::InstancePool => "instance pool",
            Self::Instance => "instance",
            Self::ElasticIp => "elastic IP",
            Self::Volume => "volume",
            Self::PrivateNetwork => "private network",
            Self::SecurityGroup => "security group",
            Self::AntiAffinityGroup => "anti-affinity group",
            Self::Role => "IAM role",
            Self::SshKey => "SSH key",
            Self::Snapshot => "snapshot",
            Self::Template => "template",
        }
    }

    /// The `exo` command that removes one, without its argument.
    pub const fn exo_delete(self) -> &'static str {
        match self {
            Self::ApiKey => "exo iam api-key delete",
            Self::LoadBalancer => "exo compute load-balancer delete",
            Self::InstancePool => "exo compute instance-pool delete",
            Self::Instance => "exo compute instance delete",
            Self::ElasticIp => "exo compute elastic-ip delete",
            Self::Volume => "exo compute block-storage delete",
            Self::PrivateNetwork => "exo compute private-network delete",
            Self::SecurityGroup => "exo compute security-group delete",
            Self::AntiAffinityGroup => "exo compute anti-affinity-group delete",
            Self::Role => "exo iam role delete",
            Self::SshKey => "exo compute ssh-key delete",
            Self::Snapshot => "exo compute instance snapshot delete",
            Self::Template => "exo compute instance-template delete",
        }
    }

    /// The `exo` command that lists them.
    pub fn exo_list(self) -> String {
        self.exo_delete().replace(" delete", " list")
    }

    /// Whether the kind belongs to one zone; the others belong to the organisation.
    pub const fn is_zonal(self) -> bool {
        match self {
            Self::LoadBalancer
            | Self::InstancePool
            | Self::Instance
            | Self::ElasticIp
            | Self::Volume
            | Self::PrivateNetwork
            | Self::Snapshot
            | Self::Template => true,
            Self::ApiKey
            | Self::SecurityGroup
            | Self::AntiAffinityGroup
            | Self::Role
            | Self::SshKey => false,
        }
    }
}

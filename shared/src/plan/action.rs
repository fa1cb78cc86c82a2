//! What a task can do. Identifiers that only Exoscale gives are named by the step that brings them.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::{Change, ClusterTag, Resource, StepId, Word};
use crate::exoscale::{Kind, ResourceId, Rule};

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
    /// Ensures that something which stands is as it shall be. Asking twice does no harm.
    Set {
        /// What.
        change: Change,
    },
    /// Removes what one step made.
    Remove {
        /// Its kind.
        kind: Kind,
        /// The step that made it.
        step: StepId,
    },
    /// Takes one rule out of a security group.
    RemoveRule {
        /// The step that made the group.
        group: StepId,
        /// The rule.
        rule: ResourceId,
    },
    /// Takes the join token of today, and the authority's hash, out of a standing pool's user-data.
    TakeToken {
        /// The step that made the pool.
        pool: StepId,
    },
    /// Waits until a machine has said something.
    Hear {
        /// What.
        word: Word,
    },
    /// Has every pool of a cluster boot its next members from a template.
    Point {
        /// Whose pools.
        cluster: ClusterTag,
        /// The step that made the template.
        template: StepId,
    },
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
    /// The snapshot says where it can be fetched.
    Exported {
        /// The step that made it.
        snapshot: StepId,
    },
    /// The pool rests at its size.
    PoolRunning {
        /// The step that made it.
        pool: StepId,
        /// How many members.
        size: u32,
    },
}

impl Action {
    /// What it makes, if it makes something.
    pub fn resource(&self) -> Option<&Resource> {
        let Self::Create { resource } = self else {
            return None;
        };
        Some(resource)
    }
}

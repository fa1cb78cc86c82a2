//! The parts of a spec that are plain choices: machines, doors, image, add-ons, each with its default.

use serde::{Deserialize, Serialize};

use super::{DiskGib, InstanceTypeName, Labels, PoolName, Source, Taint, TemplateId};
use crate::limits;

/// The machines that run the API server and etcd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ControlPlane {
    /// How many.
    pub count: ControlPlanes,
    /// Of which type.
    #[serde(rename = "type")]
    pub instance_type: InstanceTypeName,
    /// With which disk.
    pub disk: DiskGib,
}

/// How many control planes: etcd gains nothing from two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum ControlPlanes {
    /// One: cheap, and the API is away while it restarts.
    #[default]
    One,
    /// Three: one may be lost.
    Three,
}

impl ControlPlanes {
    /// The number.
    pub const fn get(self) -> u16 {
        match self {
            Self::One => 1,
            Self::Three => 3,
        }
    }
}

/// A group of equal nodes that the autoscaler grows and shrinks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pool {
    /// Unique in the spec.
    pub name: PoolName,
    /// The type of every node.
    #[serde(rename = "type")]
    pub instance_type: InstanceTypeName,
    /// The disk of every node.
    pub disk: DiskGib,
    /// Nodes at least: never zero, from which the autoscaler cannot return.
    pub min: u16,
    /// Nodes at most.
    pub max: u16,
    /// Kubernetes labels of every node.
    pub labels: Labels,
    /// Kubernetes taints of every node: no two with the same key and effect.
    pub taints: Vec<Taint>,
    /// Whether no two nodes share a hypervisor: only where `max` is at most eight.
    pub spread: bool,
}

impl Pool {
    /// The pool of a default cluster.
    pub(super) fn workers() -> Self {
        Self {
            name: PoolName::workers(),
            instance_type: InstanceTypeName::default(),
            disk: DiskGib::default(),
            min: Self::MIN_DEFAULT,
            max: Self::MAX_DEFAULT,
            labels: Labels::default(),
            taints: Vec::new(),
            spread: Self::spread_default(Self::MAX_DEFAULT),
        }
    }

    pub(super) const MIN_DEFAULT: u16 = 1;
    pub(super) const MAX_DEFAULT: u16 = 5;

    /// A pool is spread wherever Exoscale can.
    pub(super) const fn spread_default(max: u16) -> bool {
        max <= limits::SPREAD_NODES_MAX
    }
}

/// Who may reach the cluster from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Access {
    /// Who may reach the API server: never nobody.
    pub api: Vec<Source>,
    /// Who may reach SSH.
    pub ssh: Vec<Source>,
    /// Who may reach `NodePorts`, and through them load balancers.
    pub node_ports: Vec<Source>,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            api: vec![Source::Caller],
            ssh: vec![Source::Caller],
            node_ports: Source::anywhere().to_vec(),
        }
    }
}

/// Where machines may connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Egress {
    /// Everywhere.
    #[default]
    Open,
    /// Only to the ports that a node needs.
    List,
}

/// What machines start from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Image {
    /// The zone's fresh golden template, or the stock image while one is baked.
    #[default]
    Auto,
    /// Exoscale's Ubuntu, always.
    Stock,
    /// Templates of the person's own.
    Templates {
        /// For control planes.
        control_plane: TemplateId,
        /// For nodes.
        nodes: TemplateId,
    },
}

/// What is installed beside the necessary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Addons {
    /// `kubectl top` and horizontal autoscaling.
    pub metrics_server: bool,
    /// Volumes on Exoscale's block storage; its key then lies on every node.
    pub csi: bool,
}

impl Default for Addons {
    fn default() -> Self {
        Self {
            metrics_server: true,
            csi: false,
        }
    }
}

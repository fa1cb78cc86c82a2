//! `/etc/slipway/machine.json`, as far as a machine here needs it.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

/// The only layout there is.
const SCHEMA: u32 = 1;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facts {
    schema: u32,
    pub(crate) role: Role,
    pub(crate) cluster: ClusterFacts,
    pub(crate) kubernetes: Kubernetes,
    pub(crate) network: Network,
    #[serde(default)]
    pub(crate) control_planes: Vec<ControlPlane>,
    /// What the API server's certificate names beside; control planes only.
    #[serde(default)]
    pub(crate) elastic_ip: Option<Ipv4Addr>,
    /// Control planes only.
    #[serde(default)]
    pub(crate) pools: Vec<Pool>,
    /// Control planes only.
    #[serde(default)]
    pub(crate) addons: Addons,
    /// Control planes only.
    pub(crate) callback: Option<Callback>,
    /// Nodes only.
    pub(crate) pool: Option<NodePool>,
    /// Nodes only.
    pub(crate) join: Option<Join>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Role {
    ControlPlane,
    Node,
    /// A template will be made of it.
    Image,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ClusterFacts {
    #[serde(default)]
    pub(crate) id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    pub(crate) zone: String,
    /// The name of the API, in `/etc/hosts` of every machine.
    #[serde(default)]
    pub(crate) endpoint: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kubernetes {
    pub(crate) minor: String,
    pub(crate) version: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Network {
    pub(crate) private: Ipv4Net,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Addons {
    #[serde(default)]
    pub(crate) csi: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ControlPlane {
    pub(crate) name: String,
    pub(crate) address: Ipv4Addr,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pool {
    pub(crate) name: String,
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// A pool as its members see it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct NodePool {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Callback {
    pub(crate) url: String,
    pub(crate) ticket: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Join {
    pub(crate) token: String,
    pub(crate) ca_hash: String,
}

impl Facts {
    /// `None` for a file that the bootstrap could do nothing with.
    pub(crate) fn parse(json: &[u8]) -> Option<Self> {
        let facts: Self = serde_json::from_slice(json).ok()?;
        let complete = match facts.role {
            Role::ControlPlane => facts.callback.is_some(),
            Role::Node => facts.join.is_some() && facts.pool.is_some(),
            Role::Image => {
                return Some(facts).filter(|it| it.schema == SCHEMA && it.callback.is_some());
            }
        };
        let named = !facts.cluster.id.is_empty() && !facts.cluster.endpoint.is_empty();
        let complete = complete && named && !facts.control_planes.is_empty();
        (facts.schema == SCHEMA && complete).then_some(facts)
    }

    /// How the account's labels call the cluster.
    pub(crate) fn tag(&self) -> String {
        format!("{}-{}", self.cluster.name, self.cluster.id)
    }

    /// The one that initialises the cluster.
    pub(crate) fn first_control_plane(&self) -> Option<&ControlPlane> {
        self.control_planes.first()
    }
}

//! What a machine is told: the facts in `/etc/slipway/machine.json`; `bundle.rs` has what a control plane fetches.
//! The other direction is in `report.rs`; both follow `docs/machines.md` to the letter.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize, Serializer};

pub use super::bundle::{ApiKey, Bundle, KeyName, Programs};
use super::in_file::InFile;
use crate::secret::Secret;

/// The only `schema` of [`MachineFacts`] so far.
pub const SCHEMA: u32 = 1;

/// Everything a machine needs to become a member of its cluster. Its JSON is camelCase.
///
/// It serialises with the ticket or the join token in it, since user-data is where those two must stand:
/// never journal it, journal its reference.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(into = "InFile", try_from = "InFile")]
pub struct MachineFacts {
    /// [`SCHEMA`].
    pub schema: u32,
    /// What the machine is, and what only such a machine is told.
    pub role: Role,
    /// The cluster it belongs to.
    pub cluster: ClusterFacts,
    /// What to install.
    pub kubernetes: KubernetesFacts,
    /// The address plan.
    pub network: NetworkFacts,
    /// All control planes in the order in which they join; the first initialises the cluster.
    pub control_planes: Vec<ControlPlaneAddress>,
}

/// `role`: a control plane, a node of a pool, or what an image is made of.
#[derive(Clone, Debug)]
pub enum Role {
    /// Runs the API server and etcd, fetches the bundle and reports.
    ControlPlane {
        /// Where the launcher listens.
        callback: Callback,
        /// The pools whose bounds and join tokens it looks after.
        pools: Vec<PoolFacts>,
        /// What is installed beside the cluster.
        addons: Addons,
        /// In which versions.
        components: Components,
        /// The address that people use, where there are several control planes.
        elastic_ip: Option<Ipv4Addr>,
        /// The launch link, so that the spec can be read back from the account.
        spec: String,
    },
    /// A member of an instance pool. It never talks to the launcher.
    Node {
        /// The pool as its members see it.
        pool: NodePool,
        /// How it joins.
        join: Join,
    },
    /// Becomes an image: it installs what members need, forgets who it was and is taken away.
    Image {
        /// Where the launcher listens.
        callback: Callback,
        /// The images that the clones will have already.
        images: Vec<String>,
    },
}

/// The cluster's names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterFacts {
    /// The short random id in every name.
    pub id: String,
    /// What the person calls it.
    pub name: String,
    /// Exoscale's zone.
    pub zone: String,
    /// The name of the API server, mapped in `/etc/hosts` to the control planes' private addresses.
    pub endpoint: String,
}

/// Kubernetes' versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KubernetesFacts {
    /// `1.36`: chooses the package streams.
    pub minor: String,
    /// `1.36.4`: exact, since a kubelet must never be newer than the API server.
    pub version: String,
    /// `v1.36.3`: the static build of CRI-O for when its packages cannot be had, where one is known.
    #[serde(default)]
    pub crio: Option<String>,
}

/// The address plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkFacts {
    /// The private network.
    pub private: Ipv4Net,
    /// The pods' addresses.
    pub pods: Ipv4Net,
    /// The services' addresses.
    pub services: Ipv4Net,
    /// The DNS domain inside the cluster.
    pub domain: String,
    /// `30000-32767`.
    pub node_ports: String,
}

/// One control plane: the instance's name (also its host and node name) and its private address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlPlaneAddress {
    /// Instance, host and node name.
    pub name: String,
    /// Static address in the private network.
    pub address: Ipv4Addr,
}

/// A pool as the control plane sees it: what its members are told is in the pool's own user-data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolFacts {
    /// The instance pool's name, by which the autoscaler finds its bounds.
    pub name: String,
    /// Fewest nodes.
    pub min: u32,
    /// Most nodes.
    pub max: u32,
}

/// A pool as its members see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodePool {
    /// The instance pool's name.
    pub name: String,
    /// Labels of its nodes.
    pub labels: BTreeMap<String, String>,
    /// Taints of its nodes, as `key=value:Effect`.
    pub taints: Vec<String>,
}

/// What is installed beside the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Addons {
    /// `kubectl top` and horizontal autoscaling.
    pub metrics_server: bool,
    /// Volumes on Exoscale's block storage.
    pub csi: bool,
}

/// Versions of what the first control plane installs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Components {
    /// The Tigera operator, with its `v`.
    pub calico_operator: String,
    /// The cluster autoscaler, with its `v`.
    pub autoscaler: String,
    /// Exoscale's cloud controller; its tags have no `v`.
    pub cloud_controller: String,
    /// The metrics server, with its `v`.
    pub metrics_server: String,
    /// The CSI driver; its tags have no `v`.
    #[serde(default)]
    pub csi: String,
}

/// Where a control plane finds the launcher, and the ticket that lets it in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Callback {
    /// `bundle`, `confirm` and `report` are below it.
    pub url: String,
    /// 256 bits, base64url.
    #[serde(serialize_with = "exposed")]
    pub ticket: Secret<String>,
}

/// How a node joins.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Join {
    /// kubeadm's bootstrap token, valid for at most 48 hours.
    #[serde(serialize_with = "exposed")]
    pub token: Secret<String>,
    /// `sha256:` and the hash of the authority's public key.
    pub ca_hash: String,
}

/// For the two secrets that user-data may hold.
fn exposed<S: Serializer>(secret: &Secret<String>, output: S) -> Result<S::Ok, S::Error> {
    output.serialize_str(secret.expose())
}

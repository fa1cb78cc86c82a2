//! What a machine is told: the facts in `/etc/slipway/machine.json` and the bundle a control plane fetches.
//! The other direction is in `report.rs`; both follow `docs/machines.md` to the letter.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;

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

/// `role`: a control plane or a node of a pool.
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

/// A pool as the control plane sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolFacts {
    /// The instance pool's name, by which the autoscaler finds its bounds.
    pub name: String,
    /// What its members' names begin with.
    pub prefix: String,
    /// Fewest nodes.
    pub min: u32,
    /// Most nodes.
    pub max: u32,
    /// Labels of its nodes.
    pub labels: BTreeMap<String, String>,
    /// Taints of its nodes, as `key=value:Effect`.
    pub taints: Vec<String>,
    /// Whether load balancers may target it.
    pub ingress: bool,
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

/// The keys a control plane holds, each with a role that may do one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyName {
    /// Scales the pools.
    Autoscaler,
    /// Initialises nodes, makes load balancers.
    CloudController,
    /// Writes fresh join tokens into the pools' user-data.
    TokenRotation,
    /// Makes and attaches volumes.
    Csi,
}

/// One of Exoscale's API keys.
#[derive(Clone, Debug, Deserialize)]
pub struct ApiKey {
    /// `EXO…`.
    pub key: String,
    /// What it signs with.
    pub secret: Secret<String>,
}

/// What a control plane fetches once: the answer to `POST …/bundle`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bundle {
    /// File name under `/etc/kubernetes/pki` → PEM.
    pub pki: BTreeMap<String, Secret<String>>,
    /// The token that is also in the pools' user-data.
    pub join_token: Secret<String>,
    /// The minted keys.
    pub keys: BTreeMap<KeyName, ApiKey>,
}

impl Bundle {
    /// The body of the answer. It leaves as a secret, for it holds all of the cluster's.
    pub fn to_json(&self) -> Secret<String> {
        let pki: BTreeMap<_, _> = self
            .pki
            .iter()
            .map(|(file, pem)| (file, pem.expose()))
            .collect();
        let keys: BTreeMap<_, _> = self
            .keys
            .iter()
            .map(|(name, pair)| {
                (
                    *name,
                    json!({ "key": pair.key, "secret": pair.secret.expose() }),
                )
            })
            .collect();
        let body = json!({ "pki": pki, "joinToken": self.join_token.expose(), "keys": keys });
        Secret::new(body.to_string())
    }
}

/// For the two secrets that user-data may hold.
fn exposed<S: Serializer>(secret: &Secret<String>, output: S) -> Result<S::Ok, S::Error> {
    output.serialize_str(secret.expose())
}

/// The facts as they stand in the file: one object, whose role says which of the last fields there are.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InFile {
    schema: u32,
    role: RoleName,
    cluster: ClusterFacts,
    kubernetes: KubernetesFacts,
    network: NetworkFacts,
    control_planes: Vec<ControlPlaneAddress>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    callback: Option<Callback>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pools: Option<Vec<PoolFacts>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    addons: Option<Addons>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    components: Option<Components>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spec: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pool: Option<NodePool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    join: Option<Join>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RoleName {
    ControlPlane,
    Node,
}

impl From<MachineFacts> for InFile {
    fn from(facts: MachineFacts) -> Self {
        let common = Self {
            schema: facts.schema,
            role: RoleName::Node,
            cluster: facts.cluster,
            kubernetes: facts.kubernetes,
            network: facts.network,
            control_planes: facts.control_planes,
            callback: None,
            pools: None,
            addons: None,
            components: None,
            spec: None,
            pool: None,
            join: None,
        };
        match facts.role {
            Role::ControlPlane {
                callback,
                pools,
                addons,
                components,
                spec,
            } => Self {
                role: RoleName::ControlPlane,
                callback: Some(callback),
                pools: Some(pools),
                addons: Some(addons),
                components: Some(components),
                spec: Some(spec),
                ..common
            },
            Role::Node { pool, join } => Self {
                pool: Some(pool),
                join: Some(join),
                ..common
            },
        }
    }
}

impl TryFrom<InFile> for MachineFacts {
    type Error = &'static str;

    fn try_from(file: InFile) -> Result<Self, Self::Error> {
        let role = match file.role {
            RoleName::ControlPlane => Role::ControlPlane {
                callback: file.callback.ok_or("a control plane needs a callback")?,
                pools: file.pools.ok_or("a control plane needs pools")?,
                addons: file.addons.ok_or("a control plane needs addons")?,
                components: file.components.ok_or("a control plane needs components")?,
                spec: file.spec.ok_or("a control plane needs the spec")?,
            },
            RoleName::Node => Role::Node {
                pool: file.pool.ok_or("a node needs its pool")?,
                join: file.join.ok_or("a node needs to know how to join")?,
            },
        };
        let InFile {
            schema,
            cluster,
            kubernetes,
            network,
            control_planes,
            ..
        } = file;
        Ok(Self {
            schema,
            role,
            cluster,
            kubernetes,
            network,
            control_planes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_reads_what_it_writes() {
        let text = r#"{"joinToken":"abcdef.0123456789abcdef","keys":{"cloud-controller":{"key":"EXO1","secret":"s"}},"pki":{"etcd/ca.crt":"PEM"}}"#;
        let bundle: Bundle = serde_json::from_str(text).unwrap();
        assert_eq!(bundle.to_json().expose(), text);
        assert!(!format!("{bundle:?}").contains("abcdef."));
    }
}

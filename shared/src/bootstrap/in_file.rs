//! The shape of `/etc/slipway/machine.json`, and its way to and from the facts. Nothing else knows this shape.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::machine::{
    Addons, Callback, ClusterFacts, Components, ControlPlaneAddress, Join, KubernetesFacts,
    MachineFacts, NetworkFacts, NodePool, PoolFacts, Role,
};

/// The facts as they stand in the file: one object, whose role says which of the last fields there are.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InFile {
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
    #[serde(default)]
    elastic_ip: Option<Ipv4Addr>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    images: Vec<String>,
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
    Image,
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
            elastic_ip: None,
            images: Vec::new(),
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
                elastic_ip,
                spec,
            } => Self {
                role: RoleName::ControlPlane,
                callback: Some(callback),
                pools: Some(pools),
                addons: Some(addons),
                components: Some(components),
                elastic_ip,
                spec: Some(spec),
                ..common
            },
            Role::Node { pool, join } => Self {
                pool: Some(pool),
                join: Some(join),
                ..common
            },
            Role::Image { callback, images } => Self {
                role: RoleName::Image,
                callback: Some(callback),
                images,
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
                elastic_ip: file.elastic_ip,
                spec: file.spec.ok_or("a control plane needs the spec")?,
            },
            RoleName::Node => Role::Node {
                pool: file.pool.ok_or("a node needs its pool")?,
                join: file.join.ok_or("a node needs to know how to join")?,
            },
            RoleName::Image => Role::Image {
                callback: file.callback.ok_or("an image needs a callback")?,
                images: file.images,
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

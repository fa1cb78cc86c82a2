//! One item of a listing, as far as Slipway reads it. Unknown fields and values are expected and kept out.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{Kind, Reference, ResourceId};

/// One item of a listing or one resource, as far as it says whose it is and how it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Listed {
    /// A UUID where the kind has one.
    #[serde(default)]
    pub id: Option<ResourceId>,
    /// Of an API key.
    #[serde(default)]
    pub key: Option<ResourceId>,
    /// As its maker called it.
    #[serde(default)]
    pub name: Option<String>,
    /// Where kinds without labels carry the marker.
    #[serde(default)]
    pub description: Option<String>,
    /// Where the others carry it.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The role of an API key.
    #[serde(default)]
    pub role_id: Option<ResourceId>,
    /// Who made it, if not a person: a member of a pool has its pool here.
    #[serde(default)]
    pub manager: Option<Reference>,
    /// Where a load balancer sends traffic.
    #[serde(default)]
    pub services: Vec<Service>,
    /// The instance that a snapshot was taken of, or that a volume is attached to.
    #[serde(default)]
    pub instance: Option<Reference>,
    /// Such as `running`.
    #[serde(default)]
    pub state: Option<String>,
    /// Of an elastic IP.
    #[serde(default)]
    pub ip: Option<IpAddr>,
    /// Of an instance.
    #[serde(default)]
    pub public_ip: Option<Ipv4Addr>,
    /// What an instance or each member of a pool is.
    #[serde(default, deserialize_with = "if_readable")]
    pub instance_type: Option<Reference>,
    /// Root disk of an instance or of each member of a pool, GiB.
    #[serde(default, deserialize_with = "if_readable")]
    pub disk_size: Option<u64>,
    /// Members of a pool, GiB of a volume, bytes of a template.
    #[serde(default, deserialize_with = "if_readable")]
    pub size: Option<u64>,
    /// Of a role: what it allows, in whatever form.
    #[serde(default)]
    pub policy: Option<Value>,
}

/// A service of a load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Service {
    /// The pool whose members it sends traffic to.
    #[serde(default)]
    pub instance_pool: Option<Reference>,
}

/// What only says what a thing costs must not keep anybody from removing it: whatever it is, it is read or left out.
pub(super) fn if_readable<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = Value::deserialize(from)?;
    Ok(serde_json::from_value(value).ok())
}

impl Listed {
    /// What identifies it among its kind.
    pub fn id_of(&self, kind: Kind) -> Option<ResourceId> {
        match kind {
            Kind::ApiKey => self.key.clone(),
            Kind::SshKey => self.name.clone().map(ResourceId),
            Kind::LoadBalancer
            | Kind::InstancePool
            | Kind::Instance
            | Kind::ElasticIp
            | Kind::Volume
            | Kind::PrivateNetwork
            | Kind::SecurityGroup
            | Kind::AntiAffinityGroup
            | Kind::Role
            | Kind::Snapshot
            | Kind::Template => self.id.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_size_does_not_hide_a_resource() {
        for odd in [r#""large""#, "-1", "2.5", "null", "{}"] {
            let text =
                format!(r#"{{"id":"a","size":{odd},"disk-size":{odd},"instance-type":{odd}}}"#);
            let listed: Listed = serde_json::from_str(&text).unwrap();
            assert_eq!(listed.id, Some(ResourceId::from("a")), "{odd}");
            assert_eq!((listed.size, listed.disk_size), (None, None), "{odd}");
        }
    }
}

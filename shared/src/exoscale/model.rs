//! The parts of Exoscale's objects that Slipway reads or writes. Unknown fields and values are expected and kept out.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::listed::if_readable;
use super::{OperationId, ResourceId};
use crate::secret::Secret;

/// An asynchronous operation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Operation {
    /// To ask again with.
    pub id: OperationId,
    /// How it is doing.
    pub state: OperationState,
    /// Why it failed.
    #[serde(default)]
    pub reason: Option<String>,
    /// Exoscale's own words on a failure.
    #[serde(default)]
    pub message: Option<String>,
    /// The resource, or for a part of one its parent; not always there.
    #[serde(default)]
    pub reference: Option<Reference>,
}

/// How an operation is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OperationState {
    /// Not finished.
    Pending,
    /// Finished well.
    Success,
    /// Finished badly; there is a reason.
    Failure,
    /// The platform gave up waiting; the outcome is open.
    Timeout,
}

/// What an operation is about.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reference {
    /// Of the resource.
    #[serde(default)]
    pub id: Option<ResourceId>,
}

/// Who the key belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Organization {
    /// Of the organisation.
    pub id: String,
    /// As its people call it.
    #[serde(default)]
    pub name: String,
}

/// How much of something there may be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Quota {
    /// Such as `instance`.
    pub resource: String,
    /// How much there is.
    pub usage: i64,
    /// How much there may be; −1 for any amount.
    pub limit: i64,
}

/// An instance type that the key may use.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct InstanceType {
    /// To create with.
    pub id: ResourceId,
    /// Such as `standard`.
    pub family: String,
    /// Such as `medium`.
    pub size: String,
    /// Where it is offered; everywhere when empty.
    #[serde(default)]
    pub zones: Vec<String>,
}

/// What a machine boots from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Template {
    /// Changes at every refresh of the image.
    pub id: ResourceId,
    /// What people know it by.
    pub name: String,
    /// RFC 3339; the newest of a name is the one to use.
    #[serde(default)]
    pub created_at: String,
}

/// One instance.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Instance {
    /// Such as `running`.
    pub state: String,
    /// Once it has one.
    #[serde(default)]
    pub public_ip: Option<Ipv4Addr>,
    /// The networks that it is on.
    #[serde(default)]
    pub private_networks: Vec<Reference>,
    /// The elastic IPs that it answers to.
    #[serde(default)]
    pub elastic_ips: Vec<Reference>,
    /// Its root disk, GiB; listings leave it out.
    #[serde(default, deserialize_with = "if_readable")]
    pub disk_size: Option<u64>,
    /// Whose it is, and what it is asked.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// What it is told; a control plane's has its ticket in it.
    #[serde(default)]
    pub user_data: Secret<String>,
}

/// One instance pool.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pool {
    /// Such as `running`.
    pub state: String,
    /// How many members it shall have.
    #[serde(default)]
    pub size: u32,
    /// Its members; for a while after a change this is behind.
    #[serde(default)]
    pub instances: Vec<Reference>,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Whose it is, and its bounds.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The size of each member.
    #[serde(default)]
    pub instance_type: Option<Reference>,
    /// What the next member boots from.
    #[serde(default)]
    pub template: Option<Reference>,
    /// Root disk of each member, GiB.
    #[serde(default)]
    pub disk_size: u32,
    /// Spread over hypervisors with these.
    #[serde(default)]
    pub anti_affinity_groups: Vec<Reference>,
    /// What its members are told; a join token is in it.
    #[serde(default)]
    pub user_data: Secret<String>,
}

/// One snapshot.
#[derive(Clone, Debug, Deserialize)]
pub struct Snapshot {
    /// Where it can be fetched, once it was exported.
    #[serde(default)]
    pub export: Option<Export>,
}

/// Where a snapshot can be fetched.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Export {
    /// Signed: whoever has it can fetch the disk.
    pub presigned_url: Secret<String>,
    /// MD5 of what is fetched.
    pub md5sum: String,
}

/// A new API key. Its secret is shown this once.
#[derive(Clone, Debug, Deserialize)]
pub struct Minted {
    /// The public part.
    pub key: ResourceId,
    /// What signs.
    pub secret: Secret<String>,
}

/// What makes a member of an elastic IP healthy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Healthcheck {
    /// `tcp`, `http` or `https`.
    pub mode: String,
    /// Asked on each member.
    pub port: u16,
    /// The path that is asked.
    pub uri: String,
}

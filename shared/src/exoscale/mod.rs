//! Exoscale's API v2 as data: a call becomes a request, a request is signed, an answer becomes a reply.
//!
//! There is no client object and nothing here sends anything. `call` says what can be asked, `request` turns it
//! into bytes, `sign` authenticates those bytes and `reply` reads what came back.

mod body;
mod call;
mod class;
mod create;
mod error;
mod kind;
mod listed;
mod model;
mod policy;
mod reply;
mod request;
mod rule;
mod sign;

pub use call::Call;
pub use class::{Class, Mender};
pub use create::{Create, InstanceBody, PoolBody, PoolChange, UserData};
pub use error::{CallError, Retry};
pub use kind::Kind;
pub use listed::{Listed, Service};
pub use model::{
    Export, Healthcheck, Instance, InstanceType, Minted, Operation, OperationState, Organization,
    Pool, Quota, Reference, Snapshot, Template,
};
pub use policy::Policy;
pub(crate) use policy::one_of;
pub use reply::Reply;
pub use request::{Method, Request, RequestError};
pub use rule::{Rule, RulePeer, StandingRule};
pub use sign::{Credentials, sign};

/// The identifier of a resource: a UUID, or the name or key of those kinds that have none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ResourceId(pub String);

impl std::fmt::Display for ResourceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for ResourceId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// The identifier of an asynchronous operation; it means something only on the host that started it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct OperationId(pub String);

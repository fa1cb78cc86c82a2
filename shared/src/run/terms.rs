//! What events speak of: resources, checks, problems and ends. They are stored in journals, so they only ever grow.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::catalog::Money;
use crate::exoscale::{Class, Kind, Mender, ResourceId};
use crate::plan::StepId;

/// A resource of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its kind.
    pub kind: Kind,
    /// Its identifier.
    pub id: ResourceId,
    /// Its name, for people.
    pub name: String,
    /// What it costs per hour; none where no price is known, which is not the same as free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hourly: Option<Money>,
}

impl Item {
    /// What no two things share.
    pub fn place(&self) -> (Kind, ResourceId) {
        (self.kind, self.id.clone())
    }
}

/// A kind of which nobody may say whether there is any: it is not counted as none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    /// The kind.
    pub kind: Kind,
    /// Why it could not be listed, in Exoscale's words.
    pub why: String,
}

/// A resource that is left alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The resource.
    pub item: Item,
    /// Why it is left alone.
    pub why: String,
}

/// Something that was checked before the first change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its name, such as `quota`.
    pub name: String,
    /// How it went.
    pub verdict: Verdict,
    /// What was found.
    pub detail: String,
    /// What to do about it; empty when all is well.
    pub hint: String,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// All is well.
    Ok,
    /// It may hurt later.
    Warn,
    /// The launch would fail.
    Fail,
    /// It could not be found out.
    Unknown,
}

/// Something that only Exoscale can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// The identifier of an instance type.
    InstanceType {
        /// Family and size.
        name: String,
        /// Its identifier.
        id: ResourceId,
    },
    /// The identifier of a template today.
    Template {
        /// Its name.
        name: String,
        /// Its identifier.
        id: ResourceId,
    },
    /// The public address that a step brought.
    Address {
        /// The step.
        step: StepId,
        /// The address.
        address: Ipv4Addr,
    },
}

/// Why something failed, in words for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What failed.
    pub what: String,
    /// Exoscale's or the machine's own words.
    pub why: String,
    /// One next action.
    pub hint: String,
    /// What kind of trouble it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
}

impl Problem {
    /// Who can mend it, where that is known.
    pub fn mender(&self) -> Option<Mender> {
        self.class.map(Class::mender)
    }
}

/// A resource that could not be removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    /// The resource.
    pub item: Item,
    /// Why it is still there.
    pub why: String,
    /// The command that removes it.
    pub command: String,
    /// Who can do something about it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mender: Option<Mender>,
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The cluster stands and has shown that it works.
    Ready,
    /// The cluster is gone, and a listing of everything agrees.
    Destroyed,
    /// The launch failed or was cancelled, and nothing is left of it.
    Undone,
    /// Another kind of change is done.
    Done,
}

/// Which secrets are destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shred {
    /// All but the authority that signs the admin's certificate.
    AllButAuthority,
    /// All.
    All,
}

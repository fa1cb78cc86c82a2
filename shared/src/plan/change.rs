//! What is done to things that stand, and what their machines say about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::StepId;
use crate::bootstrap::report::PoolBounds;

/// Something that stands, as it shall be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Change {
    /// An instance's labels, all of them.
    Labels {
        /// The step that made it.
        instance: StepId,
        /// Names and values.
        labels: BTreeMap<String, String>,
    },
    /// A pool's bounds and the shape of its next members.
    Pool {
        /// The step that made it.
        pool: StepId,
        /// All of its labels.
        labels: BTreeMap<String, String>,
        /// Family and size, where they change.
        instance_type: Option<String>,
        /// Root disk in GiB, where it changes.
        disk_gib: Option<u32>,
        /// How many more nodes than before there may come to be.
        more: u32,
    },
    /// An instance is stopped.
    Stopped {
        /// The step that made it.
        instance: StepId,
    },
    /// A snapshot can be fetched.
    Exported {
        /// The step that made it.
        snapshot: StepId,
    },
}

/// What a machine says of its own accord, because a label asks it to or because it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Word {
    /// The autoscaler runs with these bounds.
    Flags {
        /// Of every pool that stays or comes.
        bounds: Vec<PoolBounds>,
    },
    /// The nodes of a pool are drained.
    Retired {
        /// The pool's name.
        pool: String,
    },
    /// The members of a pool are nodes, and its join token was rotated.
    Joined {
        /// The pool's name.
        pool: String,
        /// How its members' names begin.
        prefix: String,
        /// How many at least.
        nodes: u32,
    },
    /// A certificate for a public key is signed.
    Signed {
        /// Base64 of the `SubjectPublicKeyInfo`.
        public_key: String,
    },
    /// The machine has wiped itself, and its disk is an image.
    Clean {
        /// As its routes name it.
        machine: String,
    },
}

//! The whole boundary of a run: what goes in, what comes out. Everything in here is a value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Entry, Outcome, Shred};
use crate::bootstrap::Report;
use crate::exoscale::{Call, CallError, Reply};
use crate::office::Allowance;
use crate::plan::Make;
use crate::secret::Secret;
use crate::time::Timestamp;

/// Tells a reply to which call it belongs. It means something within one wake-up only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallId(pub u64);

/// What a run is told.
#[derive(Debug)]
pub enum Input {
    /// A wake-up begins, with what the office allows.
    Wake(Allowance),
    /// Something from outside that must not be lost.
    Command(Command),
    /// What a call brought.
    Reply {
        /// The call.
        call: CallId,
        /// Its answer.
        result: Result<Reply, CallError>,
    },
    /// What was made at the edge.
    Made {
        /// The order.
        call: CallId,
        /// The product.
        result: Result<Product, String>,
    },
}

/// What comes from outside. It waits in the inbox until the journal has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Command {
    /// Begin.
    Start,
    /// The owner's public key, for the admin's certificate.
    AdminKey {
        /// Base64 of the `SubjectPublicKeyInfo`.
        public_key: String,
    },
    /// Take everything back.
    Cancel,
    /// Try again what is stuck.
    Retry,
    /// The owner has the certificate.
    Collected,
    /// A machine says how far it is.
    Report {
        /// Which.
        machine: String,
        /// What it says.
        report: Report,
    },
    /// A control plane has its bundle on disk.
    Confirm {
        /// Which.
        machine: String,
    },
}

/// What was made at the edge.
#[derive(Debug, Default)]
pub struct Product {
    /// What anyone may see, by name.
    pub public: BTreeMap<String, String>,
    /// What is to be kept sealed, by name.
    pub secrets: Vec<(String, Secret<String>)>,
}

/// What a run wants done, in this order.
#[must_use]
#[derive(Debug)]
pub enum Output {
    /// Seal this and keep it, before the line that follows is recorded.
    Keep {
        /// Under this name.
        name: String,
        /// The secret.
        secret: Secret<String>,
    },
    /// Write this line; everything after it counts on it.
    Record(Entry),
    /// Send this to Exoscale.
    Send {
        /// To be given back with the answer.
        call: CallId,
        /// The call.
        request: Box<Call>,
    },
    /// Make this.
    Make {
        /// To be given back with the product.
        call: CallId,
        /// What.
        make: Make,
    },
    /// Destroy secrets.
    Shred(Shred),
    /// Wait for what was sent, or if nothing was, wake up then.
    SleepUntil(Timestamp),
    /// There is nothing left to do.
    Finished(Outcome),
}

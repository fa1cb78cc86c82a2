//! What stands in a pretend account.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A pretend account as it stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inside {
    /// The account's time since it was opened.
    pub age_ms: u64,
    /// How fast it passes.
    pub clock: Speed,
    /// Everything that exists.
    pub things: Vec<Thing>,
    /// Machines that run the bootstrap.
    pub machines: Vec<Booting>,
    /// Operations under way.
    pub operations: Vec<Underway>,
    /// What was asked, the newest first.
    pub events: Vec<Asked>,
    /// What goes wrong.
    pub faults: BTreeMap<String, u32>,
    /// The guesses it lives by.
    pub switches: BTreeMap<String, Value>,
}

/// How fast a pretend account's time passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Speed {
    /// Its seconds in one of ours.
    pub speed: u32,
}

/// Something that exists.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Thing {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its state, if it has one.
    pub state: Option<String>,
    /// Its zone, if it is in one.
    pub zone: Option<String>,
}

/// A machine and what it does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Booting {
    /// Its name.
    pub name: String,
    /// What it does.
    pub step: String,
}

/// An operation that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Underway {
    /// Its id.
    pub id: String,
    /// The kind that it is about.
    pub kind: Option<String>,
    /// The id of what it is about.
    pub about: Option<String>,
    /// When it ends.
    pub ends_in_ms: Option<u64>,
}

/// A request that changed something, or tried to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Asked {
    /// When, in unix milliseconds.
    pub at: u64,
    /// The API's name for it.
    pub operation: String,
    /// The HTTP status.
    pub status: u16,
    /// Why not.
    pub message: Option<String>,
    /// The name of the key that asked.
    pub key: Option<String>,
}

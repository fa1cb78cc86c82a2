//! How an account is opened: which temper the cloud has, which seed it lives by, how fast its time runs.

use serde::{Deserialize, Serialize};

/// The temper of the pretend cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Nothing goes wrong.
    Calm,
    /// Slow operations and the occasional refusal.
    #[serde(alias = "busy_zone")]
    BusyZone,
    /// Everything that can go wrong does, now and then.
    Hostile,
    /// Nothing goes wrong, and no machine boots by itself: whoever opened the account runs them elsewhere.
    Unmanned,
}

/// What the opener of an account chooses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// The temper; `set_faults` may change the faults later.
    pub preset: Preset,
    /// The same seed and the same requests give the same life.
    pub seed: u64,
    /// Virtual seconds a wall second; only the host uses it.
    pub speed: u32,
}

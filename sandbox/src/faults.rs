//! What goes wrong, as plain data: chances in a thousand and factors, with three presets.

use serde::{Deserialize, Serialize};

use crate::options::Preset;

/// Chances are in a thousand; nothing here is random by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Faults {
    /// The request is applied, but no answer reaches the client: the fault that matters most.
    pub reply_lost: u32,
    /// The request never arrives.
    pub request_lost: u32,
    /// 429 before anything is applied.
    pub too_many_requests: u32,
    /// 500 or 503 before anything is applied.
    pub server_error: u32,
    /// An operation ends as `failure`; what it created may stay behind.
    pub operation_failure: u32,
    /// An operation ends as `timeout`, with the same consequences.
    pub operation_timeout: u32,
    /// How long operations take, in per cent of the usual.
    pub operation_percent: u32,
    /// A machine is `running` and never says a word.
    pub machine_never_boots: u32,
    /// A machine takes many times longer to boot.
    pub machine_slow_boot: u32,
    /// A list hides what was made seconds ago.
    pub stale_list: u32,
}

/// How often what nobody outside can see has struck.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Struck {
    /// Lists that were behind.
    pub stale_lists: u64,
    /// Machines that never say a word.
    pub dead_machines: u64,
    /// Machines that boot slowly.
    pub slow_machines: u64,
}

impl Default for Faults {
    fn default() -> Self {
        Self::calm()
    }
}

impl Faults {
    /// Nothing goes wrong.
    pub const fn calm() -> Self {
        Self {
            reply_lost: 0,
            request_lost: 0,
            too_many_requests: 0,
            server_error: 0,
            operation_failure: 0,
            operation_timeout: 0,
            operation_percent: 100,
            machine_never_boots: 0,
            machine_slow_boot: 0,
            stale_list: 0,
        }
    }

    /// Slow, with the occasional refusal; everything still succeeds when tried again.
    pub const fn busy_zone() -> Self {
        Self {
            reply_lost: 2,
            request_lost: 2,
            too_many_requests: 15,
            server_error: 10,
            operation_failure: 0,
            operation_timeout: 0,
            operation_percent: 250,
            machine_never_boots: 0,
            machine_slow_boot: 150,
            stale_list: 50,
        }
    }

    /// Everything that can go wrong does, now and then.
    pub const fn hostile() -> Self {
        Self {
            reply_lost: 30,
            request_lost: 30,
            too_many_requests: 30,
            server_error: 30,
            operation_failure: 20,
            operation_timeout: 5,
            operation_percent: 200,
            machine_never_boots: 20,
            machine_slow_boot: 100,
            stale_list: 200,
        }
    }

    /// The faults a preset begins with.
    pub const fn of(preset: Preset) -> Self {
        match preset {
            Preset::Calm => Self::calm(),
            Preset::BusyZone => Self::busy_zone(),
            Preset::Hostile => Self::hostile(),
            Preset::Unmanned => Self {
                machine_never_boots: 1000,
                ..Self::calm()
            },
        }
    }
}

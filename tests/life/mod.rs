//! A whole life without a network: the production run and driver loop, the sandbox, one virtual clock, one seed.
//!
//! `Sea` is the account and the clock, `Berth` what one run has on disk, `Quay` the driver's doors onto both,
//! `Pilot` what wakes the driver, `Life` all of them in the order of time. `Harbour` is the life of one run.

mod berth;
mod doors;
mod harbour;
mod machines;
mod network;
mod pilot;
mod pki;
mod random;
mod sea;
mod voyage;
mod watch;

pub use berth::Berth;
pub use doors::Quay;
pub use harbour::{Harbour, facts, launch_plan};
pub use network::{
    CAPACITY, Chances, Incident, LOCKED, Network, QUOTA, REFUSED, Refusal, STILL_IN_USE,
};
pub use pilot::{Alarms, Pilot};
pub use random::Random;
pub use sea::Sea;
pub use voyage::{Act, Life};
pub use watch::{Thing, Watch};

/// The run that most tests live.
pub const RUN: &str = "k3x9qaaaaaaaaaaaaaaaaaaaaa";

/// The default cluster.
pub const DEFAULT: &str = r#"{"name":"demo","zone":"ch-dk-2"}"#;

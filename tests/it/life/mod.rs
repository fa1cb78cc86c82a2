//! A whole life without a network: the production run and driver loop, the sandbox, one virtual clock, one seed.

mod doors;
mod harbour;

pub(crate) use doors::Incident;
pub(crate) use harbour::{Harbour, facts, launch_plan};

/// The run that most tests live.
pub(crate) const RUN: &str = "k3x9qaaaaaaaaaaaaaaaaaaaaa";

/// The default cluster.
pub(crate) const DEFAULT: &str = r#"{"name":"demo","zone":"ch-dk-2"}"#;

//! A whole life without a network: the production run and driver loop, the sandbox, one virtual clock, one seed.

mod doors;
mod harbour;

pub(crate) use harbour::{Harbour, launch_plan};

//! The Durable Objects: one a run, one an organisation, one a pretend account.

mod account;
mod run;
mod run_doors;
mod run_store;
mod sandbox;
mod socket;

pub(crate) use account::lease;
pub(crate) use run::{SOURCE_HEADER, Start};
pub(crate) use sandbox::Opening;

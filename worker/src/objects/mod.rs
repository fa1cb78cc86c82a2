//! The Durable Objects: one a run, one an organisation, one a pretend account.

mod account;
mod run;
mod run_beside;
mod run_doors;
mod run_drive;
mod run_machines;
mod run_office;
mod run_share;
mod run_start;
mod run_store;
mod sandbox;
mod socket;

pub(crate) use account::{Visiting, admit, hear, lease, opens, release};
pub(crate) use run_machines::SOURCE_HEADER;
pub(crate) use run_start::Start;
pub(crate) use sandbox::{Look, Opening, PACE_HEADER, SWEEP_AFTER_MS};

//! A pretend Exoscale: API v2 on the wire, the machines behind it, and the clusters those machines form.
//!
//! Pure and sans-IO: time, entropy and requests come in, answers and guest calls go out.
//! It reads the wire with its own types and shares no model with the client it is used to test.
//!
//! One file a kind under `kinds/`; to add one, write the file, name its table in `store.rs` and its routes
//! in `kinds/mod.rs`.

#![expect(
    clippy::unnecessary_wraps,
    reason = "handlers share one signature, and so do changes"
)]

mod catalog;
mod clock;
mod credentials;
mod document;
mod durations;
mod faults;
mod future;
mod hex;
mod iam;
mod inside;
mod kinds;
mod machine;
mod operation;
mod options;
mod random;
mod store;
mod switches;
#[cfg(test)]
mod testing;
mod usage;
mod wire;
mod world;

pub use clock::Clock;
pub use credentials::{Credentials, account_of};
pub use faults::{Faults, Struck};
pub use inside::{Asked, Booting, Inside, Underway};
pub use kinds::Thing;
pub use machine::load::{Load, Service};
pub use machine::outbox::GuestCall;
pub use options::{Options, Preset};
pub use store::LoadError;
pub use switches::Switches;
pub use usage::Usage;
pub use wire::door::public;
pub use wire::{Answer, Request};
pub use world::World;

//! The machines behind the instances: they read their user-data and follow `docs/machines.md`.

pub(crate) mod bundle;
pub(crate) mod cluster;
mod control_plane;
mod controllers;
mod evidence;
pub(crate) mod facts;
pub(crate) mod guest;
mod join;
pub(crate) mod outbox;
mod rotation;
mod spki;
pub(crate) mod user_data;

#[cfg(test)]
mod tests;

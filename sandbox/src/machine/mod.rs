//! The machines behind the instances: they read their user-data and follow `docs/machines.md`. Then the clusters
//! that they form, with one room for each controller: each acts only by API calls with the key it was given.

mod autoscaler;
pub(crate) mod bundle;
mod caller;
mod certificate;
mod cloud_controller;
pub(crate) mod cloud_init;
pub(crate) mod cluster;
mod control_plane;
mod csi;
pub(crate) mod day_two;
mod dhcp;
mod evidence;
pub(crate) mod facts;
pub(crate) mod firewall;
pub(crate) mod guest;
pub(crate) mod image;
mod join;
pub(crate) mod load;
mod membership;
pub(crate) mod outbox;
pub(crate) mod reach;
mod rotation;
mod spki;
mod stage;
pub(crate) mod tick;
pub(crate) mod user_data;

#[cfg(test)]
mod tests;

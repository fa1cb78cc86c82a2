//! The words and the thinking of Slipway.

pub mod bootstrap;
pub mod catalog;
mod crc32;
pub mod eject;
pub mod exoscale;
pub mod limits;
pub mod link;
pub mod office;
pub mod pace;
pub mod pki;
pub mod plan;
pub mod qr;
pub mod run;
pub mod sabotage;
pub mod seal;
pub mod secret;
pub mod spec;
mod spread;
pub mod time;
pub mod tongue;
pub mod view;

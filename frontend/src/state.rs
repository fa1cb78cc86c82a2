//! What the page knows and what a person has typed. Everything else is derived from it.

mod berth;
mod certificate;
mod change;
mod compose;
mod image;
mod key_check;
mod launch;
mod links;
mod memory;
mod pools;
mod preview;
mod run;
mod shown;
mod tab;

pub use berth::Berth;
pub use certificate::Certificate;
pub use change::{Change, Planned};
pub use compose::{Compose, Opened};
pub use image::{Baking, bake};
pub use key_check::{Asked, Checking, check_key, least_now};
pub use launch::{Launching, Stands, destroy, launch, launch_changed, renew};
pub use memory::{KnownRun, Memory, Theme};
pub use preview::Preview;
pub use run::Following;
pub use tab::{AccountChoice, Place, RunKeys, Tab};

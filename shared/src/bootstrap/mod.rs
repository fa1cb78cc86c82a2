//! What the machines run and the words they exchange with the launcher: see `docs/machines.md`.
//! It renders and reads; it neither sends anything nor decides what a cluster should be.

mod bundle;
mod gzip;
mod in_file;
pub mod machine;
pub mod report;
pub(crate) mod templates;
#[cfg(test)]
mod tests;
pub mod user_data;

pub use machine::MachineFacts;
pub use report::{Evidence, Report, Stage, StageState};

/// Everything constant that decides what a golden image is.
pub fn recipe() -> String {
    let files = templates::COMMON.iter().chain(&templates::IMAGE);
    files.map(|file| file.content).collect()
}

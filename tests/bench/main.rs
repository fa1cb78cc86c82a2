//! What can be measured without a server: how far lives of runs are from the limit, and
//! the engine alone. Figures in JSON, one a line.

#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::panic,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a tool of the tests stops at the first surprise"
)]

mod engine;
mod journal;
mod limit;
mod row;
mod wakes;

/// As in the simulation.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("engine") => engine::print(),
        Some("limit") => limit::print(),
        Some("journal") => journal::print(),
        Some("wakes") => wakes::print(),
        other => panic!("{other:?} is not measured here"),
    }
}

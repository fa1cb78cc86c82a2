//! Everything that crosses crates, as one binary.
//! The modules say `cfg(test)` so that the lints treat their helpers as tests, too.

#[cfg(test)]
mod edges;
#[cfg(test)]
mod tidy;

//! Everything that crosses crates, as one binary.
//! The modules say `cfg(test)` so that the lints treat their helpers as tests, too.

#[cfg(test)]
mod before_a_launch;
#[cfg(test)]
mod day_two;
#[cfg(test)]
mod drift;
#[cfg(test)]
mod edges;
#[cfg(test)]
mod fooled;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod mishaps;
#[cfg(test)]
mod polite;
#[cfg(test)]
mod removal;
#[cfg(test)]
mod tickets;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod tongues;
#[cfg(test)]
mod views;
#[cfg(test)]
mod whole_path;

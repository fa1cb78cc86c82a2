//! What comes from outside, damaged: no reader panics, none takes long, and what a reader accepts keeps its rules.
//! The modules say `cfg(test)` so that the lints treat their helpers as tests, too.

#[cfg(test)]
mod damage;
#[cfg(test)]
mod drill;
#[cfg(test)]
mod links;
#[cfg(test)]
mod replies;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod signatures;
#[cfg(test)]
mod specs;
#[cfg(test)]
mod user_data;
#[cfg(test)]
mod words;

//! Times the engine natively: takes `what size times` lines, and answers each with the milliseconds of one.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a tool of the tests, with a clock"
)]

use std::io::stdin;
use std::time::Instant;

use bench_engine::Engine;

fn main() {
    let stored = std::env::args().nth(1).unwrap();
    let engine = Engine::new(&std::fs::read_to_string(stored).unwrap());
    for line in stdin().lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        let times: u32 = words[2].parse().unwrap();
        let began = Instant::now();
        engine.run(words[0], words[1].parse().unwrap(), times);
        println!("{}", began.elapsed().as_secs_f64() * 1_000.0 / f64::from(times));
    }
}

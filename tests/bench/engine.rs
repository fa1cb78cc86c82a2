//! Times the engine: takes lines of what, size and times, and answers each with the milliseconds of one.

use std::io::stdin;
use std::time::Instant;

use bench_engine::Engine;

/// Answers until nothing is asked any more. The run to replay is the program's second argument.
#[expect(clippy::disallowed_methods, reason = "what is measured is real time")]
pub(crate) fn print() {
    let stored = std::env::args().nth(2).unwrap();
    let engine = Engine::new(&std::fs::read_to_string(stored).unwrap());
    for line in stdin().lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        let times: u32 = words[2].parse().unwrap();
        let began = Instant::now();
        engine.run(words[0], words[1].parse().unwrap(), times);
        println!(
            "{}",
            began.elapsed().as_secs_f64() * 1_000.0 / f64::from(times)
        );
    }
}

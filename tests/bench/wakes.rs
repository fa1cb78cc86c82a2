//! What one wake-up of a run costs: processor time and calls. Replay, planning of what is next, requests with their
//! user-data, signatures, keys and certificates are in it; the account's own work, and the edge's database, are not.

use std::time::Duration;

use sandbox::{Options, Preset};
use shared::run::Outcome;
use tests::life::{Life, RUN, launch_plan};

use crate::limit::SHAPES;
use crate::row;

/// Prints the rows.
pub(crate) fn print() {
    for (name, spec) in SHAPES {
        let lives: Vec<(Vec<Duration>, u32)> = (1..=SEEDS)
            .map(|seed| {
                let tries = (0..TRIES).map(|_| lived(spec, seed));
                tries.reduce(least).unwrap()
            })
            .collect();
        let most = lives.iter().map(|(_, calls)| *calls).max().unwrap();
        let mut took: Vec<Duration> = lives.into_iter().flat_map(|(took, _)| took).collect();
        took.sort_unstable();
        for (which, at) in [("p50", 50), ("p95", 95), ("the longest", 100)] {
            let ms = took[(took.len() - 1) * at / 100].as_secs_f64() * 1_000.0;
            row::print(
                &format!("wake-up, {which}, {name}"),
                ms,
                "ms",
                &format!("native, best of {TRIES}, {} wake-ups", took.len()),
            );
        }
        row::print(
            &format!("subrequests of a wake-up, {name}"),
            f64::from(most + BESIDES),
            "",
            "the most: calls, and the sealing share, the office, and the two of an end",
        );
    }
}

/// A launch: how long the processor was busy in each wake-up, and the most calls of one.
fn lived(spec: &str, seed: u64) -> (Vec<Duration>, u32) {
    let options = Options {
        preset: Preset::Calm,
        seed,
        speed: 1,
    };
    let mut life = Life::open(options, "ch-dk-2", false);
    // With a way to go, what the account does with a call happens between two moments of the run's own.
    life.sea_mut().network.latency_ms = 20;
    life.begin(launch_plan(spec, RUN)).measures = Some(Vec::new());
    let end = life.sea().now.plus_ms(3_600_000);
    while life.outcome(0).is_none() && life.step(end) {}
    assert_eq!(
        life.outcome(0),
        Some(Outcome::Ready),
        "{}",
        life.transcript(0)
    );
    let pilot = &mut life.pilots[0];
    (pilot.measures.take().unwrap(), pilot.calls_most)
}

/// The same life again is the same wake-ups; whatever else the machine did is only in one of them.
fn least(one: (Vec<Duration>, u32), other: (Vec<Duration>, u32)) -> (Vec<Duration>, u32) {
    assert_eq!(one.0.len(), other.0.len());
    let least = one.0.into_iter().zip(other.0);
    (least.map(|(one, other)| one.min(other)).collect(), one.1)
}

/// How often each life is lived.
const TRIES: u32 = 5;

/// Lives of each shape.
const SEEDS: u64 = 10;

/// See `shared::run::CALLS_PER_WAKE`.
const BESIDES: u32 = 4;

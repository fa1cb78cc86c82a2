//! A long run as it lies on disk, for the engine to replay.

use sandbox::{Options, Preset};
use serde_json::json;
use tests::life::{Life, RUN, launch_plan};

/// A launch of three control planes and eight pools in a busy zone whose network loses a fifth:
/// the first seed whose journal is long enough.
pub(crate) fn print() {
    let pools: Vec<String> = (0..8)
        .map(|n| format!(r#"{{"name":"pool-{n}","min":1,"max":2}}"#))
        .collect();
    let spec = format!(
        r#"{{"name":"demo","zone":"ch-dk-2","controlPlane":{{"count":3}},"pools":[{}]}}"#,
        pools.join(",")
    );
    for seed in 1..=SEEDS {
        let options = Options {
            preset: Preset::BusyZone,
            seed,
            speed: 1,
        };
        let mut life = Life::open(options, "ch-dk-2", true);
        life.sea_mut().network.chances.request_lost = 100;
        life.sea_mut().network.chances.reply_lost = 100;
        life.begin(launch_plan(&spec, RUN)).remembers = true;
        let end = life.sea().now.plus_ms(6 * 3_600_000);
        while life.outcome(0).is_none() && !life.is_stuck(0) && life.step(end) {}
        let berth = life.pilots[0].berth.borrow();
        if berth.rows.len() >= LINES {
            println!("{}", json!({ "plan": *berth.plan, "rows": berth.rows }));
            return;
        }
    }
    panic!("no journal is long enough");
}

/// As many as are replayed.
const LINES: usize = 1_000;

/// Longer than this nobody looks for one.
const SEEDS: u64 = 200;

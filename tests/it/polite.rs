//! Several runs in one organisation: what they send together, and what one of them learns from the other's refusals.

use sandbox::{Options, Preset};
use shared::office::{BURST, PER_SECOND};
use shared::run::{CALLS_PER_WAKE, Outcome};
use shared::time::Timestamp;

use tests::life::{Life, RUN, launch_plan};

const OTHER: &str = "other22222222222222222222a";

/// An account with a run to launch one cluster.
fn open(seed: u64) -> Life {
    let options = Options {
        preset: Preset::Calm,
        seed,
        speed: 1,
    };
    let mut life = Life::open(options, "ch-dk-2", true);
    life.sea_mut().network.latency_ms = 200;
    life.begin(launch_plan(r#"{"name":"demo","zone":"ch-dk-2"}"#, RUN));
    life
}

/// Another run in the same account.
fn begin_other(life: &mut Life) {
    life.begin(launch_plan(r#"{"name":"other","zone":"ch-dk-2"}"#, OTHER));
}

fn live_for(life: &mut Life, seconds: u64) {
    let end = life.sea().now.plus_ms(seconds * 1_000);
    while life.step(end) {}
}

/// Lives until every run has come to rest.
fn live(life: &mut Life) {
    let end = life.sea().now.plus_ms(6 * 3_600_000);
    let is_open = |life: &Life, run| life.outcome(run).is_none() && !life.is_stuck(run);
    while (0..life.pilots.len()).any(|run| is_open(life, run)) {
        assert!(life.step(end), "no end in sight:\n{}", life.transcript(0));
    }
    assert_eq!(life.sea().watch.violations, [""; 0]);
}

fn both_are_ready(life: &Life) {
    for run in 0..2 {
        let told = life.transcript(run);
        assert_eq!(life.outcome(run), Some(Outcome::Ready), "{told}");
    }
}

/// When calls left, of one run or of all.
fn left(life: &Life, run: Option<&str>) -> Vec<Timestamp> {
    let sea = life.sea();
    let left = sea.left.iter();
    left.filter(|(_, whose)| run.is_none_or(|run| run == whose))
        .map(|(at, _)| *at)
        .collect()
}

#[test]
fn two_runs_in_a_storm_of_refusals_stay_below_the_ceiling_and_end_well() {
    let (mut refused, mut told_to_wait) = (0, 0);
    for seed in 1..=8 {
        let mut life = open(seed);
        begin_other(&mut life);
        life.sea_mut().network.chances.too_many_requests = 100;
        live(&mut life);
        both_are_ready(&life);
        let left = left(&life, None);
        for (first, from) in left.iter().enumerate() {
            for (last, until) in left.iter().enumerate().skip(first) {
                let calls = u64::try_from(last - first + 1).unwrap();
                let came = until.since_ms(*from) * u64::from(PER_SECOND) / 1_000;
                // What each of the two had been given and not sent when the span began comes on top.
                let most = u64::from(BURST + 2 * CALLS_PER_WAKE) + came;
                assert!(
                    calls <= most,
                    "{calls} calls of {most} in a span, seed {seed}"
                );
            }
        }
        let struck = |what| {
            life.sea()
                .watch
                .faults
                .get(what)
                .copied()
                .unwrap_or_default()
        };
        refused += struck("429");
        told_to_wait += struck("told to wait");
    }
    let storm = refused > 20 && told_to_wait > 20;
    assert!(storm, "{refused} refusals, {told_to_wait} pauses");
}

#[test]
fn what_one_run_meets_stops_the_other_before_it_has_sent_anything() {
    let mut life = open(1);
    live_for(&mut life, 3);
    let flood = life.sea().now;
    let calm = flood.plus_ms(150_000);
    life.sea_mut().network.flooded = Some((flood, calm));
    live_for(&mut life, 40);
    let met = left(&life, None).iter().filter(|at| **at >= flood).count();
    assert!(met < 30, "{met} calls of one run against a closed door");
    begin_other(&mut life);
    live_for(&mut life, 3);
    // Without what the first has met it would have sent six at once, and more after the first answer.
    let tries = left(&life, Some(OTHER)).len();
    assert!(
        tries <= 1,
        "{tries} calls of one that had met nothing itself"
    );
    live_for(&mut life, 105);
    // From then on there is a try now and then, whoever makes it.
    let tries = left(&life, None).into_iter();
    let tries = tries
        .filter(|at| (flood.plus_ms(40_000)..calm).contains(at))
        .count();
    assert!((1..=6).contains(&tries), "{tries} tries");
    live(&mut life);
    both_are_ready(&life);
}

#[test]
fn runs_that_come_back_after_a_pause_do_not_come_at_the_same_moment() {
    let mut life = open(1);
    begin_other(&mut life);
    let flood = life.sea().now;
    life.sea_mut().network.flooded = Some((flood, flood.plus_ms(30_000)));
    live(&mut life);
    both_are_ready(&life);
    let (one, other) = (left(&life, Some(RUN)), left(&life, Some(OTHER)));
    let back = |left: &[Timestamp]| {
        let after = left.iter().find(|at| **at > flood.plus_ms(30_000));
        after.copied().unwrap()
    };
    assert_ne!(back(&one), back(&other));
}

#[test]
fn a_run_whose_office_never_answers_goes_on_with_little() {
    let mut life = open(1);
    life.sea_mut().network.chances.office_away = 1_000;
    live(&mut life);
    assert_eq!(
        life.outcome(0),
        Some(Outcome::Ready),
        "{}",
        life.transcript(0)
    );
}

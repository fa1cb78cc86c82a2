//! One thing goes wrong, at every place where it can: nothing is made twice, nothing is left behind.

use std::collections::BTreeMap;

use sandbox::Preset;
use shared::exoscale::Kind;
use shared::run::{Command, Outcome};

use crate::life::{DEFAULT, Harbour, Incident, RUN, launch_plan};

fn open() -> Harbour {
    Harbour::open(launch_plan(DEFAULT, RUN), Preset::Calm, 1)
}

/// What an undisturbed launch leaves in the account, and how many calls that change something it takes.
fn undisturbed() -> (BTreeMap<Kind, usize>, u32) {
    let mut harbour = open();
    harbour.live();
    assert_eq!(
        harbour.outcome,
        Some(Outcome::Ready),
        "{}",
        harbour.transcript()
    );
    let changes = harbour.outside().changes;
    (counts(&harbour), changes)
}

fn counts(harbour: &Harbour) -> BTreeMap<Kind, usize> {
    harbour
        .census()
        .into_iter()
        .map(|(kind, names)| (kind, names.len()))
        .collect()
}

#[test]
fn a_death_at_any_line_or_call_makes_nothing_twice() {
    let (expected, _) = undisturbed();
    let mut deaths = 0;
    for after in 0.. {
        let mut harbour = open();
        harbour.quay.0.borrow_mut().dies_after = Some(after);
        harbour.live();
        assert_eq!(
            harbour.outcome,
            Some(Outcome::Ready),
            "death after {after}:\n{}",
            harbour.transcript()
        );
        assert_eq!(
            counts(&harbour),
            expected,
            "death after {after}:\n{}",
            harbour.transcript()
        );
        if harbour.deaths == 0 {
            break;
        }
        deaths += 1;
    }
    assert!(deaths > 100, "only {deaths} places to die");
}

#[test]
fn a_lost_request_or_reply_makes_nothing_twice() {
    let (expected, changes) = undisturbed();
    for incident in [Incident::RequestLost, Incident::ReplyLost] {
        for at in 0..changes {
            let mut harbour = open();
            harbour.quay.0.borrow_mut().incident = Some((at, incident));
            harbour.live();
            assert_eq!(
                harbour.outcome,
                Some(Outcome::Ready),
                "{incident:?} {at}:\n{}",
                harbour.transcript()
            );
            assert_eq!(
                counts(&harbour),
                expected,
                "{incident:?} {at}:\n{}",
                harbour.transcript()
            );
        }
    }
}

#[test]
fn a_refusal_at_any_call_leaves_nothing() {
    let (_, changes) = undisturbed();
    for at in 0..changes {
        let mut harbour = open();
        harbour.quay.0.borrow_mut().incident = Some((at, Incident::Refused));
        harbour.live();
        if !harbour.run().state().turned.is_empty() {
            // What is refused for a stopped instance is asked again for one that runs.
            assert_eq!(
                harbour.outcome,
                Some(Outcome::Ready),
                "refusal at {at}:\n{}",
                harbour.transcript()
            );
            harbour.destroy();
            continue;
        }
        assert_eq!(
            harbour.outcome,
            Some(Outcome::Undone),
            "refusal at {at}:\n{}",
            harbour.transcript()
        );
        assert_eq!(
            harbour.census(),
            BTreeMap::new(),
            "refusal at {at}:\n{}",
            harbour.transcript()
        );
    }
}

#[test]
fn a_death_at_any_line_or_call_of_a_destroy_leaves_nothing() {
    for after in 0.. {
        let mut harbour = open();
        harbour.live();
        harbour.quay.0.borrow_mut().dies_after = Some(after);
        harbour.destroy();
        if harbour.deaths == 0 {
            break;
        }
    }
}

#[test]
fn a_cancel_at_any_moment_leaves_nothing() {
    for seconds in [0, 1, 3, 5, 10, 20, 40, 60, 120, 200] {
        let mut harbour = open();
        harbour.live_for(seconds);
        harbour.command(Command::Cancel);
        harbour.live();
        assert_eq!(
            harbour.outcome,
            Some(Outcome::Undone),
            "cancel at {seconds} s:\n{}",
            harbour.transcript()
        );
        assert_eq!(
            harbour.census(),
            BTreeMap::new(),
            "cancel at {seconds} s:\n{}",
            harbour.transcript()
        );
    }
}

#[test]
fn a_hostile_platform_ends_well_or_says_so() {
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..u64::from(SEEDS) {
        let mut harbour = Harbour::open(launch_plan(DEFAULT, RUN), Preset::Hostile, seed);
        harbour.live();
        harbour.calm_down();
        let outcome = harbour.outcome;
        match outcome {
            Some(Outcome::Undone) => {
                assert_eq!(
                    harbour.census(),
                    BTreeMap::new(),
                    "seed {seed}:\n{}",
                    harbour.transcript()
                );
            }
            Some(Outcome::Ready) | None => harbour.destroy(),
            Some(Outcome::Destroyed | Outcome::Done) => {
                panic!("seed {seed}: a launch ends otherwise")
            }
        }
        *outcomes.entry(format!("{outcome:?}")).or_default() += 1;
    }
    let ready = outcomes.get("Some(Ready)").copied().unwrap_or_default();
    assert!(ready * 2 > SEEDS, "hardly anything succeeds: {outcomes:?}");
}

/// As many as a minute allows; the simulation proper has its own budget.
const SEEDS: u32 = 30;

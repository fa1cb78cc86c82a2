//! One thing goes wrong, at every place where it can: nothing is made twice, nothing is left behind.

use std::collections::BTreeMap;

use sandbox::{Faults, Preset};
use shared::exoscale::Kind;
use shared::run::{Command, Outcome};

use tests::life::{DEFAULT, Harbour, Incident, REFUSED, RUN, launch_plan};

fn open() -> Harbour {
    Harbour::open(launch_plan(DEFAULT, RUN), Preset::Calm, 1)
}

/// What an undisturbed launch leaves in the account, and how many calls that change something it takes.
fn undisturbed() -> (BTreeMap<Kind, usize>, u32) {
    let mut harbour = open();
    harbour.live_to(Outcome::Ready);
    let changes = harbour.sea().changes;
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
        harbour.die_after(after);
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
        if harbour.deaths() == 0 {
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
            harbour.befall(at, incident);
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
        harbour.befall(at, Incident::Refused(REFUSED));
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
        harbour.begin_destroy();
        harbour.die_after(after);
        harbour.finish_destroy(&[]);
        if harbour.deaths() == 0 {
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
fn a_key_that_is_revoked_leaves_nothing_unnamed() {
    for seconds in [4, 8, 15, 30] {
        let mut harbour = open();
        harbour.live_for(seconds);
        let revoked = harbour.sea().now;
        harbour.sea_mut().network.revoked = Some((revoked, revoked.plus_ms(WEEK_MS)));
        harbour.live();
        assert_eq!(harbour.outcome, None, "{}", harbour.transcript());
        let run = harbour.run();
        let named = run.state().stuck.iter().flatten();
        let mut named: Vec<String> = named.map(|left| left.item.name.clone()).collect();
        let mut there: Vec<String> = harbour.census().into_values().flatten().collect();
        // Members of a pool go with it.
        there.retain(|name| !name.contains("-workers-"));
        named.sort();
        there.sort();
        assert_eq!(named, there, "{seconds} s:\n{}", harbour.transcript());
        harbour.sea_mut().network.revoked = None;
        harbour.command(Command::Retry);
        harbour.live_for(60 * 60);
        assert_eq!(
            harbour.outcome,
            Some(Outcome::Undone),
            "{}",
            harbour.transcript()
        );
        assert_eq!(harbour.census(), BTreeMap::new());
    }
}

#[test]
fn listings_that_lag_hide_nothing_from_its_maker() {
    for seconds in [2, 4, 6, 8] {
        let mut harbour = open();
        harbour.live_for(seconds);
        let behind = Faults {
            stale_list: 1_000,
            ..Faults::calm()
        };
        harbour.sea_mut().world.set_faults(behind);
        harbour.command(Command::Cancel);
        harbour.live_to(Outcome::Undone);
        harbour.calm_down();
        assert_eq!(
            harbour.census(),
            BTreeMap::new(),
            "{}",
            harbour.transcript()
        );
    }
}

#[test]
fn a_key_that_cannot_be_removed_is_not_minted_beside() {
    let mut harbour = open();
    harbour.live();
    let calls = harbour.sea().calls.clone();
    let mut changes = calls
        .iter()
        .filter(|call| !call.starts_with("list-") && !call.starts_with("get-"));
    let at = changes.position(|call| call == "create-api-key").unwrap();
    let at = u32::try_from(at).unwrap();
    let mut could_not = 0;
    for later in at + 1..at + 12 {
        let mut harbour = open();
        harbour.befall(at, Incident::ReplyLost);
        harbour.befall(later, Incident::Refused(REFUSED));
        harbour.live();
        let transcript = harbour.transcript();
        could_not += u32::from(transcript.contains("left behind could not be removed"));
        if harbour.outcome != Some(Outcome::Ready) {
            assert_eq!(harbour.outcome, Some(Outcome::Undone), "{transcript}");
            assert_eq!(harbour.census(), BTreeMap::new(), "{transcript}");
        }
    }
    assert_eq!(could_not, 1, "the key's removal was refused in one of them");
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

/// Longer than any of this takes.
const WEEK_MS: u64 = 7 * 24 * 3_600_000;

/// As many as a minute allows; the simulation proper has its own budget.
const SEEDS: u32 = 30;

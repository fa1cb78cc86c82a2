//! What an office promises, for runs that come in any order and meet anything.

use proptest::prelude::*;

use super::breaker::PAUSE_MAX_MS;
use super::bucket::{BURST, PER_SECOND};
use super::*;

fn at(ms: u64) -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000 + ms)
}

fn met(answers: &[Answer]) -> Met {
    Met {
        calls: u32::try_from(answers.len()).unwrap(),
        answers: answers.to_vec(),
    }
}

fn ask(office: &mut Office, ms: u64, run: &str, met: Option<Met>) -> Allowance {
    office.ask(&Asking {
        run: run.to_owned(),
        now: at(ms),
        met,
    })
}

/// The moment until which an allowance says to wait, counted as `at` does.
fn shut_until(allowance: Allowance) -> u64 {
    match allowance {
        Allowance::NotBefore(until) => until.since_ms(at(0)),
        Allowance::Calls(_) | Allowance::Alone => panic!("{allowance:?} where nothing may leave"),
    }
}

const BAD: [Answer; 5] = [Answer::Broken; 5];

#[test]
fn one_run_alone_is_never_held_back() {
    let mut office = Office::default();
    let mut last = None;
    for wake in 0..200 {
        let calls = ask(&mut office, wake * 2_000, "a", last).calls();
        assert!(calls >= CALLS_ALONE, "{wake}");
        last = Some(met(&[Answer::Well; 15]));
    }
}

#[test]
fn a_refusal_for_too_many_calls_is_felt_by_every_run() {
    let mut office = Office::default();
    assert_eq!(ask(&mut office, 0, "a", None), Allowance::Calls(40));
    let a = shut_until(ask(&mut office, 10, "a", Some(met(&[Answer::TooMany]))));
    let b = shut_until(ask(&mut office, 20, "b", None));
    for until in [a, b] {
        assert!((4_000..6_000).contains(&until), "{until}");
    }
    assert_ne!(a, b, "they do not come back at the same moment");
    assert_eq!(ask(&mut office, a.max(b), "b", None).calls(), CALLS_ALONE);
}

#[test]
fn whoever_asks_beside_the_runs_takes_from_the_same_bucket() {
    let mut office = Office::default();
    for _ in 0..BURST / 20 {
        assert_eq!(office.admit(at(0), 20), Ok(()));
    }
    let later = office.admit(at(0), 20).unwrap_err();
    assert_eq!(later.since_ms(at(0)), 20_000 / u64::from(PER_SECOND));
    shut_until(ask(&mut office, 0, "a", None));
    assert_eq!(office.admit(later, 20), Ok(()));
}

#[test]
fn trouble_is_shared_between_the_runs_and_whoever_asks_beside_them() {
    let mut office = Office::default();
    office.hear(at(0), &met(&BAD));
    shut_until(ask(&mut office, 10, "a", None));
    let until = office.admit(at(10), 1).unwrap_err();
    assert!(until >= at(5_000), "{until:?}");
    // When the pause is over, a person who asks need not wait for a run to try.
    assert_eq!(office.admit(until, 1), Ok(()));
    office.hear(until, &met(&[Answer::TooMany]));
    assert!(office.admit(until, 1).is_err());
}

#[test]
fn trouble_that_one_run_meets_stops_the_other_until_one_call_is_answered() {
    let mut office = Office::default();
    ask(&mut office, 0, "a", None);
    let a = shut_until(ask(&mut office, 100, "a", Some(met(&BAD))));
    let b = shut_until(ask(&mut office, 200, "b", None));
    assert!(a >= 5_000 && b >= 5_000, "{a} {b}");
    let first = a.max(b);
    assert_eq!(ask(&mut office, first, "b", None), Allowance::Calls(1));
    shut_until(ask(&mut office, first + 1, "a", Some(met(&[]))));
    // It was for nothing: the pause grows.
    let longer = shut_until(ask(
        &mut office,
        first + 100,
        "b",
        Some(met(&[Answer::TooMany])),
    ));
    assert!(longer - first >= 10_000, "{longer}");
    assert_eq!(
        ask(&mut office, longer, "a", Some(met(&[]))),
        Allowance::Calls(1)
    );
    assert!(ask(&mut office, longer + 100, "a", Some(met(&[Answer::Well]))).calls() > 1);
    assert!(ask(&mut office, longer + 101, "b", None).calls() > 1);
}

#[test]
fn what_was_met_before_says_nothing_about_now() {
    let mut office = Office::default();
    ask(&mut office, 0, "a", None);
    ask(&mut office, 0, "b", None);
    ask(&mut office, 100, "a", Some(met(&BAD)));
    shut_until(ask(&mut office, 200, "b", Some(met(&[Answer::Well; 5]))));
}

#[test]
fn a_try_that_nobody_tells_of_is_made_again() {
    let mut office = Office::default();
    ask(&mut office, 0, "a", None);
    let open = shut_until(ask(&mut office, 0, "a", Some(met(&BAD))));
    assert_eq!(
        ask(&mut office, open, "a", Some(met(&[]))),
        Allowance::Calls(1)
    );
    let again = shut_until(ask(&mut office, open + 1, "b", None));
    assert_eq!(ask(&mut office, again, "b", None), Allowance::Calls(1));
    // The first comes back at last, and is not the one that counts.
    shut_until(ask(&mut office, again + 1, "a", Some(met(&[Answer::Well]))));
}

#[test]
fn many_bad_answers_among_good_ones_are_trouble_and_a_few_are_not() {
    let with = |bad: usize| {
        let mut office = Office::default();
        let mut answers = vec![Answer::Well; 20];
        answers
            .iter_mut()
            .step_by(20 / bad)
            .for_each(|answer| *answer = Answer::Broken);
        ask(&mut office, 0, "a", None);
        ask(&mut office, 0, "a", Some(met(&answers)))
    };
    assert!(with(4).calls() > 1);
    shut_until(with(10));
}

#[test]
fn a_clock_that_was_turned_back_shuts_nobody_out() {
    let mut office = Office::default();
    ask(&mut office, 86_400_000, "a", None);
    shut_until(ask(&mut office, 86_400_000, "a", Some(met(&BAD))));
    assert_eq!(
        ask(&mut office, 0, "a", Some(met(&[]))),
        Allowance::Calls(1)
    );
    assert!(ask(&mut office, 1, "a", Some(met(&[Answer::Well]))).calls() > 1);
}

#[test]
fn an_office_is_kept_as_text() {
    let mut office = Office::default();
    ask(&mut office, 0, "a", None);
    ask(&mut office, 0, "a", Some(met(&BAD)));
    ask(&mut office, 60_000, "b", None);
    let text = serde_json::to_string(&office).unwrap();
    assert_eq!(serde_json::from_str::<Office>(&text).unwrap(), office);
    assert_eq!(
        serde_json::from_str::<Office>("{}").unwrap(),
        Office::default()
    );
}

proptest! {
    #[test]
    fn never_more_leaves_than_the_ceiling_and_nobody_waits_for_ever(
        wakes in prop::collection::vec((0..4_u8, 0..2_000_u64, 0..=40_u32, 0..12_u8), 1..300),
    ) {
        let (mut office, mut now, mut sent) = (Office::default(), 0, 0_u64);
        let mut last: BTreeMap<String, Met> = BTreeMap::new();
        for (run, later, calls, bad) in wakes {
            now += later;
            let run = format!("run-{run}");
            let allowance = ask(&mut office, now, &run, last.remove(&run));
            if let Allowance::NotBefore(until) = allowance {
                let wait = until.since_ms(at(now));
                prop_assert!(wait > 0 && wait <= PAUSE_MAX_MS * 2, "{wait}");
            }
            let calls = allowance.calls().min(calls);
            sent += u64::from(calls);
            let ceiling = u64::from(BURST) + now * u64::from(PER_SECOND) / 1_000;
            // A try after a pause leaves whatever the level is, and there is one in seconds.
            prop_assert!(sent <= ceiling + now / 5_000, "{sent} of {ceiling} after {now} ms");
            let answer = match bad { 0 => Answer::TooMany, 1 | 2 => Answer::Broken, _ => Answer::Well };
            let answers = (0..calls).map(|_| answer).collect();
            last.insert(run, Met { calls, answers });
        }
    }
}

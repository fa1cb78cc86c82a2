//! How a reader is drilled: so many cases, none of which may panic or take long.
//!
//! `FUZZ_FACTOR=100` makes it a hundred times as many. What is found goes into the corpus and stays there.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::Value;

/// How a case ends.
pub(crate) type Judged = Result<(), TestCaseError>;

/// Tries so many cases, times the factor of the environment.
pub(crate) fn drill<S: Strategy>(cases: u32, strategy: &S, judge: impl Fn(S::Value) -> Judged) {
    let factor = std::env::var("FUZZ_FACTOR").map_or(1, |factor| factor.parse().unwrap());
    let config = Config {
        cases: cases * factor,
        failure_persistence: None,
        ..Config::default()
    };
    if let Err(failure) = TestRunner::new(config).run(strategy, judge) {
        panic!("{failure}");
    }
}

/// What a reader says, which must come in time. A machine that is busy with something else makes a reader slow once;
/// an input that is slow to read is slow every time.
pub(crate) fn timely<T>(cap_ms: u64, read: impl Fn() -> T) -> Result<T, TestCaseError> {
    let (mut said, mut fastest) = timed(&read);
    for _ in 0..TRIES {
        if fastest <= Duration::from_millis(cap_ms) {
            return Ok(said);
        }
        let (again, took) = timed(&read);
        (said, fastest) = (again, fastest.min(took));
    }
    Err(TestCaseError::fail(format!(
        "it takes {fastest:?}, and {cap_ms} ms are allowed"
    )))
}

#[expect(clippy::disallowed_methods, reason = "a stopwatch is a clock")]
fn timed<T>(read: impl Fn() -> T) -> (T, Duration) {
    let began = Instant::now();
    let said = read();
    (said, began.elapsed())
}

/// The lines of a corpus. A `#` opens a comment.
pub(crate) fn lines(corpus: &'static str) -> Vec<&'static str> {
    let all = corpus.lines();
    all.filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

/// One of them.
pub(crate) fn one_of<T: Clone + std::fmt::Debug + 'static>(
    all: Vec<T>,
) -> impl Strategy<Value = T> {
    select(all)
}

/// JSON that the corpus promises to be JSON.
pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// How often a slow input is read again before it is called slow.
const TRIES: u32 = 8;

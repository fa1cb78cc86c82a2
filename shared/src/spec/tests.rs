//! x
use super::arbitrary;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

#[test]
fn measure() {
    let mut runner = TestRunner::deterministic();
    let mut max = 0;
    for _ in 0..6000 {
        let spec = arbitrary::worst_spec().new_tree(&mut runner).unwrap().current();
        let link = crate::link::encode(&spec);
        if link.len() > max { max = link.len(); eprintln!("{} {}", max, ""); }
    }
}

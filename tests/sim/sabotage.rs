//! Tests the tester: known bugs are brought back one at a time, and each must be noticed.

use shared::sabotage::{Bug, bring_back};

use crate::fate::Fate;
use crate::lived;

/// Brings every bug back, and says after how many lives it was noticed. Whether all of them were.
pub(crate) fn all_are_noticed() -> bool {
    let mut all = true;
    for bug in Bug::ALL {
        if let Some((lives, what)) = noticed(bug) {
            println!("{bug:?}: noticed after {lives} lives: {what}");
        } else {
            println!("{bug:?}: NOT noticed in {LIVES_MAX} lives");
            all = false;
        }
    }
    all
}

fn noticed(bug: Bug) -> Option<(u64, String)> {
    bring_back(Some(bug));
    let mut first = None;
    for seed in 1..=LIVES_MAX {
        let ending = lived(Fate::of(seed), false);
        if let Some(what) = ending.violations.into_iter().next() {
            let what = what.chars().take(CHARS_SHOWN).collect();
            first = Some((seed, what));
            break;
        }
    }
    bring_back(None);
    first
}

/// A bug that lives longer than this is not noticed.
const LIVES_MAX: u64 = 2_000;

/// Of what was noticed.
const CHARS_SHOWN: usize = 120;

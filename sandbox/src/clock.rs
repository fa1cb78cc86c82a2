//! How the account's own time passes against the wall clock: faster, when somebody chose so.

use serde::{Deserialize, Serialize};

/// The relation between the two clocks, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// A moment by the wall clock …
    pub wall: u64,
    /// … and the same moment in the account's time.
    pub account: u64,
    /// How many of the account's seconds pass in one.
    pub speed: u32,
}

impl Clock {
    /// The account's time at a moment of the wall clock.
    pub fn at(&self, wall: u64) -> u64 {
        let passed = wall.saturating_sub(self.wall);
        let speed = u64::from(self.speed.max(1));
        self.account.saturating_add(passed.saturating_mul(speed))
    }

    /// The same moment, and from there on another speed.
    pub(crate) fn turned(&self, wall: u64, speed: u32) -> Self {
        Self {
            wall,
            account: self.at(wall),
            speed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turning_the_clock_jumps_nowhere() {
        let clock = Clock {
            wall: 1_000,
            account: 5_000,
            speed: 60,
        };
        assert_eq!(clock.at(2_000), 65_000);
        let slower = clock.turned(2_000, 1);
        assert_eq!(slower.at(2_000), 65_000);
        assert_eq!(slower.at(3_000), 66_000);
        assert_eq!(slower.at(0), 65_000);
    }
}

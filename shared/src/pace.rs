//! How a run's own time passes against the wall clock. They are the same, except in the sandbox, where waiting can be
//! sped up: operations, boots and the run's patience then pass faster, and signatures and certificates do not.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The relation between the two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pace {
    /// A moment by the wall clock …
    pub wall: Timestamp,
    /// … and the same moment in the run's time.
    pub run: Timestamp,
    /// How many of the run's seconds pass in one.
    pub speed: u32,
}

impl Pace {
    /// Both clocks are one.
    pub const REAL: Self = Self {
        wall: Timestamp::from_millis(0),
        run: Timestamp::from_millis(0),
        speed: 1,
    };

    /// The run's time at a moment of the wall clock.
    pub fn run_at(&self, wall: Timestamp) -> Timestamp {
        self.run
            .plus_ms(wall.since_ms(self.wall).saturating_mul(self.speed().into()))
    }

    /// The moment of the wall clock at a run's time; rounded up, so that a wake-up is never early.
    pub fn wall_at(&self, run: Timestamp) -> Timestamp {
        self.wall
            .plus_ms(run.since_ms(self.run).div_ceil(self.speed().into()))
    }

    /// How long a stretch of the run's time takes by the wall clock.
    pub fn wall_ms(&self, run_ms: u64) -> u64 {
        run_ms.div_ceil(self.speed().into())
    }

    /// Whether it is a pretend account's time; a real one has no beginning of ours.
    pub fn is_pretend(&self) -> bool {
        *self != Self::REAL
    }

    fn speed(&self) -> u32 {
        self.speed.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wake_up_is_never_early() {
        let pace = Pace {
            wall: Timestamp::from_millis(1_000),
            run: Timestamp::from_millis(5_000),
            speed: 60,
        };
        for ms in [0, 1, 59, 60, 61, 1_234_567] {
            let run = Timestamp::from_millis(5_000 + ms);
            assert!(pace.run_at(pace.wall_at(run)) >= run);
        }
        let now = Timestamp::from_millis(1_795_363_445_123);
        assert_eq!(Pace::REAL.run_at(now), now);
        assert_eq!(Pace::REAL.wall_at(now), now);
        assert!(pace.is_pretend() && !Pace::REAL.is_pretend());
    }
}

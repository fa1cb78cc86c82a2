//! How many calls may leave: a bucket that fills at a steady rate.

use serde::{Deserialize, Serialize};

use crate::run::{CALLS_ALONE, CALLS_PER_WAKE};
use crate::time::Timestamp;

/// Calls that may be sent. All of it is in thousandths, since so many come in a millisecond.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bucket {
    level: u64,
    /// Until when it has been filled.
    filled_at: Timestamp,
}

/// So many calls at once, when there were few for a while: three launches begin with less.
pub const BURST: u32 = 160;

/// So many calls a second for longer. A launch sends about two; Exoscale documents no limit, and others' clients have
/// none.
pub const PER_SECOND: u32 = 8;

/// After a refusal for too many calls nothing comes for this long.
const DRY_MS: u64 = 2_000;

/// A clock that is behind by more than this was turned, and the office goes by it.
const TURNED_MS: u64 = 60_000;

impl Default for Bucket {
    fn default() -> Self {
        Self {
            level: thousandths(BURST),
            filled_at: Timestamp::default(),
        }
    }
}

impl Bucket {
    pub(super) fn refill(&mut self, now: Timestamp) {
        if self.filled_at.since_ms(now) > TURNED_MS {
            self.filled_at = now;
        }
        let came = now
            .since_ms(self.filled_at)
            .saturating_mul(u64::from(PER_SECOND));
        self.level = self.level.saturating_add(came).min(thousandths(BURST));
        self.filled_at = self.filled_at.max(now);
    }

    pub(super) fn give_back(&mut self, calls: u32) {
        let level = self.level.saturating_add(thousandths(calls));
        self.level = level.min(thousandths(BURST));
    }

    pub(super) fn empty(&mut self, now: Timestamp) {
        self.level = 0;
        self.filled_at = self.filled_at.max(now.plus_ms(DRY_MS));
    }

    /// Takes a share of what there is, so that nobody takes all of it; or says when there is enough.
    pub(super) fn take(&mut self, now: Timestamp) -> Result<u32, Timestamp> {
        let least = thousandths(CALLS_ALONE);
        if self.level < least {
            return Err(self.filled_to(now, least));
        }
        let share = u32::try_from(self.level / 1_000 / SHARE).unwrap_or(CALLS_PER_WAKE);
        let calls = share.clamp(CALLS_ALONE, CALLS_PER_WAKE);
        self.level = self.level.saturating_sub(thousandths(calls));
        Ok(calls)
    }

    /// Takes so many; or says when there are enough.
    pub(super) fn take_all(&mut self, now: Timestamp, calls: u32) -> Result<(), Timestamp> {
        let wanted = thousandths(calls.min(BURST));
        match self.level.checked_sub(wanted) {
            Some(rest) => {
                self.level = rest;
                Ok(())
            }
            None => Err(self.filled_to(now, wanted)),
        }
    }

    /// When there will be so much.
    fn filled_to(&self, now: Timestamp, wanted: u64) -> Timestamp {
        let missing = wanted.saturating_sub(self.level);
        let at = self.filled_at.max(now);
        at.plus_ms(missing.div_ceil(u64::from(PER_SECOND)))
    }

    pub(super) fn take_one(&mut self) {
        self.level = self.level.saturating_sub(thousandths(1));
    }
}

const fn thousandths(calls: u32) -> u64 {
    calls as u64 * 1_000
}

/// One wake-up takes a quarter of what there is.
const SHARE: u64 = 4;

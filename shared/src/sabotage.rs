//! Known bugs, to be brought back one at a time: a simulation that does not notice them proves nothing. Without the
//! feature `sabotage` there are none.

/// A bug that this code does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// What a lost call made is not adopted.
    NoAdopt,
    /// A call in doubt is sent again at once.
    BlindRetry,
    /// What happened is written down only after another wait.
    LateRecord,
    /// Only what is known to have been made is taken back.
    UndoOfSuccesses,
    /// Whatever has a name like ours is removed.
    DeleteByName,
    /// One listing without it proves that something is not there.
    StaleListTrusted,
    /// A wake-up that was superseded goes on calling.
    NoEpoch,
    /// What the office allows is not heeded.
    Impolite,
    /// Everything is asked after all the time, and nobody holds back. No harm comes of it, so no simulation notices:
    /// it is the yardstick of how soon a run can end.
    Restless,
}

impl Bug {
    /// Every one that does harm.
    pub const ALL: [Self; 8] = [
        Self::NoAdopt,
        Self::BlindRetry,
        Self::LateRecord,
        Self::UndoOfSuccesses,
        Self::DeleteByName,
        Self::StaleListTrusted,
        Self::NoEpoch,
        Self::Impolite,
    ];
}

#[cfg(feature = "sabotage")]
mod switch {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static BUG: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// From here on this thread has this bug and no other.
    pub fn bring_back(bug: Option<Bug>) {
        BUG.set(bug);
    }

    /// Whether this thread has the bug.
    pub fn has(bug: Bug) -> bool {
        BUG.get() == Some(bug)
    }
}

#[cfg(feature = "sabotage")]
pub use switch::{bring_back, has};

/// No.
#[cfg(not(feature = "sabotage"))]
pub const fn has(_bug: Bug) -> bool {
    false
}

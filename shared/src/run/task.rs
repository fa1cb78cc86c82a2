//! Where one task stands, and the one function that says which event may follow which.

use super::{Event, Target};
use crate::exoscale::{OperationId, ResourceId};
use crate::sabotage::{Bug, has};
use crate::time::Timestamp;

/// Where a task, or one thing that a sweep removes, stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskState {
    /// What happens next.
    pub phase: Phase,
    /// How many calls were intended.
    pub attempts: u32,
    /// How many of them had an outcome that was not known.
    pub doubts: u32,
    /// How often in a row it was looked for and not found.
    pub looks: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// From when on patience counts: later than the beginning by as long as the launcher was away.
    pub patient_since: Timestamp,
    /// When the phase was entered.
    pub since: Timestamp,
    /// The resource, once its identifier is known.
    pub id: Option<ResourceId>,
    /// The proof, once done.
    pub detail: Option<String>,
}

/// What happens next with a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing is under way; it may be tried from then on.
    Idle {
        /// The earliest moment.
        at: Timestamp,
    },
    /// A call has left, or was about to.
    Intended,
    /// It may or may not have happened.
    Doubtful {
        /// When to look.
        look_at: Timestamp,
    },
    /// Exoscale is at it.
    Working {
        /// To ask after.
        operation: OperationId,
    },
    /// What a lost call left behind is removed before the next try.
    Clearing,
    /// It is so; only the line that says so is missing.
    Holds,
    /// Finished.
    Done,
    /// Cannot be finished.
    Failed,
}

/// An event that cannot follow what is in the journal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal says {phase} of {target}, and then {event}")]
pub struct IllegalEvent {
    /// What the journal said before.
    pub phase: String,
    /// Of which target.
    pub target: String,
    /// What cannot follow.
    pub event: String,
}

impl TaskState {
    /// A task that has just begun.
    pub const fn begun(at: Timestamp) -> Self {
        Self {
            phase: Phase::Idle { at },
            attempts: 0,
            doubts: 0,
            looks: 0,
            started_at: at,
            patient_since: at,
            since: at,
            id: None,
            detail: None,
        }
    }

    /// Whether nothing more happens with it by itself.
    pub const fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Done | Phase::Failed)
    }

    /// The state after an event. Every legal transition is in here and nowhere else.
    #[expect(
        clippy::too_many_lines,
        reason = "one table of all transitions is easier to check than several"
    )]
    pub fn after(
        &self,
        at: Timestamp,
        event: &Event,
        target: &Target,
    ) -> Result<Self, IllegalEvent> {
        let mut next = Self {
            since: at,
            ..self.clone()
        };
        next.phase = match (&self.phase, event) {
            (Phase::Idle { .. }, Event::Intended { .. }) => {
                next.attempts = self.attempts.saturating_add(1);
                next.looks = 0;
                Phase::Intended
            }
            (Phase::Intended, Event::Accepted { operation, id, .. }) => {
                next.id = id.clone().or_else(|| self.id.clone());
                match operation {
                    Some(operation) => Phase::Working {
                        operation: operation.clone(),
                    },
                    None => Phase::Holds,
                }
            }
            (
                Phase::Idle { .. } | Phase::Intended | Phase::Working { .. },
                Event::Refused { again_at, .. },
            ) => Phase::Idle { at: *again_at },
            (
                Phase::Idle { .. }
                | Phase::Intended
                | Phase::Doubtful { .. }
                | Phase::Working { .. },
                Event::Doubted { look_at, .. },
            ) => {
                if matches!(self.phase, Phase::Intended | Phase::Working { .. }) {
                    next.doubts = self.doubts.saturating_add(1);
                }
                Phase::Doubtful { look_at: *look_at }
            }
            (Phase::Doubtful { .. } | Phase::Clearing, Event::NotDone { next_at, .. }) => {
                next.looks = self.looks.saturating_add(1);
                if next.looks >= looks_before_absent() || self.phase == Phase::Clearing {
                    Phase::Idle { at: *next_at }
                } else {
                    Phase::Doubtful { look_at: *next_at }
                }
            }
            (Phase::Doubtful { .. }, Event::Found { id, .. }) => {
                next.id = id.clone().or_else(|| self.id.clone());
                Phase::Holds
            }
            (Phase::Doubtful { .. }, Event::Listed { .. }) => Phase::Clearing,
            (Phase::Idle { .. }, Event::Listed { items, .. }) => {
                next.looks = if items.is_empty() {
                    self.looks.saturating_add(1)
                } else {
                    0
                };
                Phase::Idle { at }
            }
            (
                Phase::Idle { .. },
                Event::Inventory { .. } | Event::Checked { .. } | Event::Made { .. },
            ) => {
                next.looks = self.looks.saturating_add(1);
                Phase::Idle { at }
            }
            (
                Phase::Idle { .. }
                | Phase::Intended
                | Phase::Doubtful { .. }
                | Phase::Working { .. }
                | Phase::Holds,
                Event::TaskDone { detail, .. },
            ) => {
                next.detail.clone_from(detail);
                Phase::Done
            }
            (
                Phase::Idle { .. }
                | Phase::Intended
                | Phase::Doubtful { .. }
                | Phase::Working { .. }
                | Phase::Clearing,
                Event::TaskFailed { .. },
            ) => Phase::Failed,
            (phase, event) => return Err(IllegalEvent::new(phase, target, event)),
        };
        Ok(next)
    }

    /// The state after the person asked to try again.
    #[must_use]
    pub fn revived(&self, at: Timestamp) -> Self {
        Self {
            phase: Phase::Idle { at },
            attempts: 0,
            doubts: 0,
            looks: 0,
            started_at: at,
            patient_since: at,
            since: at,
            ..self.clone()
        }
    }
}

impl IllegalEvent {
    /// The same, for a target that is in this phase.
    pub fn new(phase: &Phase, target: &Target, event: &Event) -> Self {
        Self {
            phase: format!("{phase:?}"),
            target: format!("{target:?}"),
            event: format!("{event:?}"),
        }
    }
}

/// Listings may be behind: one empty look proves little.
pub(super) fn looks_before_absent() -> u32 {
    if has(Bug::StaleListTrusted) { 1 } else { 2 }
}

//! What went wrong last with what is tried again by itself.

use std::collections::BTreeMap;

use super::{Entry, Event, Target};
use crate::exoscale::CallError;
use crate::time::Timestamp;

/// What is being tried again. It follows from the journal alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setbacks(BTreeMap<Target, Setback>);

/// Something that went wrong and is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setback {
    /// What was answered last.
    pub error: CallError,
    /// Since when it has gone wrong.
    pub since: Timestamp,
    /// When it is tried again.
    pub next_at: Timestamp,
    /// How often it has gone wrong in a row.
    pub times: u32,
}

impl Setbacks {
    /// Each with what it befell.
    pub fn iter(&self) -> impl Iterator<Item = (&Target, &Setback)> {
        self.0.iter()
    }

    pub(super) fn note(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Refused {
                target,
                error,
                again_at: next_at,
            }
            | Event::Doubted {
                target,
                error,
                look_at: next_at,
            } => {
                let before = self.0.get(target);
                let setback = Setback {
                    error: error.clone(),
                    since: before.map_or(entry.at, |before| before.since),
                    next_at: *next_at,
                    times: before.map_or(0, |before| before.times).saturating_add(1),
                };
                self.0.insert(target.clone(), setback);
            }
            Event::NotDone { target, next_at } => {
                if let Some(setback) = self.0.get_mut(target) {
                    setback.next_at = *next_at;
                }
            }
            Event::Accepted { target, .. }
            | Event::Found { target, .. }
            | Event::Listed { target, .. }
            | Event::Inventory { target, .. }
            | Event::Checked { target, .. }
            | Event::TaskDone { target, .. }
            | Event::TaskFailed { target, .. } => {
                self.0.remove(target);
            }
            Event::Undoing { .. }
            | Event::Stuck { .. }
            | Event::Retried
            | Event::Finished { .. } => self.0.clear(),
            Event::RunStarted
            | Event::AdminKey { .. }
            | Event::TaskStarted { .. }
            | Event::Intended { .. }
            | Event::Learned { .. }
            | Event::Made { .. }
            | Event::Reported { .. }
            | Event::Confirmed { .. }
            | Event::Collected
            | Event::Shredded { .. }
            | Event::Away { .. }
            | Event::Slept { .. } => {}
        }
    }
}

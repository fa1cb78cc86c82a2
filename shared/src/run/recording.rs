//! What a run writes into its journal. Each line counts as soon as it is written.

use super::{Entry, Event, Item, Output, Run, Target};
use crate::exoscale::CallError;
use crate::time::Timestamp;

impl Run {
    /// Adds a line to the journal: it counts at once, and leaves with the next drain.
    pub(super) fn record(&mut self, now: Timestamp, event: Event) {
        let entry = Entry {
            seq: self.state.seq.saturating_add(1),
            at: now,
            event,
        };
        match self.state.apply(&self.plan, &entry) {
            Ok(()) => self.queue.push_back(Output::Record(entry)),
            // Only events that the run itself made come here, so this is a mistake of ours. The line is left out:
            // the task stays where it was and is looked at again.
            Err(illegal) => debug_assert!(false, "{illegal}"),
        }
    }

    pub(super) fn done(&mut self, now: Timestamp, target: &Target, detail: Option<String>) {
        let target = target.clone();
        self.record(now, Event::TaskDone { target, detail });
    }

    pub(super) fn not_done(&mut self, now: Timestamp, target: &Target, next_at: Timestamp) {
        let target = target.clone();
        self.record(now, Event::NotDone { target, next_at });
    }

    pub(super) fn listed(&mut self, now: Timestamp, target: &Target, items: Vec<Item>) {
        let target = target.clone();
        self.record(now, Event::Listed { target, items });
    }

    pub(super) fn refused(
        &mut self,
        now: Timestamp,
        target: &Target,
        error: CallError,
        again_at: Timestamp,
    ) {
        let refused = Event::Refused {
            target: target.clone(),
            error,
            again_at,
        };
        self.record(now, refused);
    }

    pub(super) fn doubted(
        &mut self,
        now: Timestamp,
        target: &Target,
        error: CallError,
        look_at: Timestamp,
    ) {
        let doubted = Event::Doubted {
            target: target.clone(),
            error,
            look_at,
        };
        self.record(now, doubted);
    }
}

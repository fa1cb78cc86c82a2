//! The facts in the journal. They are the only state of a run; the enum only ever grows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Check, Fact, Item, Kept, Leftover, Outcome, Problem, Shred, Unknown};
use crate::bootstrap::Report;
use crate::exoscale::{CallError, OperationId, ResourceId};
use crate::plan::{ClusterTag, StepId};
use crate::time::Timestamp;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Counted from 1, without gaps.
    pub seq: u64,
    /// When, in the run's own time.
    pub at: Timestamp,
    /// What.
    pub event: Event,
}

/// What a task's event is about: the task, or one of the things that the task removes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Target {
    /// The step.
    pub step: StepId,
    /// The task, by position in the step.
    pub task: usize,
    /// The resource that a sweep removes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ResourceId>,
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Event {
    /// The run was accepted.
    RunStarted,
    /// The owner's browser made a new key pair and sent the public half.
    AdminKey {
        /// Base64 of the `SubjectPublicKeyInfo`.
        public_key: String,
    },
    /// A task has begun.
    TaskStarted {
        /// Which.
        target: Target,
    },
    /// A call that changes something is about to leave. Nothing has such an effect without this line before it.
    Intended {
        /// For what.
        target: Target,
        /// Exoscale's name of the call.
        call: String,
    },
    /// Exoscale took the call.
    Accepted {
        /// For what.
        target: Target,
        /// To ask after; none where the answer was final.
        operation: Option<OperationId>,
        /// The resource, where the answer names it.
        id: Option<ResourceId>,
    },
    /// Exoscale did not do it, and it is tried again.
    Refused {
        /// For what.
        target: Target,
        /// In Exoscale's words.
        error: CallError,
        /// When it is tried again.
        again_at: Timestamp,
    },
    /// It is not known whether Exoscale did it. It is looked for before anything else.
    Doubted {
        /// For what.
        target: Target,
        /// Why it is not known.
        error: CallError,
        /// When it is looked for.
        look_at: Timestamp,
    },
    /// What was in doubt is there; it is adopted.
    Found {
        /// For what.
        target: Target,
        /// The resource.
        id: Option<ResourceId>,
    },
    /// What was in doubt has not happened. After the first look it is looked for once more, since a listing may be
    /// behind; then it is safe to ask again.
    NotDone {
        /// For what.
        target: Target,
        /// When the next look or the next try is due.
        next_at: Timestamp,
    },
    /// What is there of a kind that is being removed.
    Listed {
        /// The sweep.
        target: Target,
        /// What is ours.
        items: Vec<Item>,
    },
    /// What there is of the cluster, of every kind.
    Inventory {
        /// The task.
        target: Target,
        /// The cluster, once found.
        cluster: Option<ClusterTag>,
        /// What is ours.
        items: Vec<Item>,
        /// What may be ours and is left alone, with the reason.
        kept: Vec<Kept>,
        /// What could not be listed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unknown: Vec<Unknown>,
        /// Runs that may be making something beside the cluster, which is no use without it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        beside: Vec<String>,
    },
    /// What was checked before the first change.
    Checked {
        /// The task.
        target: Target,
        /// Each check and its outcome.
        checks: Vec<Check>,
    },
    /// Something that only Exoscale can tell.
    Learned {
        /// What.
        fact: Fact,
    },
    /// Something was made at the edge. What is secret of it is kept sealed, under its name.
    Made {
        /// The task; none for a certificate that was asked for later.
        target: Option<Target>,
        /// What is not secret, by name.
        public: BTreeMap<String, String>,
    },
    /// A task is finished.
    TaskDone {
        /// Which.
        target: Target,
        /// The proof, in a few words, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
    },
    /// A task cannot be finished.
    TaskFailed {
        /// Which.
        target: Target,
        /// Why, and what to do.
        problem: Problem,
    },
    /// A machine said how far it is.
    Reported {
        /// Which, as its routes name it.
        machine: String,
        /// What it said.
        report: Report,
    },
    /// A control plane has its bundle on disk; its ticket fetches nothing more.
    Confirmed {
        /// Which.
        machine: String,
    },
    /// From here on everything is taken back.
    Undoing {
        /// Why.
        problem: Problem,
    },
    /// Something could not be removed; a person's turn.
    Stuck {
        /// What is left, and how to remove it.
        leftovers: Vec<Leftover>,
    },
    /// The person asked to try again.
    Retried,
    /// The run is over.
    Finished {
        /// How.
        outcome: Outcome,
    },
    /// The owner has the certificate; the authority is no longer needed here.
    Collected,
    /// Secrets were destroyed.
    Shredded {
        /// Which.
        what: Shred,
    },
    /// The launcher was not there for a while. Nobody is blamed for what did not happen meanwhile.
    Away {
        /// For how long.
        ms: u64,
    },
    /// Nothing to do until then. What was due before this line has been asked.
    Slept {
        /// When to go on.
        until: Timestamp,
    },
}

impl Target {
    /// The task itself.
    pub fn task(step: &StepId, task: usize) -> Self {
        Self {
            step: step.clone(),
            task,
            item: None,
        }
    }

    /// One of the things that the task removes.
    #[must_use]
    pub fn of_item(&self, id: &ResourceId) -> Self {
        Self {
            item: Some(id.clone()),
            ..self.clone()
        }
    }

    /// The task that this belongs to.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self {
            item: None,
            ..self.clone()
        }
    }
}

impl Event {
    /// The target that the event moves, if it is about one.
    pub fn target(&self) -> Option<&Target> {
        match self {
            Self::TaskStarted { target }
            | Self::Intended { target, .. }
            | Self::Accepted { target, .. }
            | Self::Refused { target, .. }
            | Self::Doubted { target, .. }
            | Self::Found { target, .. }
            | Self::NotDone { target, .. }
            | Self::Listed { target, .. }
            | Self::Inventory { target, .. }
            | Self::Checked { target, .. }
            | Self::TaskDone { target, .. }
            | Self::TaskFailed { target, .. } => Some(target),
            Self::Made { target, .. } => target.as_ref(),
            Self::RunStarted
            | Self::AdminKey { .. }
            | Self::Learned { .. }
            | Self::Reported { .. }
            | Self::Confirmed { .. }
            | Self::Undoing { .. }
            | Self::Stuck { .. }
            | Self::Retried
            | Self::Finished { .. }
            | Self::Collected
            | Self::Shredded { .. }
            | Self::Away { .. }
            | Self::Slept { .. } => None,
        }
    }
}

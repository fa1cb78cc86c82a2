//! What a removal has found, and what has proved it gone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Item;
use crate::exoscale::{Kind, OperationId, ResourceId};
use crate::time::Timestamp;

/// What a removal has found, and what has become of it. It follows from the journal alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Everything that was ever found, with the most that it was seen to cost.
    seen: BTreeMap<Place, Item>,
    /// What is there, as far as listings and removals have shown.
    here: BTreeMap<Place, Item>,
    /// What is not, and how that is known.
    gone: BTreeMap<Place, Gone>,
}

/// Among its kind an identifier is unique.
type Place = (Kind, ResourceId);

/// Since when something is known to be gone, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gone {
    /// When the answer came.
    pub at: Timestamp,
    /// Which answer.
    pub proof: Proof,
}

/// The answer that proves that something is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// The operation that removed it has succeeded.
    Operation(OperationId),
    /// Asked for by its identifier, it was not found.
    NotFound,
    /// A listing of its kind does not show it.
    Listing,
}

impl Findings {
    /// What is there.
    pub fn here(&self) -> impl Iterator<Item = &Item> {
        self.here.values()
    }

    /// Everything that was ever found.
    pub fn seen(&self) -> impl Iterator<Item = &Item> {
        self.seen.values()
    }

    /// What was found and is no more.
    pub fn gone(&self) -> impl Iterator<Item = (&Item, Option<&Gone>)> {
        let lost = self.seen.iter();
        let lost = lost.filter(|(place, _)| !self.here.contains_key(*place));
        lost.map(|(place, item)| (item, self.gone.get(place)))
    }

    /// Whether something of this identifier is there.
    pub fn has(&self, id: &ResourceId) -> bool {
        self.here.keys().any(|(_, here)| here == id)
    }

    /// Something is about to be removed that is not of a kind that is being swept.
    pub(super) fn see(&mut self, items: &[Item]) {
        for item in items {
            let seen = self
                .seen
                .entry(item.place())
                .or_insert_with(|| item.clone());
            seen.hourly = seen.hourly.max(item.hourly);
        }
    }

    /// A listing of one kind shows these.
    pub(super) fn list_kind(&mut self, at: Timestamp, kind: Kind, items: &[Item]) {
        let before = std::mem::take(&mut self.here);
        let (of_kind, others) = before
            .into_iter()
            .partition(|((other, _), _)| *other == kind);
        self.here = others;
        self.show(at, &of_kind, items);
    }

    /// A listing of all kinds shows these; nothing is known of the kinds that could not be listed.
    pub(super) fn list_all(&mut self, at: Timestamp, unlisted: &[Kind], items: &[Item]) {
        let before = std::mem::take(&mut self.here);
        let (unknown, listed): (BTreeMap<_, _>, BTreeMap<_, _>) = before
            .into_iter()
            .partition(|((kind, _), _)| unlisted.contains(kind));
        self.here = unknown;
        self.show(at, &listed, items);
    }

    fn show(&mut self, at: Timestamp, before: &BTreeMap<Place, Item>, items: &[Item]) {
        self.see(items);
        for item in items {
            self.gone.remove(&item.place());
            self.here.insert(item.place(), item.clone());
        }
        let proof = Proof::Listing;
        for place in before.keys() {
            if !self.here.contains_key(place) {
                let gone = Gone {
                    at,
                    proof: proof.clone(),
                };
                self.gone.entry(place.clone()).or_insert(gone);
            }
        }
    }

    /// The removal of what has this identifier has ended well.
    pub(super) fn remove(&mut self, at: Timestamp, id: &ResourceId, proof: &Proof) {
        self.here.retain(|(_, here), _| here != id);
        for place in self.seen.keys().filter(|(_, seen)| seen == id) {
            let gone = Gone {
                at,
                proof: proof.clone(),
            };
            self.gone.insert(place.clone(), gone);
        }
    }
}

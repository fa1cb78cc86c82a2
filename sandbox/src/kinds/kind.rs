//! What all kinds have in common, written once: they are listed, shown, made, edited and removed in the same way.

mod ending;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use self::ending::{Handle, apply, give_up};
use crate::operation::{self, Reference};
use crate::store::{State, Stored};
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

/// Something an account holds.
pub(crate) trait Kind: Stored + 'static {
    /// As in paths and in the `reference` of operations: `private-network`.
    const NAME: &'static str;
    /// The key of its list: `private-networks`.
    const PLURAL: &'static str;
    /// As refusals call it: `Private network`.
    const TITLE: &'static str;
    /// How long editing one takes.
    const CHANGE_MS: u64;
    /// How long making one takes.
    const MAKE_MS: u64 = Self::CHANGE_MS;
    /// How long removing one takes.
    const REMOVE_MS: u64 = Self::CHANGE_MS;

    /// Where it exists; `None` is everywhere.
    fn zone(&self) -> Option<&str> {
        None
    }

    /// When it was made (virtual time); stale lists hide the young.
    fn born(&self) -> u64;

    /// Does the API still (or already) say that it exists?
    fn is_visible(&self) -> bool {
        true
    }

    /// Is it among what the query of a list asks for?
    fn is_asked_for(&self, _query: &BTreeMap<String, String>) -> bool {
        true
    }

    /// What a list says of it.
    fn summary(&self, state: &State) -> Object;

    /// What is said of it alone; lists omit some of that.
    fn full(&self, state: &State) -> Object {
        self.summary(state)
    }

    /// May it be edited or removed now?
    fn check_free(&self, _state: &State) -> Result<(), Refusal> {
        Ok(())
    }

    /// Asked when its removal begins, and again when it ends.
    fn check_removable(&self, _state: &State) -> Result<(), Refusal> {
        Ok(())
    }

    /// Its removal has begun.
    fn leaving(&mut self) {}

    /// Its removal has failed.
    fn staying(&mut self) {}

    /// It stays after all, and others may have counted on less.
    fn stayed(_state: &mut State, _id: &str) {}

    /// The operation that makes it has ended well.
    fn made(_state: &mut State, _id: &str) {}

    /// Takes it out of the world.
    fn removed(state: &mut State, id: &str) {
        Self::table_mut(state).remove(id);
    }
}

/// A kind whose settings can be changed: what a create has, what an update merges over, what an answer repeats.
/// They are kept as the wire has them, so that an update is a merge patch and a reset is a `null`.
pub(crate) trait Editable: Kind {
    type Settings: Serialize + DeserializeOwned;

    fn settings(&self) -> &Self::Settings;
    fn settings_mut(&mut self) -> &mut Self::Settings;

    /// The body of a create or an update in the names that the settings have.
    fn modern(body: Value) -> Value {
        body
    }

    /// What the document cannot say: that ranges fit together and references lead somewhere.
    /// `before` is what is edited; `None` when it is made.
    fn check(
        settings: &Self::Settings,
        before: Option<&Self::Settings>,
        zone: &str,
        state: &State,
    ) -> Result<(), Refusal>;

    /// Its change has begun.
    fn changing(&mut self) {}

    /// Its change has ended, well or not.
    fn changed(_state: &mut State, _id: &str) {}
}

/// `GET /<kind>`
pub(crate) fn list<K: Kind>(ask: &mut Ask<'_>) -> Outcome {
    let until = ask.listed_until();
    let rows: Vec<Value> = K::table(ask.state)
        .values()
        .filter(|row| row.is_visible() && row.born() <= until)
        .filter(|row| row.zone().is_none_or(|zone| zone == ask.zone))
        .filter(|row| row.is_asked_for(ask.query))
        .map(|row| row.summary(ask.state).done())
        .collect();
    Ok(json!({ K::PLURAL: rows }))
}

/// `GET /<kind>/{id}`
pub(crate) fn show<K: Kind>(ask: &mut Ask<'_>) -> Outcome {
    Ok(own::<K>(ask)?.full(ask.state).done())
}

/// `DELETE /<kind>/{id}`
pub(crate) fn remove<K: Kind>(ask: &mut Ask<'_>) -> Outcome {
    let row = own::<K>(ask)?;
    row.check_removable(ask.state)?;
    row.check_free(ask.state)?;
    let id = ask.id().to_owned();
    if let Some(row) = K::table_mut(ask.state).get_mut(&id) {
        row.leaving();
    }
    begin::<K>(ask, &id, Change::Gone)
}

/// The end of every create: the row is there at once, its operation ends later.
pub(crate) fn make<K: Kind>(ask: &mut Ask<'_>, id: &str, row: K) -> Outcome {
    K::table_mut(ask.state).insert(id, row);
    begin::<K>(ask, id, Change::Made)
}

/// `PUT /<kind>/{id}`
pub(crate) fn update<K: Editable>(ask: &mut Ask<'_>) -> Outcome {
    let patch = ask.read()?;
    edit::<K>(ask, K::modern(patch))
}

/// `DELETE /<kind>/{id}/{field}`
pub(crate) fn reset<K: Editable>(ask: &mut Ask<'_>) -> Outcome {
    let patch = json!({ ask.parameter("field"): null });
    edit::<K>(ask, K::modern(patch))
}

fn edit<K: Editable>(ask: &mut Ask<'_>, patch: Value) -> Outcome {
    let row = own::<K>(ask)?;
    row.check_free(ask.state)?;
    let settings = merged(row.settings(), &patch).map_err(|error| not_read(&error))?;
    K::check(&settings, Some(row.settings()), ask.zone, ask.state)?;
    let id = ask.id().to_owned();
    if let Some(row) = K::table_mut(ask.state).get_mut(&id) {
        row.changing();
    }
    begin::<K>(ask, &id, Change::Edited(patch))
}

/// What a body says, in one of the shapes that it is read in.
pub(crate) fn read<T: DeserializeOwned>(body: &Value) -> Result<T, Refusal> {
    T::deserialize(body).map_err(|error| not_read(&error))
}

fn not_read(error: &serde_json::Error) -> Refusal {
    Refusal::invalid(format!("Invalid request body: {error}"))
}

/// Begins an operation on one of this kind.
fn begin<K: Kind>(ask: &mut Ask<'_>, id: &str, change: Change) -> Outcome {
    let duration = match &change {
        Change::Made => K::MAKE_MS,
        Change::Edited(_) => K::CHANGE_MS,
        Change::Gone => K::REMOVE_MS,
    };
    let change = super::Change::Kind {
        kind: K::NAME.to_owned(),
        id: id.to_owned(),
        change,
    };
    let reference = Reference::new(K::NAME, id);
    Ok(operation::begin(ask, reference, duration, change))
}

/// The row that the path names, if it exists in this zone, or 404.
pub(crate) fn own<'a, K: Kind>(ask: &'a Ask<'_>) -> Result<&'a K, Refusal> {
    find(ask.state, ask.zone, ask.id())
}

/// The row with this id, if it exists in this zone, or 404.
pub(crate) fn find<'a, K: Kind>(state: &'a State, zone: &str, id: &str) -> Result<&'a K, Refusal> {
    K::table(state)
        .get(id)
        .filter(|row| row.is_visible() && row.zone().is_none_or(|home| home == zone))
        .ok_or_else(|| Refusal::not_found(K::TITLE))
}

/// Do they all exist in this zone?
pub(crate) fn check_all<'a, K: Kind>(
    state: &State,
    zone: &str,
    ids: impl IntoIterator<Item = &'a str>,
) -> Result<(), Refusal> {
    ids.into_iter()
        .try_for_each(|id| find::<K>(state, zone, id).map(drop))
}

/// RFC 7396 for one level: members of objects within (labels) are replaced as a whole.
fn merged<S: Serialize + DeserializeOwned>(
    settings: &S,
    patch: &Value,
) -> Result<S, serde_json::Error> {
    let mut whole = serde_json::to_value(settings)?;
    if let (Some(whole), Some(patch)) = (whole.as_object_mut(), patch.as_object()) {
        for (name, value) in patch {
            if value.is_null() {
                whole.remove(name);
            } else {
                whole.insert(name.clone(), value.clone());
            }
        }
    }
    serde_json::from_value(whole)
}

/// What an operation does to the thing that it is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Made,
    Edited(Value),
    Gone,
}

//! What all kinds have in common, written once: they are listed, shown, made, edited and removed in the same way.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::operation::{self, Failure, Reference};
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
    /// How long making, editing or removing one takes.
    const CHANGE_MS: u64;
    /// The parameter of the path that names one.
    const KEY: &'static str = "id";

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

    /// Asked when its removal begins, and again when it ends.
    fn check_removable(&self, _state: &State) -> Result<(), Refusal> {
        Ok(())
    }

    /// Its removal has begun.
    fn leaving(&mut self) {}

    /// Its removal has failed.
    fn staying(&mut self) {}

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

    /// What the document cannot say: that ranges fit together and references lead somewhere.
    /// `before` is what is edited; `None` when it is made.
    fn check(
        settings: &Self::Settings,
        before: Option<&Self::Settings>,
        zone: &str,
        state: &State,
    ) -> Result<(), Refusal>;

    /// May it be edited now?
    fn check_free(&self, _state: &State) -> Result<(), Refusal> {
        Ok(())
    }

    /// May it become that, with what hangs on it?
    fn check_change(&self, _settings: &Self::Settings, _state: &State) -> Result<(), Refusal> {
        Ok(())
    }

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
    let id = ask.parameter(K::KEY).to_owned();
    if let Some(row) = K::table_mut(ask.state).get_mut(&id) {
        row.leaving();
    }
    begin_change::<K>(ask, &id, Change::Gone)
}

/// The end of every create: the row is there at once, its operation ends later.
pub(crate) fn make<K: Kind>(ask: &mut Ask<'_>, id: &str, row: K) -> Outcome {
    K::table_mut(ask.state).insert(id, row);
    begin_change::<K>(ask, id, Change::Made)
}

/// `PUT /<kind>/{id}`
pub(crate) fn update<K: Editable>(ask: &mut Ask<'_>) -> Outcome {
    let patch = ask.read()?;
    edit::<K>(ask, patch)
}

/// `DELETE /<kind>/{id}/{field}`
pub(crate) fn reset<K: Editable>(ask: &mut Ask<'_>) -> Outcome {
    let patch = json!({ ask.parameter("field"): null });
    edit::<K>(ask, patch)
}

/// Begins a change of some of the settings.
pub(super) fn edit<K: Editable>(ask: &mut Ask<'_>, patch: Value) -> Outcome {
    let row = own::<K>(ask)?;
    row.check_free(ask.state)?;
    let settings = merged(row.settings(), &patch)
        .map_err(|error| Refusal::invalid(format!("Invalid request body: {error}")))?;
    K::check(&settings, Some(row.settings()), ask.zone, ask.state)?;
    row.check_change(&settings, ask.state)?;
    let id = ask.parameter(K::KEY).to_owned();
    if let Some(row) = K::table_mut(ask.state).get_mut(&id) {
        row.changing();
    }
    begin_change::<K>(ask, &id, Change::Edited(patch))
}

fn begin_change<K: Kind>(ask: &mut Ask<'_>, id: &str, change: Change) -> Outcome {
    let change = super::Change::Kind {
        kind: K::NAME.to_owned(),
        id: id.to_owned(),
        change,
    };
    begin::<K>(ask, id, change)
}

/// Begins an operation that refers to one of this kind, whatever it does.
pub(super) fn begin<K: Kind>(ask: &mut Ask<'_>, id: &str, change: super::Change) -> Outcome {
    let reference = Reference::new(K::NAME, id);
    Ok(operation::begin(ask, reference, K::CHANGE_MS, change))
}

/// The row that the path names, if it exists in this zone, or 404.
pub(crate) fn own<'a, K: Kind>(ask: &'a Ask<'_>) -> Result<&'a K, Refusal> {
    find(ask.state, ask.zone, ask.parameter(K::KEY))
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
pub(super) fn merged<S: Serialize + DeserializeOwned>(
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
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub(crate) enum Change {
    Made,
    Edited(Value),
    Gone,
}

/// A kind without its type, for the operations that end later.
pub(crate) struct Handle {
    name: &'static str,
    finish: fn(&mut State, &str, &Change) -> Result<(), Failure>,
    abandon: fn(&mut State, &str, &Change, bool),
}

impl Handle {
    pub(crate) const fn of<K: Kind>() -> Self {
        Self {
            name: K::NAME,
            finish: finish::<K>,
            abandon: abandon::<K>,
        }
    }

    pub(crate) const fn editable<K: Editable>() -> Self {
        Self {
            name: K::NAME,
            finish: finish_editable::<K>,
            abandon: abandon_editable::<K>,
        }
    }

    fn named(name: &str) -> Option<&'static Self> {
        super::KINDS.iter().find(|kind| kind.name == name)
    }
}

/// The operation ends well, unless what it is about has changed meanwhile.
pub(super) fn apply(
    state: &mut State,
    kind: &str,
    id: &str,
    change: &Change,
) -> Result<(), Failure> {
    Handle::named(kind).map_or(Ok(()), |kind| (kind.finish)(state, id, change))
}

/// The operation fails: what was made may stay behind (Terraform provider #436), what was to be changed is as before.
pub(super) fn give_up(state: &mut State, kind: &str, id: &str, change: &Change, stays: bool) {
    if let Some(kind) = Handle::named(kind) {
        (kind.abandon)(state, id, change, stays);
    }
}

fn finish<K: Kind>(state: &mut State, id: &str, change: &Change) -> Result<(), Failure> {
    match change {
        Change::Made => K::made(state, id),
        Change::Gone => {
            let removable = K::table(state)
                .get(id)
                .map_or(Ok(()), |row| row.check_removable(state));
            if let Err(refusal) = removable {
                stay::<K>(state, id);
                return Err(Failure::new("conflict", &refusal.message));
            }
            K::removed(state, id);
        }
        Change::Edited(_) => {}
    }
    Ok(())
}

fn finish_editable<K: Editable>(
    state: &mut State,
    id: &str,
    change: &Change,
) -> Result<(), Failure> {
    let Change::Edited(patch) = change else {
        return finish::<K>(state, id, change);
    };
    if let Some(row) = K::table_mut(state).get_mut(id)
        && let Ok(settings) = merged(row.settings(), patch)
    {
        *row.settings_mut() = settings;
    }
    K::changed(state, id);
    Ok(())
}

fn abandon<K: Kind>(state: &mut State, id: &str, change: &Change, stays: bool) {
    match change {
        Change::Made if stays => K::made(state, id),
        Change::Made => K::removed(state, id),
        Change::Gone => stay::<K>(state, id),
        Change::Edited(_) => {}
    }
}

fn abandon_editable<K: Editable>(state: &mut State, id: &str, change: &Change, stays: bool) {
    match change {
        Change::Edited(_) => K::changed(state, id),
        Change::Made | Change::Gone => abandon::<K>(state, id, change, stays),
    }
}

fn stay<K: Kind>(state: &mut State, id: &str) {
    if let Some(row) = K::table_mut(state).get_mut(id) {
        row.staying();
    }
}

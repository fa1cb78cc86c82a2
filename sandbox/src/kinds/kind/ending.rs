//! How the operations of all kinds end: as asked, or not at all.

use serde_json::Value;

use super::{Change, Editable, Kind, merged};
use crate::kinds;
use crate::operation::Failure;
use crate::store::State;

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
        kinds::KINDS.iter().find(|kind| kind.name == name)
    }
}

/// The operation ends well, unless what it is about has changed meanwhile.
pub(crate) fn apply(
    state: &mut State,
    kind: &str,
    id: &str,
    change: &Change,
) -> Result<(), Failure> {
    Handle::named(kind).map_or(Ok(()), |kind| (kind.finish)(state, id, change))
}

/// The operation fails: what was made may stay behind (Terraform provider #436), what was to be changed is as before.
pub(crate) fn give_up(state: &mut State, kind: &str, id: &str, change: &Change, stays: bool) {
    if let Some(kind) = Handle::named(kind) {
        (kind.abandon)(state, id, change, stays);
    }
}

fn finish<K: Kind>(state: &mut State, id: &str, change: &Change) -> Result<(), Failure> {
    match change {
        Change::Made if K::table(state).get(id).is_none() => {
            return Err(Failure::new("interrupted", "It is already gone"));
        }
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
    let edited = edited::<K>(state, id, patch);
    let edited = edited.map(|settings| {
        if let Some(row) = K::table_mut(state).get_mut(id) {
            *row.settings_mut() = settings;
        }
    });
    K::changed(state, id);
    edited
}

/// The settings as they are to be; what they refer to may have gone since the edit began.
fn edited<K: Editable>(state: &State, id: &str, patch: &Value) -> Result<K::Settings, Failure> {
    let gone = || Failure::new("interrupted", "It is already gone");
    let row = K::table(state).get(id).ok_or_else(gone)?;
    let settings = merged(row.settings(), patch)
        .map_err(|error| Failure::new("incorrect", &error.to_string()))?;
    let zone = row.zone().unwrap_or_default();
    K::check(&settings, Some(row.settings()), zone, state)
        .map_err(|refusal| Failure::new("conflict", &refusal.message))?;
    Ok(settings)
}

fn abandon<K: Kind>(state: &mut State, id: &str, change: &Change, stays: bool) {
    match change {
        Change::Made if stays => K::made(state, id),
        // Something else may have been built on it already.
        Change::Made => {
            let row = K::table(state).get(id);
            if row.is_some_and(|row| row.check_removable(state).is_err()) {
                K::made(state, id);
            } else {
                K::removed(state, id);
            }
        }
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
    K::stayed(state, id);
}

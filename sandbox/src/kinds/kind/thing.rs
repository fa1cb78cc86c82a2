//! Things of all kinds as people see them.

use serde::Serialize;
use serde_json::Value;

use super::Kind;
use crate::kinds;
use crate::store::State;

/// Something that exists.
#[derive(Debug, Serialize)]
pub struct Thing {
    /// Its kind, as in the API's paths.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its name, or what it has instead.
    pub name: String,
    /// Its state, where the kind has one.
    pub state: Option<String>,
    /// Where it exists; nothing is everywhere.
    pub zone: Option<String>,
}

/// Everything that exists.
pub(crate) fn things(state: &State) -> Vec<Thing> {
    let kinds = kinds::KINDS.iter();
    kinds.flat_map(|kind| kind.things(state)).collect()
}

pub(super) fn of<K: Kind>(state: &State) -> Vec<Thing> {
    let rows = K::table(state).iter().filter(|(_, row)| row.is_visible());
    rows.map(|(id, row)| {
        let summary = row.summary(state).done();
        let text = |key: &str| {
            let text = summary.get(key).and_then(Value::as_str);
            text.map(str::to_owned)
        };
        let name = text("name").or_else(|| text("ip"));
        Thing {
            kind: K::NAME,
            id: id.clone(),
            name: name.unwrap_or_default(),
            state: text("state"),
            zone: row.zone().map(str::to_owned),
        }
    })
    .collect()
}

//! One table: entities of one kind, by id and by what they belong to.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::State;

/// Entities of one kind by id, remembering which were touched, and whose they are.
#[derive(Debug)]
pub(crate) struct Table<T> {
    rows: BTreeMap<String, T>,
    touched: BTreeSet<String>,
    owned: BTreeMap<String, BTreeSet<String>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            touched: BTreeSet::new(),
            owned: BTreeMap::new(),
        }
    }
}

impl<T: Stored> Table<T> {
    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(id)
    }

    /// Mutable access counts as a change.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        let row = self.rows.get_mut(id)?;
        self.touched.insert(id.to_owned());
        Some(row)
    }

    pub(crate) fn insert(&mut self, id: &str, row: T) {
        self.remove(id);
        self.place(id, row);
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        self.touched.insert(id.to_owned());
        let row = self.rows.remove(id)?;
        for owner in row.owners() {
            if let Some(owned) = self.owned.get_mut(owner) {
                owned.remove(id);
                if owned.is_empty() {
                    self.owned.remove(owner);
                }
            }
        }
        Some(row)
    }

    /// What belongs to this owner: found without a look at the rest.
    pub(crate) fn of<'a>(&'a self, owner: &str) -> impl Iterator<Item = &'a T> + use<'a, T> {
        let ids = self.owned.get(owner).into_iter().flatten();
        ids.filter_map(|id| self.rows.get(id))
    }

    fn place(&mut self, id: &str, row: T) {
        for owner in row.owners() {
            let owned = self.owned.entry(owner.to_owned()).or_default();
            owned.insert(id.to_owned());
        }
        self.rows.insert(id.to_owned(), row);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &T)> {
        self.rows.iter()
    }

    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.rows.values()
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The id of the first row, when there are more than so many.
    pub(crate) fn oldest_beyond(&self, most: usize) -> Option<String> {
        (self.rows.len() > most)
            .then(|| self.rows.keys().next().cloned())
            .flatten()
    }

    /// The ids of the rows that satisfy the condition: for loops that change the table.
    pub(crate) fn ids(&self, condition: impl Fn(&T) -> bool) -> Vec<String> {
        self.rows
            .iter()
            .filter(|(_, row)| condition(row))
            .map(|(id, _)| id.clone())
            .collect()
    }
}

impl<T: Stored + Serialize + DeserializeOwned> Table<T> {
    pub(super) fn load(&mut self, id: &str, json: &str) -> Result<(), serde_json::Error> {
        self.place(id, serde_json::from_str(json)?);
        Ok(())
    }

    pub(super) fn drain(&mut self, kind: &str, into: &mut Vec<(String, Option<String>)>) {
        for id in std::mem::take(&mut self.touched) {
            let json = self
                .rows
                .get(&id)
                .and_then(|row| serde_json::to_string(row).ok());
            into.push((format!("{kind}/{id}"), json));
        }
    }
}

/// An entity with a table of its own.
pub(crate) trait Stored: Sized {
    fn table(state: &State) -> &Table<Self>;
    fn table_mut(state: &mut State) -> &mut Table<Self>;

    /// What it belongs to, from its first to its last day.
    fn owners(&self) -> Vec<&str>;
}

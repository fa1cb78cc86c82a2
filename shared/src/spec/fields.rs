//! Reading JSON field by field: every refusal is noted with its path, and reading goes on.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::{Problem, Refusal};
use crate::limits;

/// The problems found so far.
#[derive(Default)]
pub(super) struct Report {
    problems: Vec<Problem>,
}

impl Report {
    pub(super) fn add(&mut self, problem: Problem) {
        if self.problems.len() < limits::PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }

    /// Notes a problem about a value that was read and does not go with the rest.
    pub(super) fn refuse(&mut self, field: &str, value: &impl ToString, refusal: Refusal) {
        self.add(Problem::new(
            field,
            &Value::String(value.to_string()),
            refusal,
        ));
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }
}

/// How many entries a list may have, and what to do with more.
pub(super) struct Most {
    pub(super) entries: usize,
    pub(super) hint: &'static str,
}

/// A JSON object under a path.
pub(super) struct Object<'a> {
    path: String,
    content: Content<'a>,
}

enum Content<'a> {
    /// Nothing stands there: every field has its default.
    Missing,
    /// Something else than an object stands there: that is one problem, not one for each field.
    Wrong,
    There(&'a Map<String, Value>),
}

impl<'a> Object<'a> {
    /// Opens an object and refuses fields that it does not have; one that is missing is empty.
    pub(super) fn open(
        value: Option<&'a Value>,
        path: &str,
        known: &[&str],
        report: &mut Report,
    ) -> Self {
        let object = |content| Self {
            path: path.to_owned(),
            content,
        };
        let Some(value) = value else {
            return object(Content::Missing);
        };
        let known_here = || known.join(", ");
        let Some(fields) = value.as_object() else {
            let refusal = Refusal::new(
                "An object with fields is required.",
                format!("Its fields: {}.", known_here()),
            );
            report.add(Problem::new(path, value, refusal));
            return object(Content::Wrong);
        };
        let object = object(Content::There(fields));
        let unknown = fields.keys().filter(|key| !known.contains(&key.as_str()));
        for key in unknown.take(limits::PROBLEMS_MAX) {
            let key: String = key
                .chars()
                .take(limits::PROBLEM_VALUE_CHARS_MAX)
                .filter(|letter| !letter.is_control())
                .collect();
            let refusal = Refusal::new(
                "There is no such field.",
                format!("Known here: {}.", known_here()),
            );
            // Without its value: somebody may have put a secret there.
            report.add(Problem::hiding(object.at(&key), refusal));
        }
        object
    }

    /// The path of one of its fields.
    pub(super) fn at(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    pub(super) fn raw(&self, key: &str) -> Option<&'a Value> {
        match self.content {
            Content::There(fields) => fields.get(key),
            Content::Missing | Content::Wrong => None,
        }
    }

    pub(super) const fn is_readable(&self) -> bool {
        !matches!(self.content, Content::Wrong)
    }

    /// A field that must be there.
    pub(super) fn required<T>(
        &self,
        key: &str,
        report: &mut Report,
        read: impl FnOnce(&'a Value) -> Result<T, Refusal>,
    ) -> Option<T> {
        if self.is_readable() && self.raw(key).is_none() {
            report.add(Problem::hiding(
                self.at(key),
                Refusal::new("This field is required.", ""),
            ));
        }
        self.optional(key, report, None, read)
    }

    /// A field with a default; the default is `None` where it would follow from a value that was refused.
    pub(super) fn optional<T>(
        &self,
        key: &str,
        report: &mut Report,
        default: Option<T>,
        read: impl FnOnce(&'a Value) -> Result<T, Refusal>,
    ) -> Option<T> {
        let Some(value) = self.raw(key) else {
            return default.filter(|_| self.is_readable());
        };
        read(value)
            .map_err(|refusal| report.add(Problem::new(self.at(key), value, refusal)))
            .ok()
    }

    /// A list of text, each entry parsed; a missing one is its default. One that is too long is not read at all:
    /// to compare thousands of entries with each other takes long.
    pub(super) fn list<T: FromStr<Err = Refusal>>(
        &self,
        key: &str,
        most: &Most,
        report: &mut Report,
        default: Vec<T>,
    ) -> Option<Vec<T>> {
        let entries = self.optional(key, report, None, |value| items(value, most));
        if self.raw(key).is_none() {
            return self.is_readable().then_some(default);
        }
        let entries = entries?.iter().enumerate().map(|(index, value)| {
            let field = format!("{}[{index}]", self.at(key));
            parsed(value)
                .map_err(|refusal| report.add(Problem::new(field, value, refusal)))
                .ok()
        });
        // Collected twice, so that every entry is read and reported.
        entries.collect::<Vec<_>>().into_iter().collect()
    }
}

pub(super) fn text(value: &Value) -> Result<&str, Refusal> {
    value
        .as_str()
        .ok_or_else(|| Refusal::new("Text is required.", "Put it in quotes."))
}

pub(super) fn parsed<T: FromStr<Err = Refusal>>(value: &Value) -> Result<T, Refusal> {
    text(value)?.parse()
}

pub(super) fn whole(value: &Value) -> Result<u64, Refusal> {
    value.as_u64().ok_or_else(|| {
        Refusal::new(
            "A whole number is required.",
            "Without quotes, sign and decimals.",
        )
    })
}

pub(super) fn flag(value: &Value) -> Result<bool, Refusal> {
    value
        .as_bool()
        .ok_or_else(|| Refusal::new("`true` or `false` is required.", "Without quotes."))
}

fn items<'a>(value: &'a Value, most: &Most) -> Result<&'a [Value], Refusal> {
    let entries = value.as_array().ok_or_else(|| {
        Refusal::new("A list is required.", "Put the entries in square brackets.")
    })?;
    if entries.len() > most.entries {
        let rule = format!("This list has at most {} entries.", most.entries);
        return Err(Refusal::new(rule, most.hint));
    }
    Ok(entries)
}

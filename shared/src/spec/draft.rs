//! A spec in the making: what a form holds while a person types, right or not yet right.
//!
//! It keeps exactly what was typed. [`Draft::parse`] says what is wrong with it, by field.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Pool, Problem, Spec, parse};

/// Raw JSON of a spec, edited by path: `pools[0].max`, `network.private`, `access.api`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Draft(Value);

impl From<&Spec> for Draft {
    fn from(spec: &Spec) -> Self {
        Self(spec.to_value())
    }
}

impl Draft {
    /// The spec, or everything that is still wrong.
    pub fn parse(&self) -> Result<Spec, Vec<Problem>> {
        parse(&self.0)
    }

    /// What stands at a path.
    pub fn value(&self, path: &str) -> Option<&Value> {
        steps(path)?
            .iter()
            .try_fold(&self.0, |value, step| match step {
                Step::Key(key) => value.get(key),
                Step::Index(index) => value.get(index),
            })
    }

    /// What stands at a path as an input shows it: lists a line an entry, labels `key=value`.
    pub fn text(&self, path: &str) -> String {
        self.value(path).map(shown).unwrap_or_default()
    }

    /// Puts a value at a path; a path through nothing makes the objects on its way.
    pub fn set(&mut self, path: &str, value: Value) {
        if let Some(place) = self.place(path) {
            *place = value;
        }
    }

    /// Puts what a person typed at a path: a whole number becomes one, other text stays for the parser.
    pub fn set_text(&mut self, path: &str, text: &str) {
        let number = NUMBERS
            .iter()
            .any(|name| path == *name || path.ends_with(&format!(".{name}")));
        let value = match text.trim().parse::<u64>() {
            Ok(count) if number => Value::from(count),
            Ok(_) | Err(_) => Value::from(text),
        };
        self.set(path, value);
    }

    /// Puts a list of text at a path, one entry a line, empty lines left out.
    pub fn set_lines(&mut self, path: &str, text: &str) {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        self.set(path, lines.map(Value::from).collect());
    }

    /// Puts labels at a path, one `key=value` a line, empty lines left out.
    pub fn set_pairs(&mut self, path: &str, text: &str) {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let pairs: Map<String, Value> = lines
            .map(|line| line.split_once('=').unwrap_or((line, "")))
            .map(|(key, value)| (key.trim().to_owned(), Value::from(value.trim())))
            .collect();
        self.set(path, Value::Object(pairs));
    }

    /// Takes a field away, so that its default holds.
    pub fn clear(&mut self, path: &str) {
        let (parent, key) = path.rsplit_once('.').unwrap_or(("", path));
        // Looked up first: going to a place makes it.
        if self.value(parent).is_some_and(Value::is_object)
            && let Some(Value::Object(fields)) = self.place(parent)
        {
            fields.remove(key);
        }
    }

    /// Adds a pool with a name; everything else has its default.
    pub fn add_pool(&mut self, name: &str) {
        if let Some(pools) = self.pools() {
            pools.push(json!({ "name": name }));
        }
    }

    /// Removes a pool.
    pub fn remove_pool(&mut self, index: usize) {
        if let Some(pools) = self.pools().filter(|pools| index < pools.len()) {
            pools.remove(index);
        }
    }

    /// The pools, with the default one written out where nobody said anything yet.
    fn pools(&mut self) -> Option<&mut Vec<Value>> {
        let pools = self.place("pools")?;
        if pools.is_null() {
            *pools = serde_json::to_value([Pool::workers()]).unwrap_or_default();
        }
        pools.as_array_mut()
    }

    fn place(&mut self, path: &str) -> Option<&mut Value> {
        steps(path)?
            .iter()
            .try_fold(&mut self.0, |value, step| match step {
                Step::Key(key) => {
                    if !value.is_object() {
                        *value = Value::Object(Map::new());
                    }
                    Some(
                        value
                            .as_object_mut()?
                            .entry(key.clone())
                            .or_insert(Value::Null),
                    )
                }
                Step::Index(index) => value.get_mut(index),
            })
    }
}

/// Fields that hold numbers.
const NUMBERS: [&str; 5] = ["count", "disk", "min", "max", "kubeconfigHours"];

enum Step {
    Key(String),
    Index(usize),
}

/// `pools[0].max` taken apart; `None` where it is no path.
fn steps(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (key, index) = part
            .split_once('[')
            .map_or((part, None), |(key, index)| (key, Some(index)));
        steps.push(Step::Key(key.to_owned()));
        if let Some(index) = index {
            steps.push(Step::Index(index.strip_suffix(']')?.parse().ok()?));
        }
    }
    Some(steps)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(entries) => entries.iter().map(shown).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| format!("{key}={}", shown(value)))
            .collect::<Vec<_>>()
            .join("\n"),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

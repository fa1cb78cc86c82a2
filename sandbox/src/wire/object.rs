//! JSON objects the way the real API writes them: what is empty is left out.

use serde::Serialize;
use serde_json::{Map, Value, json};

/// An object being written.
#[derive(Debug, Default)]
pub(crate) struct Object(Map<String, Value>);

impl Object {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Everything of it that is not empty.
    pub(crate) fn of(value: &impl Serialize) -> Self {
        let mut object = Self::new();
        if let Value::Object(entries) = json!(value) {
            for (key, value) in entries {
                object.put(&key, value);
            }
        }
        object
    }

    /// Everything of another value too that is not empty.
    pub(crate) fn and(mut self, value: &impl Serialize) -> Self {
        self.0.append(&mut Self::of(value).0);
        self
    }

    /// A key that is left out.
    pub(crate) fn without(mut self, key: &str) -> Self {
        self.0.remove(key);
        self
    }

    /// A key that is always there.
    pub(crate) fn with(mut self, key: &str, value: impl Serialize) -> Self {
        self.0.insert(key.to_owned(), json!(value));
        self
    }

    /// A key that is there when it has a value that is not empty.
    pub(crate) fn maybe(mut self, key: &str, value: Option<impl Serialize>) -> Self {
        if let Some(value) = value {
            self.put(key, json!(value));
        }
        self
    }

    fn put(&mut self, key: &str, value: Value) {
        let is_empty = match &value {
            Value::Array(items) => items.is_empty(),
            Value::Object(entries) => entries.is_empty(),
            Value::String(text) => text.is_empty(),
            Value::Null => true,
            Value::Bool(_) | Value::Number(_) => false,
        };
        if !is_empty {
            self.0.insert(key.to_owned(), value);
        }
    }

    pub(crate) fn done(self) -> Value {
        Value::Object(self.0)
    }
}

/// `[{"id": …}, …]`
pub(crate) fn references(ids: &[String]) -> Vec<Value> {
    ids.iter().map(|id| json!({ "id": id })).collect()
}

//! What two specs say differently, field by field, for a person to decide about.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Spec;

/// One field that two specs say differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Where. Pools go by name, since their place says nothing: `pools[workers].max`.
    pub field: String,
    /// What this spec says; null where it has no such thing.
    pub from: Value,
    /// What the other says; null where it has no such thing.
    pub to: Value,
}

impl Spec {
    /// The fields in which another spec differs from this one.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        compare(
            "",
            &pools_by_name(self.to_value()),
            &pools_by_name(other.to_value()),
            &mut found,
        );
        found
    }
}

fn compare(field: &str, from: &Value, to: &Value, found: &mut Vec<Difference>) {
    match (from.as_object(), to.as_object()) {
        (Some(left), Some(right)) => {
            let keys: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            for key in keys {
                let (from, to) = (left.get(key), right.get(key));
                compare(
                    &path(field, key),
                    from.unwrap_or(&Value::Null),
                    to.unwrap_or(&Value::Null),
                    found,
                );
            }
        }
        (Some(_) | None, Some(_) | None) if from != to => {
            found.push(Difference {
                field: field.to_owned(),
                from: from.clone(),
                to: to.clone(),
            });
        }
        (Some(_) | None, Some(_) | None) => {}
    }
}

fn path(field: &str, key: &str) -> String {
    match field {
        "" => key.to_owned(),
        "pools" => format!("pools[{key}]"),
        field => format!("{field}.{key}"),
    }
}

fn pools_by_name(mut spec: Value) -> Value {
    if let Some(pools) = spec.get_mut("pools") {
        let by_name: Map<String, Value> = pools
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|pool| Some((pool.get("name")?.as_str()?.to_owned(), pool.clone())))
            .collect();
        *pools = Value::Object(by_name);
    }
    spec
}

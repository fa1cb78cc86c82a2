//! What several kinds share: zones, references, names, labels.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::durations::STALE_FOR;
use crate::wire::refusal::Refusal;
use crate::wire::route::Ask;

pub(crate) type Labels = BTreeMap<String, String>;

/// The longest user-data, in characters of base64.
const USER_DATA_MAX: usize = 32_768;

/// `{"id": …}`; clients may send the whole object, of which only the id counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reference {
    pub(crate) id: String,
}

/// `{"name": …}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Named {
    pub(crate) name: String,
}

/// `[{"id": …}]` on the wire, the ids alone within.
pub(crate) mod references {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::Reference;

    pub(crate) fn serialize<S: Serializer>(ids: &[String], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(ids.iter().map(|id| Reference { id: id.clone() }))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
        let references = Vec::<Reference>::deserialize(from)?;
        Ok(references.into_iter().map(|one| one.id).collect())
    }
}

/// `{"id": …}` on the wire, the id alone within.
pub(crate) mod reference {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::Reference;

    pub(crate) fn serialize<S: Serializer>(id: &str, to: S) -> Result<S::Ok, S::Error> {
        Reference { id: id.to_owned() }.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
        Reference::deserialize(from).map(|reference| reference.id)
    }
}

/// `[{"name": …}]` on the wire, the names alone within.
pub(crate) mod names {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::Named;

    pub(crate) fn serialize<S: Serializer>(names: &[String], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(names.iter().map(|name| Named { name: name.clone() }))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
        let named = Vec::<Named>::deserialize(from)?;
        Ok(named.into_iter().map(|one| one.name).collect())
    }
}

/// Two names for machines are deprecated: `ssh-key` is one of `ssh-keys`, `ipv6-enabled` an assignment of `dual`.
pub(crate) fn modern(mut body: Value) -> Value {
    let Some(fields) = body.as_object_mut() else {
        return body;
    };
    match (fields.remove("ssh-key"), fields.get_mut("ssh-keys")) {
        (None, _) => {}
        (Some(Value::Null), _) => {
            fields.insert("ssh-keys".to_owned(), Value::Null);
        }
        (Some(key), Some(Value::Array(keys))) if keys.contains(&key) => {}
        (Some(key), Some(Value::Array(keys))) => keys.push(key),
        (Some(key), _) => {
            fields.insert("ssh-keys".to_owned(), Value::Array(vec![key]));
        }
    }
    if let Some(dual) = fields.remove("ipv6-enabled") {
        let assignment = if dual == true { "dual" } else { "inet4" };
        fields
            .entry("public-ip-assignment")
            .or_insert_with(|| assignment.into());
    }
    body
}

pub(crate) fn check_user_data(user_data: Option<&String>) -> Result<(), Refusal> {
    use base64::Engine as _;
    let Some(text) = user_data else { return Ok(()) };
    if text.is_empty() || text.len() > USER_DATA_MAX {
        return Err(Refusal::invalid(
            "Invalid request body: user-data must have 1 to 32768 characters",
        ));
    }
    match base64::engine::general_purpose::STANDARD.decode(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(Refusal::invalid(
            "Invalid request body: user-data is not base64",
        )),
    }
}

impl Ask<'_> {
    /// Lists show what was made up to this (virtual) time: usually all, sometimes not the youngest.
    pub(crate) fn listed_until(&mut self) -> u64 {
        let now = self.state.meta.now;
        let stale = self
            .state
            .meta
            .random
            .chance(self.state.meta.faults.stale_list);
        if stale {
            self.state.meta.struck.stale_lists += 1;
            now.saturating_sub(STALE_FOR)
        } else {
            now
        }
    }
}

//! What several kinds share: zones, references, names, labels.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

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

pub(crate) fn ids(references: Vec<Reference>) -> Vec<String> {
    references
        .into_iter()
        .map(|reference| reference.id)
        .collect()
}

pub(crate) fn names(references: Vec<Named>) -> Vec<String> {
    references
        .into_iter()
        .map(|reference| reference.name)
        .collect()
}

/// Tells a key that is `null` (reset it) from one that is absent (leave it).
#[expect(
    clippy::option_option,
    reason = "absent, null and a value are three things here"
)]
pub(crate) fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Names have 1 to 255 characters.
pub(crate) fn check_name(name: &str) -> Result<(), Refusal> {
    check_length("name", name, 1, 255)
}

/// Descriptions have at most 255.
pub(crate) fn check_description(description: Option<&String>) -> Result<(), Refusal> {
    description.map_or(Ok(()), |text| check_length("description", text, 0, 255))
}

pub(crate) fn check_length(
    field: &str,
    text: &str,
    least: usize,
    most: usize,
) -> Result<(), Refusal> {
    let length = text.chars().count();
    if (least..=most).contains(&length) {
        Ok(())
    } else {
        Err(Refusal::invalid(format!(
            "Invalid request body: {field} must have {least} to {most} characters"
        )))
    }
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
            now.saturating_sub(STALE_FOR)
        } else {
            now
        }
    }
}

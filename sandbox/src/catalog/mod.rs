//! What the cloud offers and nobody creates: zones, instance types, deploy targets, public templates.

pub(crate) mod deploy_targets;
pub(crate) mod instance_types;
pub(crate) mod templates;
pub(crate) mod zones;

use sha2::{Digest as _, Sha256};

use crate::hex::hex;

/// A UUID that is always the same for the same words: catalogue ids outlive any account.
pub(crate) fn stable_uuid(words: &[&str]) -> String {
    let digest = Sha256::digest(words.join("\n").as_bytes());
    let mut text = hex(digest.get(..16).unwrap_or_default());
    text.replace_range(12..13, "4");
    text.replace_range(16..17, "a");
    for position in [8, 13, 18, 23] {
        text.insert(position, '-');
    }
    text
}

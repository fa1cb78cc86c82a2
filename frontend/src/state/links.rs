//! Specs as links. Most visits need none, so that what packs and unpacks them is loaded when one is read or written.

use leptos::wasm_split::{SplitLoaderError, wasm_split};
use shared::link;
use shared::spec::{Draft, Spec};

use super::compose::{Opened, default_draft};

/// The fragment that stands for a spec.
#[wasm_split(launch, wasm_split_path = leptos::wasm_split, fallible)]
pub fn fragment_of(spec: &Spec) -> Result<String, SplitLoaderError> {
    Ok(link::encode(spec))
}

/// What a fragment says, and the draft that it becomes.
#[wasm_split(launch, wasm_split_path = leptos::wasm_split, fallible)]
pub fn read(fragment: &str) -> Result<(Opened, Draft), SplitLoaderError> {
    Ok(match link::decode(fragment) {
        Ok(spec) => {
            let draft = Draft::from(&spec);
            let defaults = default_draft().parse().unwrap_or_else(|_| spec.clone());
            let opened = Opened::Read {
                defaults: Box::new(defaults),
                spec: Box::new(spec),
            };
            (opened, draft)
        }
        Err(error) => (Opened::Bad(error.to_string()), default_draft()),
    })
}

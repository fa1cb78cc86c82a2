//! A part of the page whose program is loaded when somebody wants it.
//!
//! The page is one program, linked once, and cut at functions marked `wasm_split` (`tools/build-page.mjs`). What only
//! such a function reaches travels in a file of its own. Memory is one, so that whatever is typed stays where it is.

use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;
use leptos::wasm_split::SplitLoaderError;

use super::Failure;
use crate::api::ApiError;

/// What a marked function makes, or that it could not be loaded.
pub type Part = Result<AnyView, SplitLoaderError>;

/// A part on its way.
pub type Loading = Pin<Box<dyn Future<Output = Part> + Send>>;

/// A part that appears once its program is here, unless its place was left meanwhile.
pub fn later(part: Loading) -> AnyView {
    let arrived = RwSignal::new_local(None);
    spawn_local_scoped_with_cancellation(async move {
        let part = part.await.unwrap_or_else(|_| {
            view! { <Failure error=Signal::stored(Some(ApiError::NoAnswer)) /> }.into_any()
        });
        arrived.set(Some(part));
    });
    (move || {
        arrived.track();
        arrived.try_update_untracked(Option::take).flatten()
    })
    .into_any()
}

//! What came to nothing, and what to do about it.

use leptos::prelude::*;

use super::Prose;
use crate::api::ApiError;
use crate::format::sentence;

/// What came to nothing.
#[component]
pub fn Failure(
    /// The launcher's answer, if it was a refusal.
    #[prop(into)]
    error: Signal<Option<ApiError>>,
) -> impl IntoView {
    let notice = move |error: ApiError| {
        let problems = error
            .problems()
            .iter()
            .map(|problem| view! { <li><Prose text=problem.to_string() /></li> })
            .collect_view();
        view! {
            <div class="notice notice--failed">
                <p class="notice__title">{sentence(&error.message())}</p>
                <p><Prose text=error.hint() /></p>
                <ul>{problems}</ul>
            </div>
        }
    };
    view! { <div role="alert">{move || error.get().map(notice)}</div> }
}

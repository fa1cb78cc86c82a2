//! Text of any room in the page's language. Words in backticks are shown as code.

use leptos::prelude::*;

use crate::tongue::said;

/// Text with words in backticks.
#[expect(clippy::needless_pass_by_value, reason = "properties are owned")]
#[component]
pub fn Prose(
    /// The text.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let text = said(&text);
    let parts = text.split('`').enumerate().map(|(index, part)| {
        let part = part.to_owned();
        if index.is_multiple_of(2) {
            part.into_any()
        } else {
            view! { <code>{part}</code> }.into_any()
        }
    });
    parts.collect_view()
}

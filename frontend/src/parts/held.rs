//! What may go away by itself while it has the focus, such as a button of which a run has made nothing.

use leptos::html::Div;
use leptos::prelude::*;

use crate::browser;

/// Something that may go away: when it takes the focus with it, the top of the place gets it.
#[component]
pub fn Held(
    /// What may go away.
    children: Children,
) -> impl IntoView {
    let within = NodeRef::<Div>::new();
    on_cleanup(move || {
        let within = within.try_get_untracked().flatten();
        if within.is_some_and(|within| browser::has_focus_within(&within)) {
            browser::begin_at_top();
        }
    });
    view! { <div node_ref=within>{children()}</div> }
}

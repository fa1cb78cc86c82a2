//! The mark: a hull on its slip.

use leptos::prelude::*;

/// The mark.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
            <path class="mark__slip" d="M1 13.5 23 19.5v2.5H1z" />
            <path class="mark__hull" d="M4 7.2 20.5 11.7 18 16.2 6.2 13z" />
            <path class="mark__mast" d="M11 8.6 12.4 3.4" />
        </svg>
    }
}

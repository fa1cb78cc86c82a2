//! For those who listen: one terse sentence when a step ends or the run changes its state.

use leptos::prelude::*;

use super::part;
use crate::state::Following;
use crate::strings::run as t;

/// One terse sentence at each milestone.
#[component]
pub(super) fn RunStatus() -> impl IntoView {
    let following = expect_context::<Following>();
    let said = Memo::new(move |_| part(following, t::status)());
    view! { <p class="unseen" role="status">{move || said.get()}</p> }
}

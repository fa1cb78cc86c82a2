//! The tab's title and icon carry the run's state, so that it can be left in the background.

use leptos::prelude::*;
use shared::view::{RunState, View};

use super::progress::counts;
use crate::browser;
use crate::state::Following;
use crate::strings::run as t;

/// Keeps title and icon up to date while the run is on screen.
pub(super) fn keep_tab_sign(
    following: Following,
    heading: impl Fn() -> String + Send + Sync + 'static,
) {
    let state = Memo::new(move |_| {
        following
            .view
            .with(|view| view.as_ref().map(|view| view.state))
    });
    let sign = move || {
        following
            .view
            .with(|view| view.as_ref().map(sign))
            .unwrap_or_default()
    };
    Effect::new(move || browser::set_title(&t::title(&format!("{}{}", sign(), heading()))));
    Effect::new(move || browser::set_icon(state.get().map(icon).as_deref()));
    on_cleanup(|| browser::set_icon(None));
}

fn sign(view: &View) -> String {
    match view.state {
        RunState::Running | RunState::Undoing => {
            let (done, all) = counts(view);
            format!("{done}/{all} ")
        }
        RunState::Ready | RunState::Destroyed | RunState::Done => "✓ ".to_owned(),
        RunState::Undone => "✕ ".to_owned(),
        RunState::Stuck => "! ".to_owned(),
    }
}

/// The hull on its slip, with a badge: a ring while it works, a tick, a cross, an exclamation mark. In colours that
/// stand out from light and dark tabs.
fn icon(state: RunState) -> String {
    let (colour, shape) = match state {
        RunState::Running | RunState::Undoing => ("%231696a0", "M17.5 14.5a3 3 0 1 0 0 6"),
        RunState::Ready | RunState::Destroyed | RunState::Done => {
            ("%2326915a", "M14.8 17.7l1.9 1.9 3.5-3.9")
        }
        RunState::Undone => ("%23c9352c", "M15.4 15.4l4.2 4.2M19.6 15.4l-4.2 4.2"),
        RunState::Stuck => ("%23b36b00", "M17.5 14.2v3.6M17.5 20.4v.4"),
    };
    let hull = "%3Cpath d='M1 11.5 23 17.5v2.5H1z' fill='%2390aeb0'/%3E%3Cpath d='M4 5.2 20.5 9.7 18 14.2 6.2 11z' fill='%230b6e75'/%3E";
    format!(
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E{hull}\
         %3Ccircle cx='17.5' cy='17.5' r='6.5' fill='{colour}'/%3E\
         %3Cpath d='{shape}' fill='none' stroke='white' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E"
    )
}

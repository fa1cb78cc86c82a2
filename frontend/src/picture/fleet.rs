//! A pool: as many boats as are always there, then fainter ones up to the maximum.

use leptos::prelude::*;

use super::hull::Boat;
use super::scene::Fleet;
use super::slip::wave;
use super::{ROW, WIDTH};

/// Boats that fit in a row; more are a number.
const BOATS_MAX: u16 = 7;
/// Where the first floats.
const FIRST: u16 = 112;
/// From one to the next.
const PITCH: u16 = 33;

/// Letters of a name that fit before the first boat.
const NAME_CHARS_MAX: usize = 13;

/// A pool.
#[component]
pub(super) fn FleetRow(
    /// The pool.
    fleet: Fleet,
    /// The top of its row.
    y: usize,
) -> impl IntoView {
    let keel = y.saturating_add(ROW).saturating_sub(4);
    let (min, max) = (fleet.min, fleet.max.max(fleet.min));
    // All that are always there, if they fit; and always a hint of those that may come.
    let certain = min.min(if max > min {
        BOATS_MAX.saturating_sub(1)
    } else {
        BOATS_MAX
    });
    let boats = (0..max.min(BOATS_MAX)).map(|index| {
        let place = format!(
            "translate({} {keel})",
            FIRST.saturating_add(index.saturating_mul(PITCH))
        );
        let beyond = index.saturating_add(1).saturating_sub(certain);
        view! { <Boat shade=fleet.shade place beyond /> }
    });
    let count = if min == max {
        min.to_string()
    } else {
        format!("{min}–{max}")
    };
    view! {
        <g class=format!("fleet fleet--{}", fleet.shade.as_str())>
            <text class="fleet__name" x="10" y=keel.saturating_sub(3)>{shortened(fleet.name)}</text>
            {boats.collect_view()}
            <text class="fleet__count" x=WIDTH.saturating_sub(8) y=keel.saturating_sub(3) text-anchor="end">{count}</text>
            <path class="fleet__wave" d=wave(keel.saturating_add(1)) />
        </g>
    }
}

/// Names that would run into the boats are cut.
fn shortened(mut name: String) -> String {
    if name.len() > NAME_CHARS_MAX {
        name.truncate(NAME_CHARS_MAX);
        name.push('…');
    }
    name
}

//! The firewall: a line, and what may pass it.

use leptos::prelude::*;

use super::scene::{Door, Scene};

/// Where the doors stand, and where they lead.
const PLACES: [usize; 3] = [66, 184, 316];

/// The firewall.
#[component]
pub(super) fn Doors(
    /// What is drawn.
    scene: Scene,
) -> impl IntoView {
    let one = |(door, x): (Door, usize)| {
        let class = format!("door door--{}", door.shade.as_str());
        let arrow = format!("M{x} 40V72m-4 -5 4 5 4-5");
        view! {
            <g class=class>
                <text class="door__what" x=x y="16" text-anchor="middle">{door.what}</text>
                <text class="door__from" x=x y="31" text-anchor="middle">{door.from}</text>
                <rect class="door__gap" x=x.saturating_sub(12) y="50" width="24" height="10" />
                <path class="door__way" d=arrow />
            </g>
        }
    };
    let doors = scene.doors.into_iter().zip(PLACES).map(one).collect_view();
    view! {
        <g class="doors">
            <path class="doors__wall" d="M0 55H400" />
            {doors}
        </g>
    }
}

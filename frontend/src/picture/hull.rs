//! One machine: a hull, drawn from its keel's left end.

use leptos::prelude::*;

use super::scene::Shade;

/// A control plane: a ship with a bridge and a mast.
#[component]
pub(super) fn Ship(
    /// How it stands.
    shade: Shade,
    /// Where its keel is, and how it lies.
    place: String,
) -> impl IntoView {
    view! {
        <g class=format!("hull hull--ship hull--{}", shade.as_str()) transform=place>
            <g class="hull__float">
                <path class="hull__mast" d="M22 -24V-38M22 -37h9l-3 3 3 3h-9" />
                <path class="hull__deck" d="M12 -16h22l-3 -9H15z" />
                <path class="hull__body" d="M0 -16H58L51 -3Q50 0 46 0H9Q5 0 4 -3z" />
            </g>
        </g>
    }
}

/// A node: a small boat. Those that the autoscaler may add are fainter.
#[component]
pub(super) fn Boat(
    /// How it stands.
    shade: Shade,
    /// Where it floats.
    place: String,
    /// How many beyond the minimum it is; 0 for those that are always there.
    beyond: u16,
) -> impl IntoView {
    let kind = if beyond == 0 {
        "hull--there"
    } else {
        "hull--possible"
    };
    let faint = (beyond > 0).then(|| {
        format!(
            "0.{}",
            90_u16.saturating_sub(beyond.saturating_mul(11)).max(25)
        )
    });
    view! {
        <g class=format!("hull hull--boat {kind} hull--{}", shade.as_str()) transform=place opacity=faint>
            <g class="hull__float">
                <path class="hull__deck" d="M7 -10h9l-1.5 -5h-6z" />
                <path class="hull__body" d="M0 -10H27L23 -2Q22 0 19.5 0H6Q3 0 2 -2z" />
            </g>
        </g>
    }
}

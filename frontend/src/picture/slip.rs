//! The slip with the control planes on it, and the waterline where it ends.

use leptos::prelude::*;

use super::hull::Ship;
use super::scene::Scene;
use super::{WATERLINE, WIDTH};

/// Where each ship's keel begins, by how many there are.
const ONE: [(usize, usize); 1] = [(84, 120)];
const THREE: [(usize, usize); 3] = [(24, 109), (92, 122), (160, 134)];

/// The slip and the waterline.
#[component]
pub(super) fn Slip(
    /// What is drawn.
    scene: Scene,
) -> impl IntoView {
    let places: &[(usize, usize)] = if scene.planes.len() > 1 { &THREE } else { &ONE };
    let ships = scene.planes.iter().zip(places).map(|(shade, (x, y))| {
        view! { <Ship shade=*shade place=format!("translate({x} {y}) rotate(10.4)") /> }
    });
    let network = format!("waterline waterline--{}", scene.network.as_str());
    view! {
        <g class="slip">
            <path class="slip__ramp" d="M0 106 240 150H0z" />
            <path class="slip__rail" d="M0 106 284 158" />
            {ships.collect_view()}
        </g>
        <g class=network>
            <path class="waterline__wave" d=wave(WATERLINE) />
            <text class="waterline__range" x=WIDTH.saturating_sub(6) y=WATERLINE.saturating_sub(9) text-anchor="end">{scene.range}</text>
        </g>
    }
}

/// A line of small waves across the picture.
pub(super) fn wave(y: usize) -> String {
    let waves = "t10 0".repeat(WIDTH / 10);
    format!("M-10 {y}q5 -3.5 10 0{waves}")
}

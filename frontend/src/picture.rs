//! The cluster as a picture: control planes as hulls on the slip, pools as rows afloat that fade from their minimum to
//! their maximum, the private network as the waterline, the firewall as what may pass it and from where.

mod doors;
mod fleet;
mod hull;
mod scene;
mod slip;

pub use scene::Scene;

use leptos::prelude::*;

use doors::Doors;
use fleet::FleetRow;
use slip::Slip;

/// The cluster as a picture, with a text that says the same.
#[component]
pub fn Picture(
    /// What is drawn.
    #[prop(into)]
    scene: Signal<Option<Scene>>,
) -> impl IntoView {
    let drawn = |scene: Scene| {
        let height = WATERLINE
            .saturating_add(ROW.saturating_mul(scene.fleets.len()))
            .saturating_add(18);
        let words = scene.words();
        let rows = scene
            .fleets
            .iter()
            .cloned()
            .enumerate()
            .map(|(index, fleet)| {
                let y = WATERLINE.saturating_add(ROW.saturating_mul(index));
                view! { <FleetRow fleet y /> }
            })
            .collect_view();
        view! {
            <svg class="picture" viewBox=format!("0 0 {WIDTH} {height}") role="img" aria-label=words>
                <rect class="picture__water" x="0" y=WATERLINE width=WIDTH height=height.saturating_sub(WATERLINE) />
                <Doors scene=scene.clone() />
                <Slip scene />
                {rows}
            </svg>
        }
    };
    view! { <div class="picture__frame">{move || scene.get().map(drawn)}</div> }
}

/// The picture's width in its own units.
const WIDTH: usize = 400;
/// Where the water begins.
const WATERLINE: usize = 150;
/// The height of a pool's row.
const ROW: usize = 36;

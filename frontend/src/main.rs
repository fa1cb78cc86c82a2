//! The page: mounts the application over the static first paint. What it shows is in the components.

#![expect(
    unreachable_pub,
    reason = "the component macro writes public properties"
)]
#![expect(
    clippy::unnecessary_wraps,
    reason = "what is loaded later may not come: its functions say so in their type"
)]

mod api;
mod app;
mod browser;
mod clock;
mod clusters;
mod compose;
mod crypto;
mod format;
mod inside;
mod parts;
mod picture;
mod run;
mod state;
mod strings;
mod tongue;

use leptos::mount::mount_to;
use wasm_bindgen_futures::spawn_local;

/// The element of `index.html` that holds the first paint.
const MOUNT_POINT: &str = "app";

fn main() {
    console_error_panic_hook::set_once();
    spawn_local(async {
        tongue::listen().await;
        if let Some(place) = browser::empty_mount_point(MOUNT_POINT) {
            mount_to(place, app::App).forget();
        }
    });
}

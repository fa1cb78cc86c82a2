//! The only place of the page that reads the clock or waits.

use gloo_timers::future::TimeoutFuture;
use shared::time::Timestamp;

/// Now, by this computer's clock.
#[expect(clippy::disallowed_methods, reason = "this is clock.rs")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "milliseconds since 1970 fit for long"
)]
pub fn now() -> Timestamp {
    Timestamp::from_millis(js_sys::Date::now() as u64)
}

/// Resolves after so many milliseconds.
pub async fn pause(ms: u32) {
    TimeoutFuture::new(ms).await;
}

/// The time of day as the person's computer writes it.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since 1970 fit for long"
)]
pub fn time_of_day(at: Timestamp) -> String {
    let date = js_sys::Date::new(&(at.millis() as f64).into());
    date.to_locale_time_string("en-GB").into()
}

//! How much more or less one spec costs than another, with every pool at its smallest and at its largest.

use leptos::prelude::*;
use shared::catalog::{Band, Money, band};
use shared::spec::Spec;

use crate::format;
use crate::state::Tab;
use crate::strings::sharing as t;

/// For how long a price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// An hour.
    Hour,
    /// A month.
    Month,
}

/// How much more or less one spec costs than another.
#[component]
pub fn PriceDifference(
    /// The one that is compared with.
    from: Spec,
    /// The one whose price is told.
    to: Spec,
    /// For how long.
    period: Period,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    let price = move || {
        let prices = tab.prices();
        let code = prices.currency.code();
        let (from, to) = (band(&from, &prices), band(&to, &prices));
        let ((least, most), (their_least, their_most)) = (ends(&from, period), ends(&to, period));
        let step = |from: Money, to: Money| more_or_less(from, to, period, code);
        t::price(period, &step(least, their_least), &step(most, their_most))
    };
    view! { <p class="tools__price">{price}</p> }
}

/// The least and the most.
const fn ends(band: &Band, period: Period) -> (Money, Money) {
    match period {
        Period::Hour => (band.hourly_min, band.hourly_max),
        Period::Month => (band.monthly_min, band.monthly_max),
    }
}

/// How much more or less the second is.
fn more_or_less(first: Money, second: Money, period: Period, currency: &str) -> String {
    let apart = |least: Money, most: Money| {
        let apart = most.minus(least);
        // A hundredth is much for an hour.
        let amount = match period {
            Period::Hour => format::decimal(&apart.rounded(4)),
            Period::Month => format::amount(apart),
        };
        format!("{amount} {currency}")
    };
    match second.cmp(&first) {
        std::cmp::Ordering::Less => t::less(&apart(second, first)),
        std::cmp::Ordering::Equal => t::AS_MUCH.into(),
        std::cmp::Ordering::Greater => t::more(&apart(first, second)),
    }
}

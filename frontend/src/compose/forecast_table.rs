//! What autoscaling comes to in a month, for a few weeks of load that people know. The table says what the curves show.

use leptos::prelude::*;
use shared::catalog::{Forecast, HOURS_PER_WEEK, forecasts};

use crate::format;
use crate::state::{Compose, Tab};
use crate::strings::forecast as t;

/// What autoscaling comes to in a month.
#[component]
pub fn ForecastTable() -> impl IntoView {
    let tab = expect_context::<Tab>();
    let compose = expect_context::<Compose>();
    let found = move || {
        let prices = tab.prices();
        compose.preview.with(|preview| {
            let spec = &preview.as_ref()?.spec;
            Some((forecasts(spec, &prices), prices.currency))
        })
    };
    let rows = move || {
        let (found, currency) = found()?;
        let most = found
            .iter()
            .flat_map(|forecast| &forecast.nodes)
            .max()
            .copied()?;
        let row = |forecast: Forecast| {
            let path = curve(&forecast.nodes, most);
            let nodes = t::nodes(&forecast.nodes);
            view! {
                <tr>
                    <th scope="row">
                        {t::load(forecast.load)}
                        <svg class="curve" viewBox=format!("0 0 {HOURS_PER_WEEK} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
                            <path class="curve__area" d=path />
                        </svg>
                    </th>
                    <td>{nodes}</td>
                    <td>{format::amounts(forecast.monthly, forecast.monthly, currency)}</td>
                </tr>
            }
        };
        Some(found.into_iter().map(row).collect_view())
    };
    view! {
        <p class="field__hint">{t::TEXT}</p>
        <table class="forecast">
            <thead><tr><th scope="col">{t::WEEK}</th><th scope="col">{t::NODES}</th><th scope="col">{t::MONTH}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// A week of nodes as an area, an hour a unit.
fn curve(nodes: &[u32], most: u32) -> String {
    use std::fmt::Write as _;
    let mut path = format!("M0 {HEIGHT}");
    for count in nodes {
        let y = HEIGHT.saturating_sub(count.saturating_mul(HEIGHT) / most.max(1));
        // Writing into a String cannot fail.
        let _ = write!(path, "V{y}h1");
    }
    path.push('V');
    path.push_str(&HEIGHT.to_string());
    path.push('z');
    path
}

/// The curve's height in its own units.
const HEIGHT: u32 = 40;

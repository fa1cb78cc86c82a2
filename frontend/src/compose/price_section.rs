//! What it costs, from every pool at its smallest to every pool at its largest.

use leptos::prelude::*;
use shared::catalog::Line;

use crate::format;
use crate::state::{Compose, Tab};
use crate::strings::price as t;

/// What it costs.
#[component]
pub fn PriceSection() -> impl IntoView {
    let tab = expect_context::<Tab>();
    let compose = expect_context::<Compose>();
    let band = move || {
        compose
            .preview
            .with(|preview| preview.as_ref().map(|preview| preview.band.clone()))
    };
    let currency = move || tab.prices().currency;
    let hourly =
        move || band().map(|band| format::amounts(band.hourly_min, band.hourly_max, currency()));
    let monthly = move || {
        band().map(|band| {
            t::monthly(&format::amounts(
                band.monthly_min,
                band.monthly_max,
                currency(),
            ))
        })
    };
    let unpriced = move || {
        band()
            .filter(|band| !band.unpriced.is_empty())
            .map(|band| t::unpriced(&band.unpriced))
    };
    let line = move |line: Line| {
        view! {
            <dt>{t::line(&line)}</dt>
            <dd class="mono">{line.hourly.map_or_else(|| t::UNKNOWN.shown().to_owned(), format::rate)}</dd>
        }
    };
    view! {
        <section class="price" aria-labelledby="price-heading">
            <h2 class="price__heading" id="price-heading">{t::HEADING}</h2>
            <p class="price__hour" aria-live="polite"><strong>{hourly}</strong>" "{t::PER_HOUR}</p>
            <p class="price__month">{monthly}</p>
            <details class="price__lines">
                <summary>{t::LINES}</summary>
                <dl class="facts">{move || band().map(|band| band.lines.into_iter().map(line).collect_view())}</dl>
                <p class="field__hint">{t::WITHOUT}</p>
            </details>
            <p class="price__source">{move || t::source(&tab.prices())}</p>
            <p class="field__problem">{unpriced}</p>
        </section>
    }
}

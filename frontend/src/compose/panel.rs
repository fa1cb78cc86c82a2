//! What you are getting: picture, price, time, plan, and the button. Beside the form, or a bar that opens as a sheet.

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use wasm_bindgen::JsCast as _;

use super::bill_list::BillList;
use super::firewall_words::FirewallWords;
use super::forecast_table::ForecastTable;
use super::launch_button::LaunchButton;
use super::price_section::PriceSection;
use super::step_titles::StepTitles;
use crate::browser;
use crate::format;
use crate::parts::{LateFold, Part};
use crate::picture::{Picture, Scene};
use crate::state::Compose;
use crate::strings::panel as t;

/// The id of what opens and closes the sheet.
const HANDLE: &str = "panel-handle";

/// What you are getting.
#[component]
pub fn Panel() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let open = RwSignal::new(false);
    let scene = move || {
        compose
            .preview
            .get()
            .map(|preview| Scene::of(&preview.spec, None))
    };
    let count = move || {
        compose.preview.with(|preview| {
            preview
                .as_ref()
                .map_or(0, |preview| preview.plan.steps.len())
        })
    };
    let stale = move || compose.parsed.with(Result::is_err);
    let time = move || {
        compose.preview.with(|preview| {
            preview
                .as_ref()
                .map(|preview| t::time(&format::roughly(preview.launch_ms())))
        })
    };
    let panel = NodeRef::<leptos::html::Aside>::new();
    let leave = move |left: leptos::ev::FocusEvent| {
        let to = left.related_target();
        let to = to.and_then(|to| to.dyn_into::<web_sys::Node>().ok());
        // With the whole place goes the panel, and the focus leaves it once more.
        let panel = panel.try_get_untracked().flatten();
        // What the sheet covers must not have the focus under it.
        if to.is_some() && panel.is_some_and(|panel| !panel.contains(to.as_ref())) {
            open.set(false);
        }
    };
    let escape = move |key: leptos::ev::KeyboardEvent| {
        if key.key() == "Escape" && open.get_untracked() {
            open.set(false);
            browser::focus(HANDLE);
        }
    };
    view! {
        <aside class="panel" class:panel--open=move || open.get() aria-label=t::HEADING node_ref=panel
            on:focusout=leave on:keydown=escape>
            <button type="button" class="panel__handle" id=HANDLE aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)>
                {move || if open.get() { t::CLOSE.shown() } else { t::OPEN.shown() }}
            </button>
            <div class="panel__more">
                <Picture scene=Signal::derive(scene) />
                <p class="panel__stale" class:panel__stale--now=stale>{t::STALE}</p>
            </div>
            <PriceSection />
            <LaunchButton />
            <section class="panel__more plan" aria-labelledby="plan-heading">
                <h2 id="plan-heading">{t::PLAN}</h2>
                <p class="plan__time">{time}</p>
                <LateFold title=t::FIREWALL.shown() summary=t::FIREWALL_NOTE part=|| Box::pin(firewall_words()) />
                <LateFold title=t::STEPS.shown() summary=Signal::derive(move || t::steps(count())) part=|| Box::pin(step_titles()) />
                <LateFold title=t::FORECAST.shown() summary=t::FORECAST_NOTE part=|| Box::pin(forecast_table()) />
                <LateFold title=t::BILL.shown() summary=t::BILL_NOTE part=|| Box::pin(bill_list()) />
            </section>
        </aside>
    }
}

#[wasm_split(asides, wasm_split_path = leptos::wasm_split, fallible)]
fn firewall_words() -> Part {
    Ok(view! { <FirewallWords /> }.into_any())
}

#[wasm_split(asides, wasm_split_path = leptos::wasm_split, fallible)]
fn step_titles() -> Part {
    Ok(view! { <StepTitles /> }.into_any())
}

#[wasm_split(asides, wasm_split_path = leptos::wasm_split, fallible)]
fn forecast_table() -> Part {
    Ok(view! { <ForecastTable /> }.into_any())
}

#[wasm_split(asides, wasm_split_path = leptos::wasm_split, fallible)]
fn bill_list() -> Part {
    Ok(view! { <BillList /> }.into_any())
}

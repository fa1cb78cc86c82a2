//! How old the account is, and how fast its time passes.

use leptos::prelude::*;
use serde_json::json;

use super::Looking;
use crate::format;
use crate::strings::{account, inside as t};

const SPEEDS: [u32; 4] = [1, 20, 60, 120];

/// How fast its time passes.
#[component]
pub(super) fn ClockForm() -> impl IntoView {
    let looking = expect_context::<Looking>();
    let age = move || format::duration(looking.part(|inside| inside.age_ms));
    let speed = Memo::new(move |_| looking.part(|inside| inside.clock.speed));
    let one = move |choice: u32| {
        view! {
            <option value=choice.to_string() prop:selected=move || speed.get() == choice>{account::speed(choice)}</option>
        }
    };
    view! {
        <section class="section" aria-labelledby="clock-heading">
            <h2 id="clock-heading">{t::TIME}</h2>
            <p class="section__text">{move || t::age(&age())}</p>
            <div class="field">
                <label class="field__label" for="inside-speed">{account::SPEED}</label>
                <select class="input" id="inside-speed" on:change:target=move |change| {
                    let speed = change.target().value().parse::<u32>().unwrap_or(1);
                    looking.change(json!({ "speed": speed }));
                }>
                    {SPEEDS.map(one).collect_view()}
                </select>
            </div>
        </section>
    }
}

//! Light, dark, or what the computer prefers.

use leptos::prelude::*;

use crate::browser;
use crate::state::{Memory, Theme};
use crate::strings::app as t;

/// The theme's select.
#[component]
pub fn ThemeChoice() -> impl IntoView {
    let theme = RwSignal::new(Memory::theme());
    Effect::new(move || browser::set_theme(theme.get().as_str()));
    let choose = move |chosen: String| {
        let chosen = Theme::ALL
            .into_iter()
            .find(|theme| theme.as_str() == chosen)
            .unwrap_or_default();
        Memory::keep_theme(chosen);
        theme.set(chosen);
    };
    let option = move |one: Theme| {
        view! {
            <option value=one.as_str() prop:selected=move || theme.get() == one>{t::theme(one)}</option>
        }
    };
    view! {
        <label class="theme">
            <span class="unseen">{t::THEME}</span>
            <select class="theme__select" on:change:target=move |change| choose(change.target().value())>
                {Theme::ALL.map(option).collect_view()}
            </select>
        </label>
    }
}

//! English, or a language whose catalog is then loaded.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::HtmlSelectElement;

use crate::browser;
use crate::state::Memory;
use crate::strings::app as t;
use crate::tongue::{self, Language};

/// The language's select. The rest of the page is drawn again when `spoken` changes; what the tab knows stays.
#[component]
pub fn LanguageChoice(
    /// The language that the page is drawn in.
    spoken: RwSignal<Language>,
) -> impl IntoView {
    let choose = move |select: HtmlSelectElement| {
        let name = select.value();
        Memory::keep_language(&name);
        spawn_local(async move {
            browser::load_language(&name).await;
            tongue::listen().await;
            // Where the catalog could not be had, it is another one than was chosen.
            select.set_value(tongue::language().as_str());
            spoken.set(tongue::language());
        });
    };
    let option = move |one: Language| {
        view! {
            <option value=one.as_str() lang=one.as_str() prop:selected=move || spoken.get() == one>{one.own_name()}</option>
        }
    };
    view! {
        <label class="theme">
            <span class="unseen">{move || { spoken.get(); t::LANGUAGE.shown() }}</span>
            <select class="theme__select" on:change:target=move |change| choose(change.target())>
                {Language::ALL.map(option).collect_view()}
            </select>
        </label>
    }
}

//! What goes wrong, as chances that a person may change while it runs.

use leptos::prelude::*;
use serde_json::{Map, json};

use super::Looking;
use crate::strings::inside as t;

/// What goes wrong.
#[component]
pub(super) fn FaultsForm() -> impl IntoView {
    let looking = expect_context::<Looking>();
    let faults = Memo::new(move |_| looking.part(|inside| inside.faults.clone()));
    let names =
        Memo::new(move |_| faults.with(|faults| faults.keys().cloned().collect::<Vec<_>>()));
    let change = move |name: &str, typed: &str| {
        let Ok(value) = typed.parse::<u32>() else {
            return;
        };
        let mut changed: Map<_, _> = faults
            .get_untracked()
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect();
        changed.insert(name.to_owned(), value.into());
        looking.change(json!({ "faults": changed }));
    };
    let calm = move |_| looking.change(json!({ "faults": {} }));
    let field = move |name: String| {
        let id = format!("fault-{name}");
        let value = {
            let name = name.clone();
            move || faults.with(|faults| faults.get(&name).copied().unwrap_or_default().to_string())
        };
        let label = t::fault(&name);
        view! {
            <div class="fault">
                <label for=id.clone()>{label}</label>
                <input class="input" id=id type="number" inputmode="numeric" min="0" max="1000" step="1" prop:value=value
                    on:change:target=move |input| change(&name, &input.target().value()) />
            </div>
        }
    };
    view! {
        <section class="section" aria-labelledby="faults-heading">
            <h2 id="faults-heading">{t::FAULTS}</h2>
            <p class="section__text">{t::FAULTS_NOTE}</p>
            <div class="faults">{move || names.get().into_iter().map(field).collect_view()}</div>
            <button type="button" class="button" on:click=calm>{t::CALM}</button>
        </section>
    }
}

//! A whole number of the spec: typed, or one more and one less.

use leptos::prelude::*;

use super::{Field, FieldHead, FieldNotes};
use crate::strings::parts as t;

/// A whole number of the spec.
#[component]
pub fn NumberField(
    /// Where in the spec.
    field: Field,
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
    /// Why it is as it is.
    #[prop(into)]
    hint: Signal<String>,
    /// From what to what.
    bounds: (u64, u64),
    /// How much more is one more.
    #[prop(default = 1)]
    step: u64,
) -> impl IntoView {
    let (least, most) = bounds;
    let number = move || field.text().parse::<u64>().ok();
    let put = move |number: Option<u64>| {
        field.set_text(&number.unwrap_or(least).clamp(least, most).to_string());
        field.visit();
    };
    let fewer = move || put(number().map(|now| now.saturating_sub(step)));
    let more = move || put(number().map(|now| now.saturating_add(step)));
    view! {
        <div class="field" class:field--wrong=move || field.invalid().is_some()>
            <FieldHead field label />
            <div class="stepper">
                <button type="button" class="stepper__button" aria-label=t::FEWER aria-controls=field.id()
                    aria-disabled=move || number().is_some_and(|now| now <= least).to_string() on:click=move |_| fewer()>"−"</button>
                <input
                    class="input stepper__input"
                    id=field.id()
                    type="number" inputmode="numeric" min=least max=most step="1"
                    aria-describedby=field.described_by()
                    aria-invalid=move || field.invalid()
                    prop:value=move || field.text()
                    on:input:target=move |input| {
                        field.typing();
                        field.set_text(&input.target().value());
                    }
                    on:blur=move |_| field.visit()
                />
                <button type="button" class="stepper__button" aria-label=t::MORE aria-controls=field.id()
                    aria-disabled=move || number().is_some_and(|now| now >= most).to_string() on:click=move |_| more()>"+"</button>
            </div>
            <FieldNotes field hint />
        </div>
    }
}

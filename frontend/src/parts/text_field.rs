//! One line of text of the spec.

use leptos::prelude::*;

use super::{Field, FieldHead, FieldNotes};

/// One line of text of the spec.
#[component]
pub fn TextField(
    /// Where in the spec.
    field: Field,
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
    /// Why it is as it is.
    #[prop(into)]
    hint: Signal<String>,
    /// Does something else than putting the text in its place.
    #[prop(optional, into)]
    change: Option<Callback<String>>,
    /// Whether it is something that lines up, such as an address.
    #[prop(optional)]
    exact: bool,
) -> impl IntoView {
    let typed = move |text: String| {
        field.typing();
        match change {
            Some(change) => change.run(text),
            None => field.set_text(&text),
        }
    };
    view! {
        <div class="field" class:field--wrong=move || field.invalid().is_some()>
            <FieldHead field label />
            <input
                class="input" class:mono=exact
                id=field.id()
                type="text"
                autocomplete="off" autocapitalize="none" spellcheck="false"
                aria-describedby=field.described_by()
                aria-invalid=move || field.invalid()
                prop:value=move || field.text()
                on:input:target=move |input| typed(input.target().value())
                on:blur=move |_| field.visit()
            />
            <FieldNotes field hint />
        </div>
    }
}

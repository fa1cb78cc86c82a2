//! Several lines of the spec: a list, pairs, or one long line.

use leptos::prelude::*;

use super::{Field, FieldHead, FieldNotes};

/// Several lines of the spec.
#[component]
pub fn TextArea(
    /// Where in the spec.
    field: Field,
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
    /// Why it is as it is.
    #[prop(into)]
    hint: Signal<String>,
    /// What stands there, where it is not the field as it is.
    #[prop(optional, into)]
    shown: Option<Signal<String>>,
    /// How many lines are seen.
    #[prop(default = 2)]
    rows: u8,
    /// Puts the text in its place, when the person has left the field.
    #[prop(into)]
    change: Callback<String>,
) -> impl IntoView {
    // Lists are taken apart, so that a line in the making must not be written back under the person's hands.
    let typing = RwSignal::new(None::<String>);
    let text = move || shown.map_or_else(|| field.text(), |shown| shown.get());
    let leave = move || {
        typing.set(None);
        field.visit();
    };
    view! {
        <div class="field" class:field--wrong=move || field.invalid().is_some()>
            <FieldHead field label />
            <textarea
                class="input mono"
                id=field.id()
                rows=rows.to_string()
                autocomplete="off" autocapitalize="none" spellcheck="false"
                aria-describedby=field.described_by()
                aria-invalid=move || field.invalid()
                prop:value=move || typing.get().unwrap_or_else(text)
                on:input:target=move |input| {
                    field.typing();
                    let text = input.target().value();
                    typing.set(Some(text.clone()));
                    change.run(text);
                }
                on:blur=move |_| leave()
            ></textarea>
            <FieldNotes field hint />
        </div>
    }
}

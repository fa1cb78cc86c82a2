//! Yes or no in the spec, as a native checkbox.

use leptos::prelude::*;

use super::{Field, FieldNotes};

/// Yes or no in the spec.
#[component]
pub fn SwitchField(
    /// Where in the spec.
    field: Field,
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
    /// Why it is as it is.
    #[prop(into)]
    hint: Signal<String>,
) -> impl IntoView {
    let on = move || field.text() == "true";
    view! {
        <div class="field field--switch">
            <label class="switch">
                <input
                    id=field.id()
                    type="checkbox"
                    aria-describedby=field.described_by()
                    prop:checked=on
                    on:change:target=move |change| {
                        field.form.set(&field.path(), change.target().checked().into());
                        field.visit();
                    }
                />
                <span>{move || label.get()}</span>
            </label>
            <FieldNotes field hint />
        </div>
    }
}

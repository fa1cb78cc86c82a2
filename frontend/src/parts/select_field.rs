//! One of several values of the spec, in a native select.

use leptos::prelude::*;

use super::{Field, FieldHead, FieldNotes};

/// One value to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectOption {
    /// What is put into the spec.
    pub value: String,
    /// What a person reads.
    pub text: String,
    /// The heading it stands under; empty for none.
    pub group: String,
}

/// One of several values of the spec.
#[component]
pub fn SelectField(
    /// Where in the spec.
    field: Field,
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
    /// Why it is as it is.
    #[prop(into)]
    hint: Signal<String>,
    /// What there is to choose from.
    #[prop(into)]
    options: Signal<Vec<SelectOption>>,
) -> impl IntoView {
    let one = move |option: SelectOption| {
        let value = option.value.clone();
        view! { <option value=option.value prop:selected=move || field.text() == value>{option.text}</option> }
    };
    let all = move || {
        grouped(options.get())
            .into_iter()
            .map(|(group, options)| {
                let options = options.into_iter().map(one).collect_view();
                if group.is_empty() {
                    options.into_any()
                } else {
                    view! { <optgroup label=group>{options}</optgroup> }.into_any()
                }
            })
            .collect_view()
    };
    view! {
        <div class="field" class:field--wrong=move || field.invalid().is_some()>
            <FieldHead field label />
            <select
                class="input"
                id=field.id()
                aria-describedby=field.described_by()
                aria-invalid=move || field.invalid()
                on:change:target=move |change| field.set_text(&change.target().value())
                on:blur=move |_| field.visit()
            >
                {all}
            </select>
            <FieldNotes field hint />
        </div>
    }
}

fn grouped(options: Vec<SelectOption>) -> Vec<(String, Vec<SelectOption>)> {
    let mut groups: Vec<(String, Vec<SelectOption>)> = Vec::new();
    for option in options {
        match groups.last_mut() {
            Some((group, members)) if *group == option.group => members.push(option),
            Some(_) | None => groups.push((option.group.clone(), vec![option])),
        }
    }
    groups
}

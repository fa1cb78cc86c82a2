//! What every field of the spec has: a label, a reason, what is wrong, and its place in the draft.

use leptos::prelude::*;

use super::Prose;
use crate::state::Compose;

/// A field of the spec, by its path.
#[derive(Clone, Copy)]
pub struct Field {
    /// The form.
    pub form: Compose,
    path: StoredValue<String>,
}

impl Field {
    /// The field at a path of the spec.
    pub fn at(path: impl Into<String>) -> Self {
        Self {
            form: expect_context(),
            path: StoredValue::new(path.into()),
        }
    }

    /// Its path.
    pub fn path(self) -> String {
        self.path.get_value()
    }

    /// The input's id.
    pub fn id(self) -> String {
        field_id(&self.path())
    }

    /// What describes the input: its reason and what is wrong.
    pub fn described_by(self) -> String {
        let id = self.id();
        format!("{id}-hint {id}-problem")
    }

    /// What stands in it.
    pub fn text(self) -> String {
        self.form.text(&self.path())
    }

    /// Puts what a person typed there.
    pub fn set_text(self, text: &str) {
        self.form.set_text(&self.path(), text);
    }

    /// The person has left it.
    pub fn visit(self) {
        self.form.visit(&self.path());
    }

    /// The person types in it.
    pub fn typing(self) {
        self.form.typing();
    }

    /// Whether what is said to be wrong is so no longer; the words keep their room until the field is left.
    pub fn is_mended(self) -> bool {
        self.form.is_mended(&self.path())
    }

    /// What is wrong, in a sentence or two.
    pub fn problem(self) -> Option<String> {
        let problem = self.form.problem(&self.path())?;
        Some(
            format!("{} {}", problem.rule, problem.hint)
                .trim()
                .to_owned(),
        )
    }

    /// For `aria-invalid`.
    pub fn invalid(self) -> Option<&'static str> {
        (self.problem().is_some() && !self.is_mended()).then_some("true")
    }
}

/// The id of the input at a path of the spec.
pub fn field_id(path: &str) -> String {
    let plain: String = path
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .collect();
    format!("field-{}", plain.trim_end_matches('-'))
}

/// A field's label.
#[component]
pub fn FieldHead(
    /// The field.
    field: Field,
    /// What it says.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    view! { <label class="field__label" for=field.id()>{move || label.get()}</label> }
}

/// Why a field is as it is, and what is wrong with what stands in it.
#[component]
pub fn FieldNotes(
    /// The field.
    field: Field,
    /// Why it is as it is.
    #[prop(into)]
    hint: Signal<String>,
) -> impl IntoView {
    let id = field.id();
    view! {
        <p class="field__hint" id=format!("{id}-hint")>{move || hint.get()}</p>
        <p class="field__problem" class:field__problem--mended=move || field.is_mended() id=format!("{id}-problem")>{move || field.problem().map(|text| view! { <Prose text /> })}</p>
    }
}

//! Small things that every place of the page is made of.

mod account_fields;
mod choice;
mod copy_button;
mod credential_fields;
mod failure;
mod field;
mod first_steps;
mod fold;
mod held;
mod mark;
mod number_field;
mod place_link;
mod prose;
mod sandbox_banner;
mod select_field;
mod switch_field;
mod text_area;
mod text_field;

pub use account_fields::AccountFields;
pub use choice::{Choice, Option as ChoiceOption};
pub use copy_button::CopyButton;
pub use credential_fields::CredentialFields;
pub use failure::Failure;
pub use field::{Field, FieldHead, FieldNotes, field_id};
pub use first_steps::{FirstSteps, scale_test_pods};
pub use fold::Fold;
pub use held::Held;
pub use mark::Mark;
pub use number_field::NumberField;
pub use place_link::PlaceLink;
pub use prose::Prose;
pub use sandbox_banner::SandboxBanner;
pub use select_field::{SelectField, SelectOption};
pub use switch_field::SwitchField;
pub use text_area::TextArea;
pub use text_field::TextField;

//! The instance type of a machine: what is chosen, and when it is asked for a table to choose from.

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use shared::catalog::{InstanceType, TYPES, instance_type};
use shared::spec::MachineRole;

use super::type_table::TypeTable;
use crate::browser;
use crate::parts::{Field, FieldNotes, Part, later};
use crate::state::{Compose, Tab};
use crate::strings::machines as t;

/// The instance type of a machine.
#[component]
pub fn TypeField(
    /// Where in the spec.
    field: Field,
    /// What it is called.
    label: &'static str,
    /// Why it is as it is.
    hint: &'static str,
    /// What the machine will be.
    role: MachineRole,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    let id = field.id();
    let details = NodeRef::<leptos::html::Details>::new();
    let open = RwSignal::new(false);
    let look = move || {
        open.set(
            details
                .get_untracked()
                .is_some_and(|details| details.open()),
        );
    };
    let chosen = move || instance_type(&field.text());
    let about = move || {
        let rate = |entry: &InstanceType| tab.prices().rate(&entry.price_key());
        chosen().map(|entry| t::about(entry, rate(entry), tab.prices().currency))
    };
    let close = {
        let id = id.clone();
        move |key: leptos::ev::KeyboardEvent| {
            if key.key() == "Escape" && open.get_untracked() {
                key.prevent_default();
                if let Some(details) = details.get_untracked() {
                    details.set_open(false);
                }
                browser::focus(&id);
            }
        }
    };
    let (label_id, chosen_id) = (format!("{id}-label"), format!("{id}-chosen"));
    let named = format!("{label_id} {chosen_id}");
    view! {
        <div class="field" class:field--wrong=move || field.invalid().is_some()>
            <span class="field__label" id=label_id>{label}</span>
            <details class="type" node_ref=details on:toggle=move |_| look() on:keydown=close>
                <summary class="input type__chosen" id=id aria-labelledby=named aria-describedby=field.described_by()>
                    <span id=chosen_id><span class="type__name">{move || field.text()}</span>" "<span class="type__about">{about}</span></span>
                </summary>
                {move || open.get().then(|| later(Box::pin(type_table(field, label, role))))}
            </details>
            <FieldNotes field hint />
        </div>
    }
}

#[wasm_split(asides, wasm_split_path = leptos::wasm_split, fallible)]
fn type_table(field: Field, legend: &'static str, role: MachineRole) -> Part {
    Ok(view! { <TypeTable field legend role /> }.into_any())
}

/// The largest disk of the type that stands at a path.
pub(super) fn disk_max(compose: Compose, path: &str) -> u64 {
    let name = compose.text(path);
    let entry = TYPES.iter().find(|entry| entry.name == name);
    entry.map_or(DISK_GIB_ANY, |entry| u64::from(entry.disk_gib_max))
}

/// Where the type is not known: the parser judges.
const DISK_GIB_ANY: u64 = 51_200;

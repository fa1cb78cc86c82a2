//! One pool of nodes.

use leptos::prelude::*;
use shared::limits;
use shared::spec::MachineRole;

use super::machine_options::{disk_max, machine_options};
use crate::parts::{Field, Fold, NumberField, SelectField, SwitchField, TextArea, TextField};
use crate::state::{Compose, Tab};
use crate::strings::pools as t;

/// One pool of nodes.
#[component]
pub fn PoolFields(
    /// Which, in the person's order.
    index: usize,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    let compose = expect_context::<Compose>();
    let at = move |field: &str| Field::at(format!("pools[{index}].{field}"));
    let bounds = (
        u64::from(limits::POOL_NODES_MIN),
        u64::from(limits::POOL_NODES_MAX),
    );
    let name = move || compose.text(&format!("pools[{index}].name"));
    let alone = move || compose.pool_count() == 1;
    view! {
        <fieldset class="pool">
            <legend class="pool__name">{move || t::legend(&name())}</legend>
            <div class="fields">
                <TextField field=at("name") label=t::NAME hint=t::NAME_HINT
                    change=move |text: String| compose.rename_pool(index, &text) />
                <SelectField field=at("type") label=t::TYPE hint=t::TYPE_HINT options=machine_options(tab, compose, MachineRole::Node) />
            </div>
            <div class="fields">
                <NumberField field=at("min") label=t::MIN hint=t::MIN_HINT bounds />
                <NumberField field=at("max") label=t::MAX hint=t::MAX_HINT bounds />
            </div>
            <PoolDetails index />
            <button type="button" class="button button--quiet" hidden=alone on:click=move |_| compose.remove_pool(index)>
                {move || t::remove(&name())}
            </button>
        </fieldset>
    }
}

#[component]
fn PoolDetails(
    /// Which, in the person's order.
    index: usize,
) -> impl IntoView {
    let compose = expect_context::<Compose>();
    let path = move |field: &str| format!("pools[{index}].{field}");
    let at = move |field: &str| Field::at(path(field));
    let disk = (
        u64::from(limits::DISK_GIB_MIN),
        disk_max(compose, &path("type")),
    );
    let needed = move || {
        ["disk", "spread", "labels", "taints"]
            .iter()
            .any(|field| compose.problem(&path(field)).is_some())
    };
    let put_labels = move |text: String| {
        compose
            .draft
            .update(|draft| draft.set_pairs(&path("labels"), &text));
    };
    let put_taints = move |text: String| {
        compose
            .draft
            .update(|draft| draft.set_lines(&path("taints"), &text));
    };
    view! {
        <Fold title=t::DETAILS summary=Signal::derive(move || t::details(&compose.text(&path("disk")))) needed=Signal::derive(needed)>
            <NumberField field=at("disk") label=t::DISK hint=t::DISK_HINT bounds=disk step=5 />
            <SwitchField field=at("spread") label=t::SPREAD hint=t::SPREAD_HINT />
            <TextArea field=at("labels") label=t::LABELS hint=t::LABELS_HINT change=put_labels />
            <TextArea field=at("taints") label=t::TAINTS hint=t::TAINTS_HINT change=put_taints />
        </Fold>
    }
}

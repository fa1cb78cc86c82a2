//! One pool of nodes.

use leptos::prelude::*;
use shared::limits;
use shared::spec::MachineRole;

use super::type_field::{TypeField, disk_max};
use crate::browser;
use crate::parts::{Field, Fold, NumberField, SwitchField, TextArea, TextField, field_id};
use crate::state::Compose;
use crate::strings::{fields::folded, pools as t};

/// One pool of nodes.
#[component]
pub fn PoolFields(
    /// Which, in the person's order.
    index: usize,
) -> impl IntoView {
    let compose = expect_context::<Compose>();
    let at = move |field: &str| Field::at(format!("pools[{index}].{field}"));
    let bounds = (
        u64::from(limits::POOL_NODES_MIN),
        u64::from(limits::POOL_NODES_MAX),
    );
    let name = move || compose.text(&format!("pools[{index}].name"));
    let alone = move || compose.pool_count() == 1;
    let full = move || compose.pool_count() >= limits::POOLS_MAX;
    let duplicate = move |_| {
        compose.duplicate_pool(index);
        go_to_pool(compose.pool_count().saturating_sub(1));
    };
    let remove = move |_| {
        compose.remove_pool(index);
        go_to_pool(index.saturating_sub(1));
    };
    view! {
        <fieldset class="pool">
            <legend class="pool__name">{move || t::legend(&name())}</legend>
            <div class="fields">
                <TextField field=at("name") label=t::NAME hint=t::NAME_HINT
                    change=move |text: String| compose.rename_pool(index, &text) />
            </div>
            <TypeField field=at("type") label=t::TYPE.shown() hint=t::TYPE_HINT.shown() role=MachineRole::Node />
            <div class="fields">
                <NumberField field=at("min") label=t::MIN hint=t::MIN_HINT bounds />
                <NumberField field=at("max") label=t::MAX hint=t::MAX_HINT bounds />
            </div>
            <PoolDetails index />
            <div class="buttons">
                <button type="button" class="button button--quiet" disabled=full on:click=duplicate>{move || t::duplicate(&name())}</button>
                <button type="button" class="button button--quiet" hidden=alone on:click=remove>{move || t::remove(&name())}</button>
            </div>
        </fieldset>
    }
}

/// The focus goes to the pool that a button has brought, or to the one before that which it has taken.
pub(super) fn go_to_pool(index: usize) {
    browser::focus_soon(field_id(&format!("pools[{index}].name")));
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
    let summary = move || {
        let mut changed = compose.changed(&["disk", "labels", "taints"].map(path));
        if compose.is_spread_otherwise(index) {
            changed.push(path("spread"));
        }
        folded(&t::details(&compose.text(&path("disk"))), &changed)
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
        <Fold title=t::DETAILS summary=Signal::derive(summary) needed=Signal::derive(needed)>
            <NumberField field=at("disk") label=t::DISK hint=t::DISK_HINT bounds=disk step=5 />
            <SwitchField field=at("spread") label=t::SPREAD hint=t::SPREAD_HINT />
            <TextArea field=at("labels") label=t::LABELS hint=t::LABELS_HINT change=put_labels />
            <TextArea field=at("taints") label=t::TAINTS hint=t::TAINTS_HINT change=put_taints />
        </Fold>
    }
}

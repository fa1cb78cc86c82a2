//! How many control planes, of which type.

use leptos::prelude::*;
use shared::limits;
use shared::spec::MachineRole;

use super::type_field::{TypeField, disk_max};
use crate::parts::{Choice, ChoiceOption, Field, Fold, NumberField};
use crate::state::Compose;
use crate::strings::{control_plane as t, fields::folded};

/// How many control planes, of which type.
#[component]
pub fn ControlPlaneSection() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let options = vec![
        ChoiceOption::new("1", t::ONE.shown(), t::ONE_HINT.shown()),
        ChoiceOption::new("3", t::THREE.shown(), t::THREE_HINT.shown()),
    ];
    let chosen = move || compose.text("controlPlane.count");
    let choose = move |count: &'static str| {
        compose
            .draft
            .update(|draft| draft.set_text("controlPlane.count", count));
    };
    let changed = move || compose.changed(&["controlPlane.disk".to_owned()]);
    let disk = (
        u64::from(limits::DISK_GIB_MIN),
        disk_max(compose, "controlPlane.type"),
    );
    view! {
        <section class="section" aria-labelledby="control-plane-heading">
            <h2 id="control-plane-heading">{t::HEADING}</h2>
            <Choice name="control-planes" legend=t::HOW_MANY.shown() options chosen=Signal::derive(chosen) choose />
            <TypeField field=Field::at("controlPlane.type") label=t::TYPE.shown() hint=t::TYPE_HINT.shown() role=MachineRole::ControlPlane />
            <Fold title=t::DISK_FOLD summary=Signal::derive(move || folded(&t::disk(&compose.text("controlPlane.disk")), &changed()))
                needed=Signal::derive(move || compose.problem("controlPlane.disk").is_some())>
                <NumberField field=Field::at("controlPlane.disk") label=t::DISK hint=t::DISK_HINT bounds=disk step=5 />
            </Fold>
        </section>
    }
}

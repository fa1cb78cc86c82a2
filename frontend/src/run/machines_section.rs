//! What the control planes said last.

use leptos::prelude::*;
use shared::view::{MachineView, RunState};

use super::part;
use crate::format;
use crate::state::Following;
use crate::strings::machine as t;

/// What the control planes said last.
#[component]
pub(super) fn MachinesSection() -> impl IntoView {
    let following = expect_context::<Following>();
    let machines = Memo::new(move |_| {
        part(following, |view| {
            if view.state == RunState::Running {
                view.machines.clone()
            } else {
                Vec::new()
            }
        })()
        .unwrap_or_default()
    });
    let missing =
        Memo::new(move |_| part(following, |view| view.missing.clone())().unwrap_or_default());
    let one = move |machine: MachineView| {
        let ago = move || t::ago(&format::duration(following.now.get().since_ms(machine.at)));
        view! {
            <li class="machine">
                <p><strong>{machine.name}</strong>" "{t::stage(machine.stage)}", "{t::state(machine.state)}" "<span class="quiet">{ago}</span></p>
                <p class="machine__detail mono">{machine.detail}</p>
            </li>
        }
    };
    view! {
        <section class="aside" aria-labelledby="machines-heading" hidden=move || machines.with(Vec::is_empty)>
            <h2 id="machines-heading">{t::HEADING}</h2>
            <ul class="plain">{move || machines.get().into_iter().map(one).collect_view()}</ul>
            <ul class="quiet">{move || missing.get().into_iter().map(|what| view! { <li>{what}</li> }).collect_view()}</ul>
        </section>
    }
}

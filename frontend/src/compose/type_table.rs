//! The instance types that a machine of the cluster can be, as radio buttons in a table. Few at first: other families
//! and graphics processors come when they are asked for.

use leptos::prelude::*;
use shared::catalog::{InstanceType, TYPES};
use shared::limits::HOURS_PER_MONTH;
use shared::spec::{InstanceTypeName, MachineRole};

use super::cluster_section::zone;
use crate::format;
use crate::parts::Field;
use crate::state::{Compose, Tab};
use crate::strings::machines as t;

/// The types to choose from.
#[component]
pub fn TypeTable(
    /// Where in the spec.
    field: Field,
    /// What the group is called.
    legend: &'static str,
    /// What the machine will be.
    role: MachineRole,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    let compose = expect_context::<Compose>();
    let (special, graphics) = (RwSignal::new(false), RwSignal::new(false));
    let families = Memo::new(move |_| families(compose, role));
    let shown = move |family: &str| {
        let asked = match Kind::of(family) {
            Kind::Standard => true,
            Kind::Special => special.get(),
            Kind::Graphics => graphics.get(),
        };
        asked || field.text().split('.').next() == Some(family)
    };
    let family = move |family: &'static str| {
        let rows = move || {
            let zone = zone(compose);
            let of_family = TYPES.iter().filter(|entry| entry.family() == family);
            let offered = of_family
                .filter(|entry| InstanceTypeName::parse(entry.name, role, Some(zone)).is_ok());
            offered
                .map(|entry| view! { <TypeRow field entry /> })
                .collect_view()
        };
        view! {
            <tbody>
                <tr><th class="types__family" colspan="5" scope="rowgroup">{t::family(family)}</th></tr>
                {rows}
            </tbody>
        }
    };
    // Rows stay as they are while the choice moves through them: the focus is on one of them.
    let listed = Memo::new(move |_| {
        let all = families.get().into_iter();
        all.filter(|name| shown(name)).collect::<Vec<_>>()
    });
    let more = move |kind: Kind, ask: RwSignal<bool>, text: &'static str| {
        let any = move || {
            families.with(|families| families.iter().any(|family| Kind::of(family) == kind))
        };
        view! {
            <label class="switch" hidden=move || !any()>
                <input type="checkbox" prop:checked=move || ask.get() on:change:target=move |change| ask.set(change.target().checked()) />
                <span>{text}</span>
            </label>
        }
    };
    view! {
        <div class="types">
            <fieldset>
                <legend class="unseen">{legend}</legend>
                <table class="types__table">
                    <thead><tr>
                        <th scope="col">{t::TYPE}</th><th scope="col">{t::CORES}</th><th scope="col">{t::MEMORY}</th>
                        <th scope="col">{t::PER_HOUR}</th><th scope="col">{t::PER_MONTH}</th>
                    </tr></thead>
                    <For each=move || listed.get() key=|name| *name let:name>{family(name)}</For>
                </table>
            </fieldset>
            {more(Kind::Special, special, t::SPECIAL.shown())}
            {more(Kind::Graphics, graphics, t::GRAPHICS.shown())}
            <p class="field__hint">{move || t::note(tab.prices().currency)}</p>
        </div>
    }
}

/// The families of which a machine of this role can be in the zone.
fn families(compose: Compose, role: MachineRole) -> Vec<&'static str> {
    let zone = zone(compose);
    let can_be =
        |entry: &&InstanceType| InstanceTypeName::parse(entry.name, role, Some(zone)).is_ok();
    let mut families: Vec<&'static str> = TYPES
        .iter()
        .filter(can_be)
        .map(InstanceType::family)
        .collect();
    families.dedup();
    families
}

#[component]
fn TypeRow(
    /// Where in the spec.
    field: Field,
    /// The type.
    entry: &'static InstanceType,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    let rate = move || tab.prices().rate(&entry.price_key());
    let hourly = move || {
        rate().map_or_else(
            || t::UNKNOWN.to_owned(),
            |rate| format::decimal(&rate.rounded(3)),
        )
    };
    let monthly = move || {
        rate().map_or_else(
            || t::UNKNOWN.to_owned(),
            |rate| format::whole(rate.times(HOURS_PER_MONTH)),
        )
    };
    let chosen = move || field.text() == entry.name;
    let gpus =
        (entry.gpus > 0).then(|| view! { <span class="types__gpus">{t::gpus(entry)}</span> });
    let name = move || t::said(entry, rate(), tab.prices().currency);
    let choose = move |_| {
        field.set_text(entry.name);
        field.visit();
    };
    view! {
        <tr class="types__row" class:types__row--chosen=chosen>
            <th scope="row">
                <label class="types__label">
                    <input type="radio" name=format!("{}-type", field.id()) value=entry.name aria-label=name
                        prop:checked=chosen on:change=choose />
                    <span>{entry.size()}{gpus}</span>
                </label>
            </th>
            <td>{entry.cpus}</td><td>{format::memory(entry.memory_bytes)}</td><td>{hourly}</td><td>{monthly}</td>
        </tr>
    }
}

/// What a family of types is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Standard,
    Special,
    Graphics,
}

impl Kind {
    fn of(family: &str) -> Self {
        match family {
            "standard" => Self::Standard,
            family if family.starts_with("gpu") => Self::Graphics,
            _ => Self::Special,
        }
    }
}

//! What will be made, before anything has happened: the plan's steps in groups, when each begins, how long it takes as
//! a rule, and which of them decide how long the whole takes.

use leptos::prelude::*;
use shared::plan::{Slot, timeline};

use crate::format;
use crate::state::{Compose, Preview};
use crate::strings::steps as t;
use crate::tongue::{Text, said};

/// What will be made.
#[component]
pub fn StepTitles() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let groups = move || compose.preview.with(|preview| preview.as_ref().map(groups));
    view! {
        <p class="field__hint">{t::TEXT}</p>
        {groups}
    }
}

fn groups(preview: &Preview) -> impl IntoView + use<> {
    let slots = timeline(&preview.plan.steps);
    let total = preview.launch_ms().max(1);
    let of_group = |group: Text| {
        let members = slots
            .iter()
            .filter(|slot| t::group(&slot.step.id.0) == group);
        let rows: Vec<_> = members.map(|slot| row(slot, total)).collect();
        (!rows.is_empty()).then(|| {
            view! {
                <h3 class="titles__group">{group}</h3>
                <ol class="titles">{rows}</ol>
            }
        })
    };
    t::GROUPS.map(of_group).collect_view()
}

fn row(slot: &Slot<'_>, total: u64) -> impl IntoView + use<> {
    let (from, long) = (slot.start_ms, slot.end_ms.saturating_sub(slot.start_ms));
    let part = |ms: u64| ms.saturating_mul(BAR) / total;
    let (x, width) = (part(from), part(long).max(2));
    let mark = slot
        .critical
        .then(|| view! { <span class="titles__mark">{t::DECIDES}</span>" " });
    view! {
        <li class:titles__critical=slot.critical>
            <span class="titles__what">{said(&slot.step.title)}</span>" "
            <span class="quiet">{mark}{t::time(&format::clock(from), &format::roughly(long))}</span>
            <svg class="titles__bar" viewBox=format!("0 0 {BAR} 4") preserveAspectRatio="none" aria-hidden="true">
                <rect class="titles__span" x=x.to_string() y="0" width=width.to_string() height="4" />
            </svg>
        </li>
    }
}

/// The bar's length in its own units.
const BAR: u64 = 300;

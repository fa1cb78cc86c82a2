//! What two specs say differently: each field, what it was and what it is.

use leptos::prelude::*;
use shared::spec::Difference;

use crate::strings::fields;

/// What two specs say differently.
#[component]
pub fn Differences(
    /// Field by field.
    differences: Vec<Difference>,
) -> impl IntoView {
    let one = |difference: Difference| {
        view! {
            <dt>{fields::name(&difference.field)}</dt>
            <dd><span class="was">{fields::value(&difference.from)}</span>" → "<strong>{fields::value(&difference.to)}</strong></dd>
        }
    };
    view! { <dl class="facts">{differences.into_iter().map(one).collect_view()}</dl> }
}

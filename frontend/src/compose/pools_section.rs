//! The pools of nodes, several if wanted.

use leptos::prelude::*;
use shared::limits;

use super::pool_fields::{PoolFields, go_to_pool};
use crate::state::Compose;
use crate::strings::pools as t;

/// The pools of nodes.
#[component]
pub fn PoolsSection() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let indices = move || 0..compose.pool_count();
    let full = move || compose.pool_count() >= limits::POOLS_MAX;
    let add = move |_| {
        compose.add_pool();
        go_to_pool(compose.pool_count().saturating_sub(1));
    };
    view! {
        <section class="section" aria-labelledby="pools-heading">
            <h2 id="pools-heading">{t::HEADING}</h2>
            <p class="section__text">{t::TEXT}</p>
            <For each=indices key=|index| *index let:index>
                <PoolFields index />
            </For>
            <button type="button" class="button" disabled=full on:click=add>{t::ADD}</button>
        </section>
    }
}

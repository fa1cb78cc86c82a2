//! The golden image: whether it is there, how old it is, which pools boot from it, and how it is made.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{ApiError, StandingCluster};
use crate::format;
use crate::parts::{Failure, Fold};
use crate::state::{Baking, Berth, bake};
use crate::strings::image as t;

/// The golden image.
#[component]
pub(super) fn ImageSection(
    /// The cluster.
    cluster: StandingCluster,
) -> impl IntoView {
    let berth = expect_context::<Berth>();
    let Baking {
        titles,
        time_ms,
        machine,
        image: kept,
    } = Baking::of(berth, &cluster);
    let steps = t::steps(titles.len(), &format::roughly(time_ms));
    let cost = t::cost(&format::roughly(time_ms), machine, kept);
    let title = |title: String| view! { <li>{title}</li> };
    let spec = StoredValue::new(cluster.standing.spec);
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<ApiError>));
    let image = cluster.image;
    let state = t::state(&image.name, image.created_at.as_deref(), image.fresh);
    let there = image.created_at.is_some();
    let pools = there.then(|| t::pools(&image.pools, cluster.seen.pools.len()));
    let go = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = bake(berth, &spec.get_value()).await;
            failed.try_set(answer.err());
            busy.try_set(false);
        });
    };
    view! {
        <section class="section" aria-labelledby="image-heading">
            <h2 id="image-heading">{t::HEADING}</h2>
            <p class="section__text">{t::TEXT}</p>
            <p>{state}" "{pools}</p>
            <button type="button" class="button" aria-disabled=move || busy.get().to_string() on:click=go>{if there { t::MAKE_AGAIN } else { t::MAKE }}</button>
            <p class="field__hint">{cost}</p>
            <Fold title=t::STEPS summary=steps>
                <ol class="titles">{titles.into_iter().map(title).collect_view()}</ol>
            </Fold>
            <Failure error=failed />
        </section>
    }
}

//! The clusters that were found, or that there are none.

use leptos::prelude::*;

use super::Found;
use crate::api::FoundCluster;
use crate::parts::PlaceLink;
use crate::run::DestroyForm;
use crate::state::Stands;
use crate::strings::clusters as t;

/// The clusters that were found.
#[component]
pub fn FoundList(
    /// What was found, and with what.
    found: Found,
) -> impl IntoView {
    let Found { account, clusters } = found;
    let none = clusters.is_empty();
    let one = |cluster: FoundCluster| {
        let heading = format!("{}-{}", cluster.name, cluster.id);
        let about = t::about(&cluster.zone, cluster.resource_count());
        let stands = Stands {
            name: cluster.name.clone(),
            id: Some(cluster.id.clone()),
            zone: cluster.zone,
        };
        view! {
            <li class="found">
                <h3><PlaceLink href=stands.address()>{cluster.name}" "<span class="quiet mono">{cluster.id}</span></PlaceLink></h3>
                <p>{about}</p>
                <details class="fold">
                    <summary class="fold__summary"><span class="fold__title">{t::destroy(&heading)}</span></summary>
                    <div class="fold__content"><DestroyForm cluster=stands account=Some(account.clone()) /></div>
                </details>
            </li>
        }
    };
    view! {
        <section class="section" aria-labelledby="found-heading" hidden=none>
            <h2 id="found-heading">{t::FOUND}</h2>
            <ul class="found__list">{clusters.into_iter().map(one).collect_view()}</ul>
        </section>
    }
}

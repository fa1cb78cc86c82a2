//! What stands, in a few facts: version, address, spec, and what it costs.

use leptos::prelude::*;
use shared::catalog::Money;

use super::cluster_page::each;
use crate::api::StandingCluster;
use crate::format;
use crate::parts::{CopyButton, PlaceLink};
use crate::state::Berth;
use crate::strings::berth as t;

/// What stands, in a few facts.
#[component]
pub(super) fn OverviewSection(
    /// The cluster.
    cluster: StandingCluster,
) -> impl IntoView {
    let berth = expect_context::<Berth>();
    let prices = berth.tab.prices();
    let (least, most) = berth.price(&cluster.standing.spec);
    let can = format::amounts(least, most, prices.currency);
    let now = t::per_hour(&format::rate(cost_now(berth, &cluster)));
    let StandingCluster {
        standing,
        endpoint,
        link,
        ..
    } = cluster;
    let copied = endpoint.clone();
    view! {
        <section class="aside" aria-labelledby="overview-heading">
            <h2 id="overview-heading">{t::OVERVIEW}</h2>
            <dl class="facts facts--start">
                <dt>{t::KUBERNETES}</dt><dd class="mono">"v"{standing.kubernetes}</dd>
                <dt>{t::ENDPOINT}</dt><dd class="mono">{endpoint}</dd>
                <dt>{t::COST}</dt><dd>{now}</dd>
                <dt>{t::CAN_COST}</dt><dd>{t::per_hour(&can)}</dd>
                <dt>{t::REPORTS_TO}</dt><dd class="mono">{standing.origin}</dd>
                <dt>{t::SPEC}</dt><dd><PlaceLink href=format!("/#{}", link)>{t::OPEN_SPEC}</PlaceLink></dd>
            </dl>
            <CopyButton label=t::COPY_ENDPOINT text=move |()| copied.clone() />
        </section>
    }
}

/// The machines that there are now, and the elastic IP.
fn cost_now(berth: Berth, cluster: &StandingCluster) -> Money {
    let spec = &cluster.standing.spec;
    let planes = spec.control_plane();
    let mut sum: Vec<Money> = Vec::new();
    let count = u64::try_from(cluster.seen.control_planes.len()).unwrap_or_default();
    sum.extend(
        each(berth.tab, planes.instance_type, planes.disk.get()).map(|each| each.times(count)),
    );
    for seen in &cluster.seen.pools {
        let pool = spec.pool(&seen.name);
        let each = pool.and_then(|pool| each(berth.tab, pool.instance_type, pool.disk.get()));
        sum.extend(each.map(|each| each.times(seen.size.into())));
    }
    if spec.has_elastic_ip() {
        sum.extend(berth.tab.prices().elastic_ip());
    }
    sum.into_iter().sum()
}

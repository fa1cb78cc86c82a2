//! The machines that there are now: control planes, and the nodes of each pool beside its bounds, type and price.

use leptos::prelude::*;
use shared::plan::SeenMachine;

use super::cluster_page::each;
use crate::api::StandingCluster;
use crate::state::Berth;
use crate::strings::berth as t;

/// The machines that there are now.
#[component]
pub(super) fn MachinesList(
    /// The cluster.
    cluster: StandingCluster,
) -> impl IntoView {
    let berth = expect_context::<Berth>();
    let spec = cluster.standing.spec;
    let planes = spec.control_plane();
    let about = t::planes(
        planes.instance_type.as_str(),
        planes.disk.get(),
        each(berth.tab, planes.instance_type, planes.disk.get()),
    );
    let mut groups = vec![(
        t::CONTROL_PLANES.shown().to_owned(),
        about,
        cluster.seen.control_planes,
    )];
    // In the person's order, which is that of the spec.
    for pool in spec.pools() {
        let mut pools = cluster.seen.pools.iter();
        if let Some(seen) = pools.find(|seen| seen.name == pool.name.as_str()) {
            let each = each(berth.tab, pool.instance_type, pool.disk.get());
            groups.push((
                seen.name.clone(),
                t::pool(pool, seen, each),
                seen.nodes.clone(),
            ));
        }
    }
    let group = |(name, about, machines): (String, String, Vec<SeenMachine>)| {
        view! {
            <div class="fleet-of">
                <h3>{name}</h3>
                <p class="quiet">{about}</p>
                <ul class="plain">{machines.into_iter().map(machine).collect_view()}</ul>
            </div>
        }
    };
    view! {
        <section class="section" aria-labelledby="machines-heading">
            <h2 id="machines-heading">{t::NODES}</h2>
            {groups.into_iter().map(group).collect_view()}
        </section>
    }
}

fn machine(machine: SeenMachine) -> impl IntoView {
    let address = machine.address.map_or_else(
        || t::NO_ADDRESS.shown().to_owned(),
        |address| address.to_string(),
    );
    view! {
        <li class="node">
            <span class="node__name mono">{machine.name}</span>
            <span class="node__address mono">{address}</span>
            <span class="node__state">{machine.state}</span>
        </li>
    }
}

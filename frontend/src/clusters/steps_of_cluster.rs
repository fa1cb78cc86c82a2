//! What people type first, for a cluster whose spec and addresses are known.

use leptos::prelude::*;

use crate::api::StandingCluster;
use crate::parts::{FirstSteps, scale_test_pods};
use crate::strings::first_steps as t;

/// What people type first.
#[component]
pub(super) fn StepsOfCluster(
    /// The cluster.
    cluster: StandingCluster,
) -> impl IntoView {
    let spec = cluster.standing.spec;
    let name = spec.name().as_str().to_owned();
    // A key that was born in the launch's tab says whose it is.
    let own_key = spec
        .ssh_key()
        .is_some_and(|key| key.comment() != format!("slipway-{name}"));
    let machines = cluster.seen.control_planes.iter();
    let open = !spec.access().ssh.is_empty() && spec.ssh_key().is_some();
    let ssh = machines
        .filter_map(|machine| machine.address)
        .map(|address| t::ssh(&name, &address.to_string(), own_key))
        .next()
        .filter(|_| open);
    let pods = scale_test_pods(&spec);
    view! { <FirstSteps name=Signal::stored(name) pods=Signal::stored(pods) ssh=Signal::stored(ssh) /> }
}

//! Exoscale's cloud controller manager: initialises and removes nodes, makes load balancers of Services.

mod balancer;
mod nodes;

pub(crate) use self::balancer::{Balancer, is_settled, node_port};

use super::bundle::CLOUD_CONTROLLER;
use super::caller::Caller;
use crate::store::State;

/// It signs list-zones at this zone's host, wherever it runs (read in its source).
const HOME_ZONE: &str = "ch-gva-2";

/// Without its zones it does nothing at all.
pub(super) fn run(state: &mut State, id: &str) {
    let Some(caller) = Caller::of(state, id, CLOUD_CONTROLLER) else {
        return;
    };
    if caller.at(HOME_ZONE).get(state, "/zone").is_ok() {
        nodes::reconcile(state, id, &caller);
        balancer::reconcile(state, id, &caller);
    }
}

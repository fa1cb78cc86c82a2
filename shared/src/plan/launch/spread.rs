//! Anti-affinity: the control planes and the members of a pool stand on different hypervisors.

use super::Builder;
use super::parts::{SHORT_MS, create, step};
use crate::plan::{Resource, Step};
use crate::spec::Pool;

impl Builder<'_> {
    pub(super) fn spreads(&self) -> Vec<Step> {
        let spread = |what: &str, title: &str| {
            let resource = Resource::AntiAffinityGroup {
                name: self.tag.name_of(what),
            };
            step(
                &format!("spread-{what}"),
                title,
                &["preflight"],
                vec![create(resource, SHORT_MS)],
            )
        };
        let control_plane = (self.control_planes() > 1).then(|| {
            spread(
                "control-plane",
                "Keep control planes on different hypervisors",
            )
        });
        let pools = self
            .spec
            .pools()
            .iter()
            .filter(|pool| pool.spread)
            .map(|pool| {
                let name = pool.name.as_str();
                spread(
                    &spread_name(pool),
                    &format!("Keep {name} on different hypervisors"),
                )
            });
        control_plane.into_iter().chain(pools).collect()
    }
}

/// A pool may be called as the control planes' own group is, so a pool's group says that it is one.
pub(super) fn spread_name(pool: &Pool) -> String {
    format!("pool-{}", pool.name.as_str())
}

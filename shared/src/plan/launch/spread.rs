//! Anti-affinity: the control planes and the members of a pool stand on different hypervisors.

use super::Builder;
use super::parts::{SHORT_MS, create, step};
use crate::plan::{Resource, Step};
use crate::spec::Pool;

impl Builder<'_> {
    pub(super) fn spreads(&self) -> Vec<Step> {
        let control_plane = (self.control_planes() > 1).then(|| {
            let title = "Keep control planes on different hypervisors";
            self.spread("control-plane", title)
        });
        let pools = self.spec.pools().iter();
        control_plane
            .into_iter()
            .chain(pools.filter_map(|pool| self.pool_spread(pool)))
            .collect()
    }

    /// The group that keeps a pool's members apart, where the spec wants them apart.
    pub(in crate::plan) fn pool_spread(&self, pool: &Pool) -> Option<Step> {
        let title = format!("Keep {} on different hypervisors", pool.name.as_str());
        pool.spread.then(|| self.spread(&spread_name(pool), &title))
    }

    fn spread(&self, what: &str, title: &str) -> Step {
        let resource = Resource::AntiAffinityGroup {
            name: self.tag.name_of(what),
        };
        step(
            &format!("spread-{what}"),
            title,
            &["preflight"],
            vec![create(resource, SHORT_MS)],
        )
    }
}

/// A pool may be called as the control planes' own group is, so a pool's group says that it is one.
pub(in crate::plan) fn spread_name(pool: &Pool) -> String {
    format!("pool-{}", pool.name.as_str())
}

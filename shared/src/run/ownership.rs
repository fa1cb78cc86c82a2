//! Whose a resource is. What is ours says so, or is reached through something that says so; everything else is left
//! alone.

use std::collections::BTreeSet;

use super::state::State;
use super::stock::Listings;
use super::worth::Worth;
use super::{Item, Kept, Run};
use crate::exoscale::{Kind, Listed, ResourceId};
use crate::plan::{ClusterTag, IMAGE_PREFIX, Plan, made_for, tag_of};
use crate::sabotage::{Bug, has};

impl Run {
    /// The clusters of the name that the run is about; the run itself may know which one it means.
    pub(super) fn tags(&self, listings: &[(Kind, Vec<Listed>)]) -> BTreeSet<ClusterTag> {
        if let Some(tag) = self.plan.cluster.tag() {
            return BTreeSet::from([tag]);
        }
        let all = listings
            .iter()
            .flat_map(|(kind, listed)| listed.iter().filter_map(|one| tag_of(*kind, one)));
        all.filter(|tag| self.plan.cluster.is(tag)).collect()
    }

    /// What is ours of every kind. Pools and roles come first: a load balancer or a key is ours through them.
    pub(super) fn owned_of(
        &self,
        cluster: Option<&ClusterTag>,
        listings: &Listings,
    ) -> (Vec<Item>, Vec<Kept>) {
        let Some(cluster) = cluster else {
            return (Vec::new(), Vec::new());
        };
        let mut known = Known::of(self, cluster);
        known.standing = listings.pools();
        for (kind, listed) in &listings.listed {
            known.add(*kind, listed);
        }
        let (mut items, mut kept) = (Vec::new(), Vec::new());
        for (kind, listed) in &listings.listed {
            let (more, more_kept) = known.sort_out(*kind, listed, &listings.worth);
            items.extend(more);
            kept.extend(more_kept);
        }
        (items, kept)
    }

    /// What is ours of one kind, going by what is known of the others.
    pub(super) fn ours(&self, kind: Kind, listed: &[Listed]) -> (Vec<Item>, Vec<Kept>) {
        let cluster = self
            .plan
            .cluster
            .tag()
            .or_else(|| self.state.cluster.clone());
        cluster.map_or_else(Default::default, |cluster| {
            Known::of(self, &cluster).sort_out(kind, listed, &self.worth())
        })
    }
}

/// A cluster and what is known to be its own, for kinds that are owned through another.
struct Known<'a> {
    plan: &'a Plan,
    state: &'a State,
    cluster: ClusterTag,
    pools: BTreeSet<ResourceId>,
    /// The pools that stand, where they were listed together with their members.
    standing: Option<BTreeSet<ResourceId>>,
    roles: BTreeSet<ResourceId>,
}

impl<'a> Known<'a> {
    fn of(run: &'a Run, cluster: &ClusterTag) -> Self {
        let state = &run.state;
        let ids = |kind| {
            state
                .findings
                .seen()
                .filter(move |item| item.kind == kind)
                .map(|item| &item.id)
                // What this run made is its own, whatever a listing that is behind may hide.
                .chain(state.ids.values())
                .cloned()
                .collect()
        };
        Self {
            plan: &run.plan,
            state,
            cluster: cluster.clone(),
            pools: ids(Kind::InstancePool),
            standing: None,
            roles: ids(Kind::Role),
        }
    }

    fn add(&mut self, kind: Kind, listed: &[Listed]) {
        let known = match kind {
            Kind::InstancePool => &mut self.pools,
            Kind::Role => &mut self.roles,
            Kind::ApiKey
            | Kind::LoadBalancer
            | Kind::Instance
            | Kind::ElasticIp
            | Kind::Volume
            | Kind::PrivateNetwork
            | Kind::SecurityGroup
            | Kind::AntiAffinityGroup
            | Kind::SshKey
            | Kind::Snapshot
            | Kind::Template => return,
        };
        let ours = listed
            .iter()
            .filter(|one| tag_of(kind, one).as_ref() == Some(&self.cluster));
        known.extend(ours.filter_map(|one| one.id_of(kind)));
    }

    fn sort_out(&self, kind: Kind, listed: &[Listed], worth: &Worth) -> (Vec<Item>, Vec<Kept>) {
        let (mut items, mut kept) = (Vec::new(), Vec::new());
        for one in listed {
            let Some(item) = item(kind, one) else {
                continue;
            };
            let hourly = worth.of(kind, one);
            let item = Item { hourly, ..item };
            match self.owns(kind, one) {
                Owned::Yes if has(Bug::UndoOfSuccesses) && self.state.overlooks(&item.id) => {}
                Owned::Yes => items.push(item),
                Owned::Kept(why) => kept.push(Kept {
                    item,
                    why: why.to_owned(),
                }),
                Owned::No => {}
            }
        }
        (items, kept)
    }

    fn owns(&self, kind: Kind, one: &Listed) -> Owned {
        let marked = tag_of(kind, one).as_ref() == Some(&self.cluster)
            || made_for(one).as_ref() == Some(&self.cluster)
            || (has(Bug::DeleteByName) && self.is_called_like(one));
        if !marked && tag_of(kind, one).is_none() && self.is_called_like(one) {
            return lost_its_marker(kind, one);
        }
        match kind {
            Kind::ApiKey => Owned::when(
                marked
                    || one
                        .role_id
                        .as_ref()
                        .is_some_and(|role| self.roles.contains(role)),
            ),
            Kind::LoadBalancer if marked => Owned::Yes,
            Kind::LoadBalancer => self.owns_balancer(one),
            // Members inherit the labels of their pool and go with it, unless it has gone without them.
            Kind::Instance => Owned::when(marked && (one.manager.is_none() || self.is_orphan(one))),
            Kind::Volume if marked || self.names_volume(one) => {
                self.on_request(kind, "it holds data, so it is only removed on request")
            }
            Kind::InstancePool
            | Kind::ElasticIp
            | Kind::PrivateNetwork
            | Kind::SecurityGroup
            | Kind::AntiAffinityGroup
            | Kind::Role
            | Kind::SshKey
            | Kind::Snapshot => Owned::when(marked),
            Kind::Template if is_image(one) => self.on_request(kind, IMAGE_STAYS),
            Kind::Template | Kind::Volume => Owned::No,
        }
    }

    /// The cloud controller's load balancers carry no marker: they are ours when all that they serve is.
    fn owns_balancer(&self, one: &Listed) -> Owned {
        let targets: Vec<Option<&ResourceId>> = one
            .services
            .iter()
            .map(|service| service.instance_pool.as_ref()?.id.as_ref())
            .collect();
        let ours = targets
            .iter()
            .filter(|id| id.is_some_and(|id| self.pools.contains(id)))
            .count();
        if !targets.is_empty() && ours == targets.len() {
            Owned::Yes
        } else if ours > 0 {
            Owned::Kept("it also serves pools that are not the cluster's")
        } else if targets.is_empty() && is_of_a_controller(one) {
            Owned::Kept(SUSPECT)
        } else {
            Owned::No
        }
    }

    /// Whether the pool of a member is known to be gone. A listing of pools that is behind proves nothing of a pool that
    /// this run has made or found and not removed.
    fn is_orphan(&self, one: &Listed) -> bool {
        let pool = one.manager.as_ref().and_then(|manager| manager.id.as_ref());
        let (Some(standing), Some(pool)) = (&self.standing, pool) else {
            return false;
        };
        let mut gone = self.state.findings.gone();
        let removed = gone.any(|(item, _)| item.id == *pool);
        !standing.contains(pool) && (removed || !self.pools.contains(pool))
    }

    fn is_called_like(&self, one: &Listed) -> bool {
        let name = one.name.as_deref().unwrap_or_default();
        name.starts_with(&self.cluster.name_of(""))
    }

    fn on_request(&self, kind: Kind, why_not: &'static str) -> Owned {
        if self.plan.sweeps(kind) {
            Owned::Yes
        } else {
            Owned::Kept(why_not)
        }
    }

    fn names_volume(&self, one: &Listed) -> bool {
        one.name
            .as_ref()
            .is_some_and(|name| name.starts_with(&format!("{}-", self.cluster.id)))
    }
}

/// The name of a thing is no proof of whose it is, and nobody but Slipway calls things like this one.
fn lost_its_marker(kind: Kind, one: &Listed) -> Owned {
    let is_member = one.manager.is_some();
    let speaks = matches!(
        kind,
        Kind::InstancePool
            | Kind::Instance
            | Kind::ElasticIp
            | Kind::PrivateNetwork
            | Kind::SecurityGroup
            | Kind::AntiAffinityGroup
            | Kind::Role
    );
    if speaks && !is_member {
        Owned::Kept(UNMARKED)
    } else {
        Owned::No
    }
}

/// Whether a load balancer is named as a cloud controller names its own.
fn is_of_a_controller(one: &Listed) -> bool {
    let name = one.name.as_deref().unwrap_or_default();
    name.starts_with("k8s-")
}

/// Whether a template is one of our own images.
fn is_image(one: &Listed) -> bool {
    one.name
        .as_ref()
        .is_some_and(|name| name.starts_with(IMAGE_PREFIX))
}

enum Owned {
    Yes,
    Kept(&'static str),
    No,
}

impl Owned {
    const fn when(ours: bool) -> Self {
        if ours { Self::Yes } else { Self::No }
    }
}
/// A listed resource as an item of the journal.
pub(super) fn item(kind: Kind, listed: &Listed) -> Option<Item> {
    let id = listed.id_of(kind)?;
    let name = listed
        .name
        .clone()
        .or_else(|| listed.description.clone())
        .unwrap_or_else(|| id.0.clone());
    Some(Item {
        kind,
        id,
        name,
        hourly: None,
    })
}

/// Why a load balancer without a service is left alone: nothing says whose it was.
const SUSPECT: &str = "some cluster's controller made it, and it serves nothing any more: if it was this one's, \
     remove it with `exo compute load-balancer delete`";

/// Why something is left alone that has the cluster's name and not its marker.
const UNMARKED: &str = "it is called as the cluster's things are, and its marker is gone: somebody has edited its \
     labels or its description. If it is this cluster's, remove it by hand";

/// Why an image is left alone, and what to do about it.
const IMAGE_STAYS: &str = "an image serves every cluster, and bills until you remove it with \
     `exo compute instance-template delete`";

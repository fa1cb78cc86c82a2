//! What the listings of all kinds say of one cluster. The run that removes it and whoever only asks read it here.

use std::collections::{BTreeMap, BTreeSet};

use super::worth::Worth;
use super::{Item, Kept, Run, Unknown};
use crate::exoscale::{Call, CallError, InstanceType, Kind, Listed, Reply, ResourceId};
use crate::plan::{ClusterTag, PlanKind, bake_run, made_for, run_of, tag_of};

/// An answer to one of the reads, or why there is none.
pub(super) type Answer = Result<Reply, CallError>;

/// The answers to the reads of an inventory.
pub(super) struct Listings {
    pub(super) listed: Vec<(Kind, Vec<Listed>)>,
    pub(super) unknown: Vec<Unknown>,
    pub(super) worth: Worth,
}

/// What there is of a cluster.
#[derive(Debug)]
pub(super) struct Stock {
    pub(super) cluster: Option<ClusterTag>,
    pub(super) items: Vec<Item>,
    pub(super) kept: Vec<Kept>,
    pub(super) unknown: Vec<Unknown>,
    pub(super) beside: Vec<String>,
    /// The types of what is ours, so that what is found later can be priced, too.
    pub(super) types: BTreeMap<String, ResourceId>,
}

/// The reads of an inventory, in a fixed order.
pub(super) fn calls() -> Vec<Call> {
    let listings = Kind::ALL.into_iter().map(Call::List);
    listings.chain([Call::InstanceTypes]).collect()
}

/// Whether an inventory can do without the answer to one of its reads: a kind that may not be listed is named as
/// unknown, and what only says a price may be missing.
pub(super) fn can_do_without(index: usize, error: &CallError) -> bool {
    let only_prices = index >= Kind::ALL.len();
    error.is_denial() || (only_prices && error.is_final())
}

impl Listings {
    /// Reads the answers to [`calls`], and after them those about these instances.
    pub(super) fn read(answers: Vec<Answer>, instances: &[ResourceId]) -> Self {
        let mut answers = answers.into_iter();
        let (mut listed, mut unknown) = (Vec::new(), Vec::new());
        for (kind, answer) in Kind::ALL.into_iter().zip(answers.by_ref()) {
            match answer {
                Ok(Reply::List(of_kind)) => listed.push((kind, of_kind)),
                Ok(_) => unknown.push(unclear(kind, "the answer was no listing")),
                Err(error) => unknown.push(unclear(kind, &error.to_string())),
            }
        }
        let types = match answers.next() {
            Some(Ok(Reply::InstanceTypes(types))) => types,
            _ => Vec::new(),
        };
        let disks = instances.iter().zip(answers).filter_map(|(id, answer)| {
            let Ok(Reply::Instance(instance)) = answer else {
                return None;
            };
            Some((id.clone(), instance.disk_size?))
        });
        let worth = Worth::new(types.iter().map(named).collect(), disks.collect());
        Self {
            listed,
            unknown,
            worth,
        }
    }

    /// The pools that stand, if pools could be listed.
    pub(super) fn pools(&self) -> Option<BTreeSet<ResourceId>> {
        let (_, pools) = self
            .listed
            .iter()
            .find(|(kind, _)| *kind == Kind::InstancePool)?;
        Some(pools.iter().filter_map(|pool| pool.id.clone()).collect())
    }
}

fn unclear(kind: Kind, why: &str) -> Unknown {
    let why = why.to_owned();
    Unknown { kind, why }
}

fn named(one: &InstanceType) -> (ResourceId, String) {
    (one.id.clone(), format!("{}.{}", one.family, one.size))
}

impl Run {
    /// What there is of the cluster; several clusters, if it is not clear which one is meant.
    pub(super) fn stock(&self, listings: &Listings) -> Result<Stock, BTreeSet<ClusterTag>> {
        let tags = self.tags(&listings.listed);
        if tags.len() > 1 {
            return Err(tags);
        }
        let cluster = tags
            .into_iter()
            .next()
            .or_else(|| self.state.cluster.clone());
        let (items, kept) = self.owned_of(cluster.as_ref(), listings);
        let found: BTreeSet<ResourceId> = items.iter().map(|item| item.id.clone()).collect();
        let ours = listings.listed.iter().flat_map(|(_, listed)| listed);
        let ours = ours.filter(|one| one.id.as_ref().is_some_and(|id| found.contains(id)));
        let types = ours.filter_map(|one| listings.worth.type_of(one));
        let types = types.map(|(id, name)| (name.clone(), id.clone())).collect();
        let beside = cluster.iter().flat_map(|tag| self.beside(tag, listings));
        Ok(Stock {
            beside: beside.collect::<BTreeSet<_>>().into_iter().collect(),
            cluster,
            items,
            kept,
            unknown: listings.unknown.clone(),
            types,
        })
    }

    /// Our own instances whose disk no listing shows; those of pools are on their pool.
    pub(super) fn instances_to_weigh(&self, listings: &Listings) -> Vec<ResourceId> {
        let Ok(stock) = self.stock(listings) else {
            return Vec::new();
        };
        let instances = stock.items.into_iter();
        let instances =
            instances.filter(|item| item.kind == Kind::Instance && item.hourly.is_none());
        instances.map(|item| item.id).take(WEIGHED_MAX).collect()
    }

    /// The runs that a destroy calls off: whatever makes something beside the cluster says so on what it makes, and
    /// what a launch began beside itself is known by that launch, also before there is anything of it.
    fn beside(&self, cluster: &ClusterTag, listings: &Listings) -> Vec<String> {
        if self.plan.kind != PlanKind::Destroy {
            return Vec::new();
        }
        let all = listings.listed.iter();
        let all = all.flat_map(|(kind, listed)| listed.iter().map(move |one| (*kind, one)));
        let runs = all.filter_map(|(kind, one)| {
            if made_for(one).as_ref() == Some(cluster) {
                run_of(one)
            } else if tag_of(kind, one).as_ref() == Some(cluster) {
                Some(bake_run(&run_of(one)?))
            } else {
                None
            }
        });
        runs.collect()
    }
}

/// A cluster has five control planes at most. Whoever has put our marker on more machines than this waits for the
/// price of the rest, not for their removal.
const WEIGHED_MAX: usize = 10;

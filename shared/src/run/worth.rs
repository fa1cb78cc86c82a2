//! What things cost per hour, by the bundled price list. What has no known price is not free: it has none.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::Run;
use crate::catalog::{Currency, Money, Prices};
use crate::exoscale::{Kind, Listed, ResourceId};
use crate::plan::{Plan, PoolPlan, Resource};

/// A sum per hour, and how much is missing from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rate {
    /// What is known to be billed.
    pub known: Money,
    /// How many things have no known price and are missing from the sum.
    pub unpriced: u32,
}

impl Rate {
    /// The sum of these.
    pub fn of(prices: impl IntoIterator<Item = Option<Money>>) -> Self {
        let mut sum = Self::default();
        for price in prices {
            match price {
                Some(price) => sum.known = sum.known + price,
                None => sum.unpriced = sum.unpriced.saturating_add(1),
            }
        }
        sum
    }
}

/// What is needed to price what a listing shows.
pub(super) struct Worth {
    prices: &'static Prices,
    /// The names of instance types, by their identifiers.
    types: BTreeMap<ResourceId, String>,
    /// Root disks in GiB, by instance: listings leave them out.
    disks: BTreeMap<ResourceId, u64>,
}

impl Worth {
    pub(super) fn new(
        types: BTreeMap<ResourceId, String>,
        disks: BTreeMap<ResourceId, u64>,
    ) -> Self {
        Self {
            prices: &PRICES,
            types,
            disks,
        }
    }

    /// What a listed resource costs.
    pub(super) fn of(&self, kind: Kind, one: &Listed) -> Option<Money> {
        match kind {
            Kind::Instance => self.machine(one),
            // Members, also those that the autoscaler added, are paid for through their pool.
            Kind::InstancePool => Some(self.machine(one)?.times(one.size?)),
            Kind::ElasticIp => self.prices.elastic_ip(),
            Kind::LoadBalancer => self.prices.load_balancer(),
            Kind::Template => Some(self.prices.template_gib()?.times(one.size?.div_ceil(GIB))),
            Kind::Snapshot => Some(self.prices.snapshot_gib()?.times(one.size?)),
            // It has a price, and it stands in no list that we have.
            Kind::Volume => None,
            Kind::ApiKey
            | Kind::PrivateNetwork
            | Kind::SecurityGroup
            | Kind::AntiAffinityGroup
            | Kind::Role
            | Kind::SshKey => Some(Money::ZERO),
        }
    }

    /// The name of the type of a listed instance or pool.
    pub(super) fn type_of(&self, one: &Listed) -> Option<(&ResourceId, &String)> {
        let id = one.instance_type.as_ref()?.id.as_ref()?;
        self.types.get_key_value(id)
    }

    fn machine(&self, one: &Listed) -> Option<Money> {
        let known = || self.disks.get(one.id.as_ref()?).copied();
        let disk = one.disk_size.or_else(known)?;
        self.prices.machine(self.type_of(one)?.1, disk)
    }
}

impl Run {
    /// What is known of prices outside of an inventory.
    pub(super) fn worth(&self) -> Worth {
        let types = self.state.instance_types.iter();
        let types = types.map(|(name, id)| (id.clone(), name.clone()));
        Worth::new(types.collect(), BTreeMap::new())
    }

    /// What costs a resource that this run has made. Of a pool at least as many members are counted as have joined.
    pub(super) fn worth_of_made(&self, resource: &Resource) -> Option<Money> {
        let prices = &*PRICES;
        match resource {
            Resource::Instance(one) => prices.machine(&one.instance_type, one.disk_gib.into()),
            Resource::InstancePool(pool) => {
                let machine = prices.machine(&pool.instance_type, pool.disk_gib.into())?;
                Some(machine.times(u64::from(pool.size).max(self.joined(pool))))
            }
            Resource::ElasticIp { .. } => prices.elastic_ip(),
            Resource::Snapshot { .. } => Some(prices.snapshot_gib()?.times(copied(&self.plan)?)),
            Resource::Template { .. } => Some(prices.template_gib()?.times(copied(&self.plan)?)),
            Resource::SshKey { .. }
            | Resource::PrivateNetwork { .. }
            | Resource::SecurityGroup { .. }
            | Resource::AntiAffinityGroup { .. }
            | Resource::Role { .. }
            | Resource::ApiKey { .. } => Some(Money::ZERO),
        }
    }

    /// How many nodes of a pool the control plane has seen last.
    fn joined(&self, pool: &PoolPlan) -> u64 {
        let nodes = self.last_evidence().into_iter();
        let nodes = nodes.flat_map(|evidence| &evidence.nodes);
        let prefix = format!("{}-", pool.prefix);
        let members = nodes.filter(|node| node.name.starts_with(&prefix)).count();
        u64::try_from(members).unwrap_or_default()
    }
}

/// The size in GiB of the disk that a plan makes a copy of.
fn copied(plan: &Plan) -> Option<u64> {
    let disk_gib = |resource: &Resource| {
        if let Resource::Instance(instance) = resource {
            Some(instance.disk_gib.into())
        } else {
            None
        }
    };
    plan.resources().find_map(disk_gib)
}

/// Read once: a price is asked for at every listing.
static PRICES: LazyLock<Prices> = LazyLock::new(|| Prices::bundled(Currency::default()));

const GIB: u64 = 1 << 30;

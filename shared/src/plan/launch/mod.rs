//! The plan that makes a cluster. Everything that does not wait for something else begins at once.

mod beginning;
mod control_planes;
mod ending;
mod firewall;
mod keys;
mod network;
pub(super) mod parts;
mod pools;
mod spread;

use super::names::ClusterTag;
use super::{ClusterRef, Facts, PLANNER, Plan, PlanKind, SCHEMA, Step, image_name, removal};
use crate::catalog::{Currency, InstanceType, Money, Prices, bill};
use crate::link::encode;
use crate::spec::{Image, Spec};

/// The plan that makes this cluster, given these facts.
pub fn launch(spec: &Spec, facts: Facts) -> Plan {
    let id = facts.cluster_id();
    let tag = ClusterTag {
        name: spec.name().as_str().to_owned(),
        id: id.clone(),
    };
    let steps = Builder::new(spec, &facts, &tag).steps();
    Plan {
        schema: SCHEMA,
        planner: PLANNER.to_owned(),
        kind: PlanKind::Launch,
        cluster: ClusterRef {
            name: tag.name.clone(),
            id: Some(id),
            zone: spec.zone(),
        },
        steps,
        undo: removal(&tag.name),
        spec: Some(spec.clone()),
        facts,
    }
}

/// What every builder of steps looks at.
pub(super) struct Builder<'a> {
    pub(super) spec: &'a Spec,
    pub(super) facts: &'a Facts,
    pub(super) tag: &'a ClusterTag,
    pub(super) prices: Prices,
    /// Our own image, where the spec leaves the choice to us.
    golden: Option<String>,
    /// The spec as a link.
    link: String,
}

impl<'a> Builder<'a> {
    pub(super) fn new(spec: &'a Spec, facts: &'a Facts, tag: &'a ClusterTag) -> Self {
        let golden = *spec.image() == Image::Auto;
        Self {
            spec,
            facts,
            tag,
            prices: Prices::bundled(Currency::Chf),
            golden: golden.then(|| image_name(spec, &facts.kubernetes)),
            link: encode(spec),
        }
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = vec![self.preflight(), self.pki()];
        steps.extend(self.ssh_key());
        steps.push(self.private_network());
        steps.extend(self.firewalls());
        steps.extend(self.spreads());
        steps.extend(self.keys());
        steps.extend(self.elastic_ip());
        steps.extend((0..self.control_planes()).map(|index| self.control_plane(index)));
        steps.extend(self.spec.pools().iter().map(|pool| self.pool(pool)));
        steps.extend(self.attach_address());
        steps.extend(self.guard());
        steps.push(ending::ready(&steps));
        steps
    }

    fn template(&self, control_plane: bool) -> String {
        match self.spec.image() {
            Image::Auto | Image::Stock => bill(self.spec.kubernetes()).template.to_owned(),
            Image::Templates {
                control_plane: one,
                nodes,
            } => (if control_plane { one } else { nodes })
                .as_str()
                .to_owned(),
        }
    }

    fn control_planes(&self) -> u16 {
        self.spec.control_plane().count.get()
    }

    fn machine_price(&self, machine: &InstanceType, disk_gib: u32) -> Money {
        let machine = self
            .prices
            .rate(&machine.price_key())
            .unwrap_or(Money::ZERO);
        machine
            + self
                .prices
                .disk_gib()
                .unwrap_or(Money::ZERO)
                .times(u64::from(disk_gib))
    }
}

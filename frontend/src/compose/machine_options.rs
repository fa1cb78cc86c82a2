//! The instance types that a machine of the cluster can be, with their size and price.

use leptos::prelude::*;
use shared::catalog::{InstanceType, TYPES};
use shared::spec::{InstanceTypeName, MachineRole};

use super::cluster_section::zone;
use crate::parts::SelectOption;
use crate::state::{Compose, Tab};
use crate::strings::machines as t;

/// What there is to choose from for a role, in the zone that is chosen.
pub(super) fn machine_options(
    tab: Tab,
    compose: Compose,
    role: MachineRole,
) -> Signal<Vec<SelectOption>> {
    let options = Memo::new(move |_| {
        let (zone, prices) = (zone(compose), tab.prices());
        let offered = TYPES
            .iter()
            .filter(|entry| InstanceTypeName::parse(entry.name, role, Some(zone)).is_ok());
        let option = |entry: &InstanceType| SelectOption {
            value: entry.name.to_owned(),
            text: t::option(entry, prices.rate(&entry.price_key())),
            group: t::family(entry.family()).to_owned(),
        };
        offered.map(option).collect::<Vec<_>>()
    });
    options.into()
}

/// The largest disk of the type that stands at a path.
pub(super) fn disk_max(compose: Compose, path: &str) -> u64 {
    let name = compose.text(path);
    let entry = TYPES.iter().find(|entry| entry.name == name);
    entry.map_or(DISK_GIB_ANY, |entry| u64::from(entry.disk_gib_max))
}

/// Where the type is not known: the parser judges.
const DISK_GIB_ANY: u64 = 51_200;

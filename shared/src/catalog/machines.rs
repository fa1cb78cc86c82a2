//! The instance types of Exoscale: size, zones, largest disk and price of each.
//!
//! Ids are not here: they are looked up in the zone at launch, where GPU types also need a quota and
//! Exoscale's authorisation.

use crate::catalog::{Money, Zone};
use crate::limits;

/// When the table below was recorded (`GET /v2/instance-type` in August 2026, prices in October 2026).
pub const TYPES_AS_OF: &str = "2026-10";

/// One instance type, for instance `standard.medium`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstanceType {
    /// `family.size`.
    pub name: &'static str,
    /// Virtual processors.
    pub cpus: u16,
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// Graphics processors; types that have any need a quota and Exoscale's authorisation.
    pub gpus: u8,
    /// Where it is offered.
    pub zones: &'static [Zone],
    /// The largest local disk, in GiB.
    pub disk_gib_max: u32,
    /// Price per hour in the bundled table; `None` where Exoscale publishes none.
    pub hourly: Option<Money>,
}

impl InstanceType {
    /// `standard.medium`, which default clusters are made of.
    pub const STANDARD_MEDIUM: Self = Self {
        name: "standard.medium",
        cpus: 2,
        memory_bytes: 4 << 30,
        gpus: 0,
        zones: Zone::ALL,
        disk_gib_max: 400,
        hourly: Some(Money::from_units(4_666_000)),
    };

    /// Whether the type is offered in a zone.
    pub fn offered_in(&self, zone: Zone) -> bool {
        self.zones.contains(&zone)
    }

    /// Whether an organisation must be authorised by Exoscale before it can start one.
    pub const fn needs_authorisation(&self) -> bool {
        self.gpus > 0
    }

    /// The part of the name before the dot.
    pub fn family(&self) -> &'static str {
        self.name
            .split_once('.')
            .map_or(self.name, |(family, _)| family)
    }

    /// The part of the name after the dot.
    pub fn size(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(_, size)| size)
    }

    /// The key of its price in Exoscale's list, for instance `running_cpu_extra_large`.
    pub fn price_key(&self) -> String {
        let size = self.size().replace('-', "_");
        match self.family() {
            "standard" => format!("running_{size}"),
            family => format!("running_{family}_{size}"),
        }
    }
}

/// The type of that name, if Exoscale has it.
pub fn instance_type(name: &str) -> Option<&'static InstanceType> {
    TYPES.iter().find(|entry| entry.name == name)
}

const STORAGE: &[Zone] = &[
    Zone::AtVie1,
    Zone::AtVie2,
    Zone::BgSof1,
    Zone::ChDk2,
    Zone::ChGva2,
    Zone::DeFra1,
    Zone::HrZag1,
];
const RTX_6000: &[Zone] = &[Zone::ChDk2, Zone::DeFra1, Zone::HrZag1];
const VIENNA_1: &[Zone] = &[Zone::AtVie1];
const VIENNA_2: &[Zone] = &[Zone::AtVie2];
const FRANKFURT: &[Zone] = &[Zone::DeFra1];
const GENEVA: &[Zone] = &[Zone::ChGva2];

/// Exoscale documents no largest disk for the storage and GPU families: the API's own bound holds.
const ANY_DISK: u32 = limits::DISK_GIB_MAX;

macro_rules! types {
    ($($name:literal, $cpus:literal, $mib:literal, $gpus:literal, $zones:expr, $disk:expr, $hourly:expr;)*) => {
        /// Every instance type, in Exoscale's order.
        pub static TYPES: &[InstanceType] = &[$(InstanceType {
            name: $name,
            cpus: $cpus,
            memory_bytes: $mib << 20,
            gpus: $gpus,
            zones: $zones,
            disk_gib_max: $disk,
            hourly: match $hourly {
                Some(units) => Some(Money::from_units(units)),
                None => None,
            },
        }),*];
    };
}

// Name, vCPU, MiB, GPUs, zones, largest disk in GiB, price per hour in 1e-8 of a currency unit.
types! {
    "standard.micro",          1,       512, 0, Zone::ALL, 200,      Some(729_000);
    "standard.tiny",           1,     1_024, 0, Zone::ALL, 400,      Some(1_458_000);
    "standard.small",          2,     2_048, 0, Zone::ALL, 400,      Some(2_333_000);
    "standard.medium",         2,     4_096, 0, Zone::ALL, 400,      Some(4_666_000);
    "standard.large",          4,     8_192, 0, Zone::ALL, 400,      Some(9_333_000);
    "standard.extra-large",    4,    16_384, 0, Zone::ALL, 800,      Some(18_667_000);
    "standard.huge",           8,    32_768, 0, Zone::ALL, 800,      Some(37_334_000);
    "standard.mega",          12,    65_536, 0, Zone::ALL, 800,      Some(74_667_000);
    "standard.titan",         16,   131_072, 0, Zone::ALL, 1_600,    Some(149_333_000);
    "standard.jumbo",         24,   230_400, 0, Zone::ALL, 1_600,    Some(224_000_000);
    "standard.colossus",      40,   327_680, 0, Zone::ALL, 1_600,    Some(298_666_000);
    "cpu.extra-large",         8,    16_384, 0, Zone::ALL, 800,      Some(23_333_000);
    "cpu.huge",               16,    32_768, 0, Zone::ALL, 800,      Some(46_666_000);
    "cpu.mega",               32,    65_536, 0, Zone::ALL, 800,      Some(93_333_000);
    "cpu.titan",              40,   131_072, 0, Zone::ALL, 1_600,    Some(186_667_000);
    "cpu.titan48c",           48,   131_072, 0, Zone::ALL, 1_600,    Some(211_458_450);
    "cpu.colossus",           80,   327_680, 0, Zone::ALL, 1_600,    Some(371_875_350);
    "memory.extra-large",      2,    16_384, 0, Zone::ALL, 800,      Some(14_000_000);
    "memory.huge",             4,    32_768, 0, Zone::ALL, 800,      Some(28_000_000);
    "memory.mega",             8,    65_536, 0, Zone::ALL, 800,      Some(56_000_000);
    "memory.titan",           12,   131_072, 0, Zone::ALL, 1_600,    Some(112_000_000);
    "storage.extra-large",     4,    16_384, 0, STORAGE,   ANY_DISK, Some(14_000_000);
    "storage.huge",            8,    32_768, 0, STORAGE,   ANY_DISK, Some(28_000_000);
    "storage.mega",           12,    65_536, 0, STORAGE,   ANY_DISK, Some(56_000_000);
    "storage.titan",          16,   131_072, 0, STORAGE,   ANY_DISK, Some(112_000_000);
    "storage.jumbo",          24,   230_400, 0, STORAGE,   ANY_DISK, Some(186_667_000);
    "gpu2.small",             12,    57_344, 1, VIENNA_1,  ANY_DISK, Some(137_500_000);
    "gpu2.medium",            16,    92_160, 2, VIENNA_1,  ANY_DISK, Some(201_389_000);
    "gpu2.large",             24,   122_880, 3, VIENNA_1,  ANY_DISK, Some(265_278_000);
    "gpu2.huge",              48,   230_400, 4, VIENNA_1,  ANY_DISK, Some(331_944_000);
    "gpu3.small",             12,    57_344, 1, FRANKFURT, ANY_DISK, Some(104_530_000);
    "gpu3.medium",            24,   122_880, 2, FRANKFURT, ANY_DISK, Some(209_070_000);
    "gpu3.large",             48,   229_376, 4, FRANKFURT, ANY_DISK, Some(418_130_000);
    "gpu3.huge",              96,   458_752, 8, FRANKFURT, ANY_DISK, Some(836_270_000);
    "gpu3080ti.small",        12,    57_344, 1, VIENNA_2,  ANY_DISK, Some(92_361_000);
    "gpu3080ti.medium",       24,   114_688, 2, VIENNA_2,  ANY_DISK, Some(170_868_000);
    "gpu3080ti.large",        48,   229_376, 4, VIENNA_2,  ANY_DISK, Some(314_028_000);
    "gpua30.small",           12,    57_344, 1, GENEVA,    ANY_DISK, Some(122_645_833);
    "gpua30.medium",          16,    92_160, 2, GENEVA,    ANY_DISK, Some(179_666_666);
    "gpua30.large",           24,   122_880, 3, GENEVA,    ANY_DISK, Some(236_687_500);
    "gpua30.huge",            48,   230_400, 4, GENEVA,    ANY_DISK, Some(296_187_500);
    "gpua5000.small",         12,    57_344, 1, VIENNA_2,  ANY_DISK, Some(134_028_000);
    "gpua5000.medium",        24,   114_688, 2, VIENNA_2,  ANY_DISK, Some(247_951_000);
    "gpua5000.large",         48,   229_376, 4, VIENNA_2,  ANY_DISK, Some(455_694_000);
    "gpub300.huge",          248, 2_621_440, 8, GENEVA,    ANY_DISK, None;
    "gpurtx6000pro.small",    36,   122_880, 1, RTX_6000,  ANY_DISK, Some(215_277_778);
    "gpurtx6000pro.medium",   72,   245_760, 2, RTX_6000,  ANY_DISK, Some(416_666_667);
    "gpurtx6000pro.large",   144,   491_520, 4, RTX_6000,  ANY_DISK, Some(819_444_444);
    "gpurtx6000pro.huge",    248,   983_040, 8, RTX_6000,  ANY_DISK, Some(1_597_222_220);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{InstanceType, TYPES, instance_type};
    use crate::catalog::Zone;

    #[test]
    fn the_default_type_is_the_tables() {
        assert_eq!(
            instance_type("standard.medium"),
            Some(&InstanceType::STANDARD_MEDIUM)
        );
        assert_eq!(instance_type("medium"), None);
    }

    #[test]
    fn names_are_unique_and_sizes_sane() {
        let names: BTreeSet<&str> = TYPES.iter().map(|entry| entry.name).collect();
        assert_eq!(names.len(), TYPES.len());
        for entry in TYPES {
            assert!(
                entry.cpus > 0 && entry.memory_bytes >= 512 << 20 && !entry.zones.is_empty(),
                "{entry:?}"
            );
            assert_eq!(
                entry.needs_authorisation(),
                entry.family().starts_with("gpu"),
                "{}",
                entry.name
            );
            assert_eq!(entry.hourly.is_none(), entry.name == "gpub300.huge");
        }
    }

    #[test]
    fn price_keys_are_exoscales() {
        let key = |name| instance_type(name).unwrap().price_key();
        assert_eq!(key("standard.medium"), "running_medium");
        assert_eq!(key("cpu.extra-large"), "running_cpu_extra_large");
        assert_eq!(key("gpua5000.small"), "running_gpua5000_small");
    }

    #[test]
    fn zones_are_kept_apart() {
        let storage = instance_type("storage.huge").unwrap();
        assert!(storage.offered_in(Zone::ChDk2) && !storage.offered_in(Zone::DeMuc1));
    }
}

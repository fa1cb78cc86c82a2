//! What a cluster costs: a band from all pools at their minimum to all at their maximum.
//!
//! Traffic, load balancers and volumes that workloads ask for later are not in it.

use serde::{Deserialize, Serialize};

use crate::catalog::{InstanceType, Money, Prices};
use crate::limits::HOURS_PER_MONTH;
use crate::spec::Spec;

/// The price of a cluster, from its smallest to its largest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Band {
    /// Per hour with every pool at its minimum.
    pub hourly_min: Money,
    /// Per hour with every pool at its maximum.
    pub hourly_max: Money,
    /// Per month of 730 hours with every pool at its minimum.
    pub monthly_min: Money,
    /// Per month of 730 hours with every pool at its maximum.
    pub monthly_max: Money,
    /// What the sums are made of.
    pub lines: Vec<Line>,
    /// What has no published price and is missing from the sums.
    pub unpriced: Vec<String>,
}

/// One thing that is billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// What it is, as a person would say it: `workers: standard.medium`.
    pub what: String,
    /// How many at least: instances, addresses or GiB of disk.
    pub count_min: u64,
    /// How many at most.
    pub count_max: u64,
    /// The price of one for an hour, if it is known.
    pub hourly: Option<Money>,
}

/// The price band of a spec.
pub fn band(spec: &Spec, prices: &Prices) -> Band {
    let mut lines = Vec::new();
    let planes = spec.control_plane();
    let group = Group {
        name: "control plane",
        min: planes.count.get(),
        max: planes.count.get(),
    };
    lines.extend(group.lines(planes.instance_type.details(), planes.disk.get(), prices));
    for pool in spec.pools() {
        let group = Group {
            name: pool.name.as_str(),
            min: pool.min,
            max: pool.max,
        };
        lines.extend(group.lines(pool.instance_type.details(), pool.disk.get(), prices));
    }
    if spec.has_elastic_ip() {
        lines.push(Line {
            what: "elastic IP of the API".to_owned(),
            count_min: 1,
            count_max: 1,
            hourly: prices.elastic_ip(),
        });
    }
    Band::of(lines)
}

/// Machines of one kind, from so many to so many.
struct Group<'a> {
    name: &'a str,
    min: u16,
    max: u16,
}

impl Group<'_> {
    fn lines(&self, machine: &InstanceType, disk_gib: u32, prices: &Prices) -> [Line; 2] {
        let name = self.name;
        let (min, max, disk_gib) = (
            u64::from(self.min),
            u64::from(self.max),
            u64::from(disk_gib),
        );
        [
            Line {
                what: format!("{name}: {}", machine.name),
                count_min: min,
                count_max: max,
                hourly: prices.rate(&machine.price_key()),
            },
            Line {
                what: format!("{name}: GiB of disk"),
                count_min: min.saturating_mul(disk_gib),
                count_max: max.saturating_mul(disk_gib),
                hourly: prices.disk_gib(),
            },
        ]
    }
}

impl Band {
    fn of(lines: Vec<Line>) -> Self {
        let sum = |count: fn(&Line) -> u64| -> Money {
            lines
                .iter()
                .filter_map(|line| Some(line.hourly?.times(count(line))))
                .sum()
        };
        let (hourly_min, hourly_max) = (sum(|line| line.count_min), sum(|line| line.count_max));
        let unpriced = lines
            .iter()
            .filter(|line| line.hourly.is_none())
            .map(|line| line.what.clone());
        Self {
            hourly_min,
            hourly_max,
            monthly_min: hourly_min.times(HOURS_PER_MONTH),
            monthly_max: hourly_max.times(HOURS_PER_MONTH),
            unpriced: unpriced.collect(),
            lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::band;
    use crate::catalog::{Currency, Money, Prices};
    use crate::spec::{Spec, arbitrary};
    use proptest::prelude::*;

    fn prices() -> Prices {
        Prices::bundled(Currency::Chf)
    }

    fn spec(json: &str) -> Spec {
        Spec::from_json(json).unwrap()
    }

    #[test]
    fn the_default_cluster_is_priced_by_hand() {
        let band = band(&spec(r#"{"name":"demo","zone":"ch-dk-2"}"#), &prices());
        // Two machines at 0.04666 and 2 × 25 GiB at 0.00014; with five nodes six machines and 150 GiB.
        assert_eq!(
            band.hourly_min,
            Money::from_units(2 * 4_666_000 + 50 * 14_000)
        );
        assert_eq!(
            band.hourly_max,
            Money::from_units(6 * 4_666_000 + 150 * 14_000)
        );
        assert_eq!(band.monthly_min.rounded(2), "73.23");
        assert_eq!(band.monthly_max.rounded(2), "219.70");
        let counts: Vec<(u64, u64)> = band
            .lines
            .iter()
            .map(|line| (line.count_min, line.count_max))
            .collect();
        assert_eq!(counts, [(1, 1), (25, 25), (1, 5), (25, 125)]);
        assert_eq!(band.unpriced, Vec::<String>::new());
    }

    #[test]
    fn three_control_planes_pay_for_an_elastic_ip() {
        let band = band(
            &spec(r#"{"name":"demo","zone":"ch-dk-2","controlPlane":{"count":3}}"#),
            &prices(),
        );
        let last = band.lines.last().unwrap();
        assert_eq!(
            (last.what.as_str(), last.count_max),
            ("elastic IP of the API", 1)
        );
        assert_eq!(
            band.hourly_min,
            Money::from_units(4 * 4_666_000 + 100 * 14_000 + 1_389_000)
        );
    }

    #[test]
    fn what_has_no_price_is_named() {
        let json =
            r#"{"name":"demo","zone":"ch-gva-2","pools":[{"name":"big","type":"gpub300.huge"}]}"#;
        assert_eq!(band(&spec(json), &prices()).unpriced, ["big: gpub300.huge"]);
    }

    #[test]
    fn a_band_survives_json() {
        let band = band(&spec(r#"{"name":"demo","zone":"ch-dk-2"}"#), &prices());
        let json = serde_json::to_value(&band).unwrap();
        assert_eq!(json["lines"][0]["hourly"], "0.04666000");
        assert_eq!(serde_json::from_value::<super::Band>(json).unwrap(), band);
    }

    proptest! {
        #[test]
        fn a_band_is_the_sum_of_its_lines(spec in arbitrary::spec()) {
            let band = band(&spec, &prices());
            let sum: u64 = band.lines.iter().filter_map(|line| Some(line.hourly?.units() * line.count_max)).sum();
            prop_assert_eq!(band.hourly_max.units(), sum);
            prop_assert!(band.hourly_min <= band.hourly_max);
            prop_assert_eq!(band.monthly_max.units(), sum * 730);
        }
    }
}

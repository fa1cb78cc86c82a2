//! What autoscaling costs: a cluster's price over a week of load, hour by hour, for a few weeks that people know.
//!
//! A week of load says which part of the room between a pool's minimum and its maximum is needed in each hour. The
//! autoscaler's own delays (minutes to grow, ten minutes to shrink) are smaller than an hour and not in it.

use crate::catalog::{Money, Prices, band};
use crate::limits::HOURS_PER_MONTH;
use crate::spec::{Pool, Spec};

/// Hours in a week.
pub const HOURS_PER_WEEK: usize = 168;

/// A week of load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Load {
    /// Never more than the minimum can carry.
    Quiet,
    /// Two hours of heavy work every night.
    Nightly,
    /// Working days: up from seven, full from nine to five, down by eight. The weekend is quiet.
    Office,
    /// Always as much as the maximum can carry.
    Full,
}

/// What a week of load comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// Which week.
    pub load: Load,
    /// Nodes of all pools in each hour from Monday, midnight.
    pub nodes: Vec<u32>,
    /// What a month of such weeks costs.
    pub monthly: Money,
}

impl Load {
    /// Every week, the cheapest first.
    pub const ALL: [Self; 4] = [Self::Quiet, Self::Nightly, Self::Office, Self::Full];

    /// Which part of the room above the minimum is needed in an hour of the week, in per cent.
    const fn percent(self, hour_of_week: usize) -> u32 {
        let (day, hour) = (hour_of_week / 24, hour_of_week % 24);
        match (self, hour) {
            (Self::Full, _) | (Self::Nightly, 2 | 3) => 100,
            (Self::Office, 9..=16) if day < 5 => 100,
            (Self::Office, 8 | 17) if day < 5 => 60,
            (Self::Office, 7 | 18 | 19) if day < 5 => 25,
            (Self::Quiet | Self::Nightly | Self::Office, _) => 0,
        }
    }

    /// Nodes of a pool in an hour of the week: no node is started for a part of one.
    fn nodes(self, pool: &Pool, hour: usize) -> u32 {
        let room = u32::from(pool.max.saturating_sub(pool.min));
        u32::from(pool.min).saturating_add(room.saturating_mul(self.percent(hour)).div_ceil(100))
    }
}

/// What each week of load comes to for a spec.
pub fn forecasts(spec: &Spec, prices: &Prices) -> Vec<Forecast> {
    let floor = band(spec, prices).hourly_min;
    let extra: Vec<Money> = spec
        .pools()
        .iter()
        .map(|pool| of_node(pool, prices))
        .collect();
    let one = |load: Load| {
        let hours = 0..HOURS_PER_WEEK;
        let nodes = hours.clone().map(|hour| {
            let each = spec.pools().iter().map(|pool| load.nodes(pool, hour));
            each.sum()
        });
        let more = |hour: usize| -> Money {
            let pools = spec.pools().iter().zip(&extra);
            pools
                .map(|(pool, price)| {
                    let above = load.nodes(pool, hour).saturating_sub(pool.min.into());
                    price.times(above.into())
                })
                .sum()
        };
        let week: Money = hours.map(|hour| floor + more(hour)).sum();
        Forecast {
            load,
            nodes: nodes.collect(),
            monthly: week
                .times(HOURS_PER_MONTH)
                .divided_by(HOURS_PER_WEEK as u64),
        }
    };
    Load::ALL.map(one).into()
}

/// What one more node of a pool costs an hour, as far as it is known.
fn of_node(pool: &Pool, prices: &Prices) -> Money {
    let machine = prices.rate(&pool.instance_type.details().price_key());
    let disk = prices
        .disk_gib()
        .map(|gib| gib.times(pool.disk.get().into()));
    machine.into_iter().chain(disk).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Forecast, HOURS_PER_WEEK, Load, forecasts};
    use crate::catalog::{Currency, Money, Prices, band};
    use crate::spec::{Spec, arbitrary};

    fn demo() -> Vec<Forecast> {
        let spec = Spec::from_json(r#"{"name":"demo","zone":"ch-dk-2"}"#).unwrap();
        forecasts(&spec, &Prices::bundled(Currency::Chf))
    }

    #[test]
    fn the_default_cluster_is_forecast_by_hand() {
        let [quiet, nightly, office, full] = demo().try_into().unwrap();
        assert_eq!(quiet.monthly.rounded(2), "73.23");
        assert_eq!(full.monthly.rounded(2), "219.70");
        // A node is 0.04666 + 25 × 0.00014 = 0.05016 an hour. Four more for 14 hours of 168; a month has 730.
        let node = 5_016_000_u64;
        let extra = |node_hours: u64| Money::from_units((336 + node_hours) * node * 730 / 168);
        assert_eq!(nightly.monthly, extra(4 * 14));
        // Five days of eight hours with four more, two with three more, three with one more.
        assert_eq!(office.monthly, extra(5 * (8 * 4 + 2 * 3 + 3)));
    }

    #[test]
    fn a_working_day_goes_up_and_comes_down() {
        let office = demo().remove(2);
        let monday = &office.nodes[..24];
        assert_eq!(&monday[6..12], [1, 2, 4, 5, 5, 5]);
        assert_eq!(&monday[16..22], [5, 4, 2, 2, 1, 1]);
        assert!(office.nodes[120..].iter().all(|nodes| *nodes == 1));
    }

    proptest! {
        #[test]
        fn every_forecast_lies_in_the_band(spec in arbitrary::spec()) {
            let prices = Prices::bundled(Currency::Chf);
            let band = band(&spec, &prices);
            let found = forecasts(&spec, &prices);
            prop_assert_eq!(found[0].monthly, band.monthly_min);
            prop_assert_eq!(found[3].monthly, band.monthly_max);
            let (least, most) = spec.pools().iter().fold((0, 0), |(least, most), pool| {
                (least + u32::from(pool.min), most + u32::from(pool.max))
            });
            for (forecast, load) in found.iter().zip(Load::ALL) {
                prop_assert_eq!(forecast.load, load);
                prop_assert_eq!(forecast.nodes.len(), HOURS_PER_WEEK);
                prop_assert!(forecast.nodes.iter().all(|nodes| (least..=most).contains(nodes)));
                prop_assert!(band.monthly_min <= forecast.monthly && forecast.monthly <= band.monthly_max);
            }
        }
    }
}

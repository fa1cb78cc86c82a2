//! Exoscale's public price list: a bundled copy with its date, and a reader for the live one.
//!
//! The list has no zones and no taxes in it; fetching it is the edge's work.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalog::{InstanceType, Money, TYPES, TYPES_AS_OF, instance_type as instance_type_of};

/// What Exoscale bills in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Currency {
    /// Swiss francs.
    #[default]
    Chf,
    /// Euros.
    Eur,
    /// US dollars.
    Usd,
}

impl Currency {
    /// Every currency.
    pub const ALL: &'static [Self] = &[Self::Chf, Self::Eur, Self::Usd];

    /// The three letters that people read.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Chf => "CHF",
            Self::Eur => "EUR",
            Self::Usd => "USD",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Chf => "chf",
            Self::Eur => "eur",
            Self::Usd => "usd",
        }
    }
}

/// Prices per hour in one currency, without tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Prices {
    /// The currency of every amount.
    pub currency: Currency,
    /// When the list was taken, as a date that people read.
    pub as_of: String,
    /// Whether this is the copy that the software was built with.
    pub bundled: bool,
    /// Price by Exoscale's key, for instance `running_medium`.
    rates: BTreeMap<String, Money>,
}

/// The live price list cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// The answer is no JSON object with this currency in it.
    #[error("the price list has no {} prices", .0.code())]
    NoSuchCurrency(Currency),
    /// A price that every cluster needs is missing, unreadable, or nothing.
    #[error("the price list does not say what {0} costs")]
    Missing(&'static str),
    /// The answer is longer than any list of prices.
    #[error("the price list is too long to be one")]
    TooLong,
}

/// Price of a GiB of local disk.
const DISK: &str = "volume";
/// Price of an elastic IP.
const ELASTIC_IP: &str = "eip_address";
/// Price of a GiB of a snapshot.
const SNAPSHOT: &str = "snapshot";
/// Price of a GiB of a template of one's own.
const TEMPLATE: &str = "template";
/// Price of a network load balancer.
const LOAD_BALANCER: &str = "network_load_balancer";
/// Price of the smallest type a default cluster is made of: no list without it is the right list.
const DEFAULT_TYPE: &str = "running_medium";

/// Exoscale's list has some ten kilobytes.
pub const LIST_BYTES_MAX: usize = 256 * 1_024;

/// Nothing costs a thousand francs an hour: above it, a price is a mistake.
const RATE_MAX: Money = Money::from_units(100_000_000_000);

/// What else than instances a cluster can be billed for, in 1e-8 per hour.
const BUNDLED_RATES: [(&str, u64); 5] = [
    (DISK, 14_000),
    (ELASTIC_IP, 1_389_000),
    (SNAPSHOT, 14_000),
    (TEMPLATE, 28_000),
    (LOAD_BALANCER, 3_472_000),
];

impl Prices {
    /// The list this software was built with. Exoscale's numbers are the same in all three currencies.
    pub fn bundled(currency: Currency) -> Self {
        let machines = TYPES
            .iter()
            .filter_map(|entry| Some((entry.price_key(), entry.hourly?)));
        let others = BUNDLED_RATES
            .iter()
            .map(|(key, units)| ((*key).to_owned(), Money::from_units(*units)));
        Self {
            currency,
            as_of: TYPES_AS_OF.to_owned(),
            bundled: true,
            rates: machines.chain(others).collect(),
        }
    }

    /// Reads the answer of `https://portal.exoscale.com/api/pricing/opencompute`, and of it what a cluster can be
    /// billed for.
    ///
    /// A price that cannot be read or cannot be true is left out, so that its line says "unknown" instead of a wrong
    /// amount.
    pub fn parse(json: &[u8], currency: Currency, as_of: &str) -> Result<Self, PriceError> {
        if json.len() > LIST_BYTES_MAX {
            return Err(PriceError::TooLong);
        }
        let text = str::from_utf8(json).unwrap_or_default();
        let lists: serde_json::Value =
            serde_json::from_str(text).map_err(|_| PriceError::NoSuchCurrency(currency))?;
        let list = lists
            .get(currency.key())
            .and_then(serde_json::Value::as_object)
            .ok_or(PriceError::NoSuchCurrency(currency))?;
        let others = BUNDLED_RATES.iter().map(|(key, _)| (*key).to_owned());
        let wanted = TYPES.iter().map(InstanceType::price_key).chain(others);
        let read = |key: String| {
            let rate: Money = list.get(&key)?.as_str()?.parse().ok()?;
            (rate <= RATE_MAX).then_some((key, rate))
        };
        let rates: BTreeMap<String, Money> = wanted.filter_map(read).collect();
        for needed in [DISK, ELASTIC_IP, DEFAULT_TYPE] {
            if rates.get(needed).is_none_or(|rate| *rate == Money::ZERO) {
                return Err(PriceError::Missing(needed));
            }
        }
        Ok(Self {
            currency,
            as_of: as_of.to_owned(),
            bundled: false,
            rates,
        })
    }

    /// The price per hour under one of Exoscale's keys.
    pub fn rate(&self, key: &str) -> Option<Money> {
        self.rates.get(key).copied()
    }

    /// The price of a GiB of local disk for an hour.
    pub fn disk_gib(&self) -> Option<Money> {
        self.rate(DISK)
    }

    /// The price of an elastic IP for an hour.
    pub fn elastic_ip(&self) -> Option<Money> {
        self.rate(ELASTIC_IP)
    }

    /// The price of a load balancer for an hour.
    pub fn load_balancer(&self) -> Option<Money> {
        self.rate(LOAD_BALANCER)
    }

    /// The price of a GiB of a snapshot for an hour.
    pub fn snapshot_gib(&self) -> Option<Money> {
        self.rate(SNAPSHOT)
    }

    /// The price of a GiB of a template for an hour.
    pub fn template_gib(&self) -> Option<Money> {
        self.rate(TEMPLATE)
    }

    /// The price of a machine of this type, `family.size`, with a disk of so many GiB.
    pub fn machine(&self, instance_type: &str, disk_gib: u64) -> Option<Money> {
        let machine = self.rate(&instance_type_of(instance_type)?.price_key())?;
        Some(machine + self.disk_gib()?.times(disk_gib))
    }
}

#[cfg(test)]
mod tests {
    use super::{Currency, PriceError, Prices};
    use crate::catalog::Money;

    const LIST: &str = r#"{"chf":{"running_medium":"0.05000000","volume":"0.00014000",
        "eip_address":"0.01389000","snapshot":"0E-8","running_huge":{"shape":1},"running_tiny":"1e5",
        "running_mega":"74667.00","running_teapot":"0.10000000"}}"#;

    #[test]
    fn the_live_list_is_read() {
        let prices = Prices::parse(LIST.as_bytes(), Currency::Chf, "2026-11-22").unwrap();
        assert_eq!(
            prices.rate("running_medium"),
            Some(Money::from_units(5_000_000))
        );
        assert_eq!(prices.rate("snapshot"), Some(Money::ZERO));
        // Not a text, not an amount, not to be believed, not ours.
        for key in [
            "running_huge",
            "running_tiny",
            "running_mega",
            "running_teapot",
        ] {
            assert_eq!(prices.rate(key), None, "{key}");
        }
        assert!(!prices.bundled);
    }

    #[test]
    fn a_list_without_what_we_need_is_refused() {
        let refused =
            |json: &str, currency| Prices::parse(json.as_bytes(), currency, "").unwrap_err();
        assert_eq!(
            refused(LIST, Currency::Eur),
            PriceError::NoSuchCurrency(Currency::Eur)
        );
        assert_eq!(
            refused("<html>", Currency::Chf),
            PriceError::NoSuchCurrency(Currency::Chf)
        );
        let without_disk = LIST.replace("\"volume\"", "\"volumes\"");
        assert_eq!(
            refused(&without_disk, Currency::Chf),
            PriceError::Missing("volume")
        );
        let for_nothing = LIST.replace("0.01389000", "0E-8");
        assert_eq!(
            refused(&for_nothing, Currency::Chf),
            PriceError::Missing("eip_address")
        );
        let long = format!("{LIST}{}", " ".repeat(super::LIST_BYTES_MAX));
        assert_eq!(refused(&long, Currency::Chf), PriceError::TooLong);
    }

    #[test]
    fn the_bundled_list_prices_a_default_cluster() {
        for currency in Currency::ALL.iter().copied() {
            let prices = Prices::bundled(currency);
            assert_eq!(
                prices.rate("running_medium"),
                Some(Money::from_units(4_666_000))
            );
            assert!(prices.disk_gib().is_some() && prices.elastic_ip().is_some());
        }
    }

    #[test]
    fn lists_survive_json() {
        let prices = Prices::bundled(Currency::Usd);
        let json = serde_json::to_string(&prices).unwrap();
        assert_eq!(serde_json::from_str::<Prices>(&json).unwrap(), prices);
    }
}

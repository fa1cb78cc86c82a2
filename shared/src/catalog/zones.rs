//! Exoscale's zones and where they are.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One of Exoscale's eight zones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Zone {
    /// Vienna 1.
    #[serde(rename = "at-vie-1")]
    AtVie1,
    /// Vienna 2.
    #[serde(rename = "at-vie-2")]
    AtVie2,
    /// Sofia.
    #[serde(rename = "bg-sof-1")]
    BgSof1,
    /// Zurich.
    #[serde(rename = "ch-dk-2")]
    ChDk2,
    /// Geneva.
    #[serde(rename = "ch-gva-2")]
    ChGva2,
    /// Frankfurt.
    #[serde(rename = "de-fra-1")]
    DeFra1,
    /// Munich.
    #[serde(rename = "de-muc-1")]
    DeMuc1,
    /// Zagreb.
    #[serde(rename = "hr-zag-1")]
    HrZag1,
}

impl Zone {
    /// Every zone, by name.
    pub const ALL: &'static [Self] = &[
        Self::AtVie1,
        Self::AtVie2,
        Self::BgSof1,
        Self::ChDk2,
        Self::ChGva2,
        Self::DeFra1,
        Self::DeMuc1,
        Self::HrZag1,
    ];

    /// The name that the API knows, for instance `ch-dk-2`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtVie1 => "at-vie-1",
            Self::AtVie2 => "at-vie-2",
            Self::BgSof1 => "bg-sof-1",
            Self::ChDk2 => "ch-dk-2",
            Self::ChGva2 => "ch-gva-2",
            Self::DeFra1 => "de-fra-1",
            Self::DeMuc1 => "de-muc-1",
            Self::HrZag1 => "hr-zag-1",
        }
    }

    /// The city that people know it by.
    pub const fn city(self) -> &'static str {
        match self {
            Self::AtVie1 | Self::AtVie2 => "Vienna",
            Self::BgSof1 => "Sofia",
            Self::ChDk2 => "Zurich",
            Self::ChGva2 => "Geneva",
            Self::DeFra1 => "Frankfurt",
            Self::DeMuc1 => "Munich",
            Self::HrZag1 => "Zagreb",
        }
    }

    /// The country whose law the machines stand under.
    pub const fn country(self) -> &'static str {
        match self {
            Self::AtVie1 | Self::AtVie2 => "Austria",
            Self::BgSof1 => "Bulgaria",
            Self::ChDk2 | Self::ChGva2 => "Switzerland",
            Self::DeFra1 | Self::DeMuc1 => "Germany",
            Self::HrZag1 => "Croatia",
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such zone")]
pub struct UnknownZone;

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|zone| zone.as_str() == text)
            .ok_or(UnknownZone)
    }
}

#[cfg(test)]
mod tests {
    use super::Zone;

    #[test]
    fn names_survive_text_and_json() {
        for zone in Zone::ALL.iter().copied() {
            assert_eq!(zone.as_str().parse(), Ok(zone));
            assert_eq!(serde_json::to_value(zone).unwrap(), zone.as_str());
            assert!(!zone.city().is_empty() && !zone.country().is_empty());
        }
        assert!("ch-dk-9".parse::<Zone>().is_err());
    }
}

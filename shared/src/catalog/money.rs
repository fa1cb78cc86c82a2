//! An exact amount of money: whole hundred-millionths of a currency unit, as fine as Exoscale's price list.
//!
//! No floating point, so that sums on the page, in the plan and in a test are the same to the last digit.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Digits after the decimal point.
const DECIMALS: usize = 8;

/// Units in one franc, euro or dollar.
const UNITS: u64 = 100_000_000;

/// An amount of money, or a price per hour. Serialises as a decimal string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Money(u64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount in units of 1e-8.
    pub const fn from_units(units: u64) -> Self {
        Self(units)
    }

    /// The amount in units of 1e-8.
    pub const fn units(self) -> u64 {
        self.0
    }

    /// So many times this amount; the largest amount where that is too much to count.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// One of so many equal parts of this amount, rounded down; nothing where there are none.
    #[must_use]
    pub const fn divided_by(self, parts: u64) -> Self {
        match self.0.checked_div(parts) {
            Some(part) => Self(part),
            None => Self::ZERO,
        }
    }

    /// What is left when another amount is taken away; nothing where that is more.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The amount with so many decimals, rounded half up: `34.06`.
    pub fn rounded(self, decimals: usize) -> String {
        let decimals = decimals.min(DECIMALS);
        let step = (decimals..DECIMALS).fold(1_u64, |step, _| step.saturating_mul(10));
        let rounded = self.0.saturating_add(step / 2) / step * step;
        let fraction = format!("{:0DECIMALS$}", rounded % UNITS);
        match fraction.get(..decimals) {
            Some(digits) if decimals > 0 => format!("{}.{digits}", rounded / UNITS),
            Some(_) | None => (rounded / UNITS).to_string(),
        }
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rounded(DECIMALS))
    }
}

impl From<Money> for String {
    fn from(amount: Money) -> Self {
        amount.to_string()
    }
}

/// The text is no amount of money with at most eight decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an amount with at most eight decimals")]
pub struct NotMoney;

impl FromStr for Money {
    type Err = NotMoney;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Exoscale's list writes its zeros as `0E-8`.
        let text = if text == "0E-8" { "0" } else { text };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > DECIMALS {
            return Err(NotMoney);
        }
        let whole: u64 = whole.parse().map_err(|_| NotMoney)?;
        let fraction: u64 = format!("{fraction:0<DECIMALS$}")
            .parse()
            .map_err(|_| NotMoney)?;
        whole
            .checked_mul(UNITS)
            .and_then(|units| units.checked_add(fraction))
            .map(Self)
            .ok_or(NotMoney)
    }
}

impl TryFrom<String> for Money {
    type Error = NotMoney;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::Money;
    use proptest::prelude::*;

    #[test]
    fn reads_the_list_exactly() {
        for (text, units) in [
            ("0.04666000", 4_666_000),
            ("15.97222220", 1_597_222_220),
            ("0E-8", 0),
            ("2", 200_000_000),
            ("2.5", 250_000_000),
        ] {
            assert_eq!(text.parse(), Ok(Money::from_units(units)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_money() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "1e3",
            "0.123456789",
            "99999999999999",
            "1,5",
            " 1",
        ] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
    }

    #[test]
    fn rounds_half_up() {
        let amount = Money::from_units(3_406_500_000);
        assert_eq!(amount.rounded(2), "34.07");
        assert_eq!(amount.rounded(0), "34");
        assert_eq!(amount.rounded(8), "34.06500000");
        assert_eq!(Money::from_units(99_999_999).rounded(2), "1.00");
        assert_eq!(
            Money::from_units(u64::MAX).times(2),
            Money::from_units(u64::MAX)
        );
    }

    proptest! {
        #[test]
        fn text_is_exact(units in 0..u64::MAX / 2) {
            let amount = Money::from_units(units);
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        }
    }
}

//! Amounts and times as people read them.

use shared::catalog::{Currency, Money};
use shared::run::Rate;

use crate::tongue::{Language, language, said, tr, word};

/// An amount with two decimals and thousands apart.
pub fn amount(money: Money) -> String {
    let text = money.rounded(2);
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    format!("{}{}{cents}", grouped(whole), point())
}

/// An amount without its decimals, where a hundredth says nothing.
pub fn whole(money: Money) -> String {
    grouped(&money.rounded(0))
}

/// What stands before the decimals.
fn point() -> char {
    match language() {
        Language::English => '.',
        Language::German | Language::French => ',',
    }
}

/// A decimal number as the language writes it.
pub fn decimal(number: &str) -> String {
    number.replace('.', point().encode_utf8(&mut [0; 4]))
}

fn grouped(digits: &str) -> String {
    let apart = match language() {
        Language::English => ',',
        Language::German => '.',
        Language::French => '\u{202f}',
    };
    let mut text = String::with_capacity(digits.len().saturating_add(4));
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index).is_multiple_of(3) {
            text.push(apart);
        }
        text.push(digit);
    }
    text
}

/// From one amount to another: `0.10 to 0.30 CHF`.
pub fn amounts(least: Money, most: Money, currency: Currency) -> String {
    let (least, most) = (amount(least), amount(most));
    if least == most {
        format!("{least} {}", currency.code())
    } else {
        tr!("{least} to {most} {}", least, most, currency.code())
    }
}

/// A price per hour as exact as the price list is useful: `0.0502 CHF`.
pub fn rate(money: Money) -> String {
    format!(
        "{} {}",
        decimal(&money.rounded(4)),
        Currency::default().code()
    )
}

/// What one thing costs: that no price is known is not the same as free.
pub fn cost(hourly: Option<Money>) -> String {
    match hourly {
        None => tr!("price not known").to_owned(),
        Some(Money::ZERO) => tr!("free").to_owned(),
        Some(hourly) => tr!("{} per hour", rate(hourly)),
    }
}

/// A sum per hour, and how much is missing from it.
pub fn sum(all: Rate) -> String {
    let known = tr!("{} per hour", rate(all.known));
    if all.unpriced == 0 {
        return known;
    }
    let missing = counted(
        u64::from(all.unpriced),
        "thing without a known price",
        "things without a known price",
    );
    tr!("{known} and {missing}", known, missing)
}

/// A stretch of time to the second: `18 s`, `2 min 5 s`, `1 h 3 min`.
pub fn duration(ms: u64) -> String {
    let seconds = ms / 1_000;
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0) => tr!("under 1 s").to_owned(),
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// A stretch of time to the tenth of a second while that says something: `0.4 s`, `41.2 s`, `2 min 5 s`.
pub fn exactly(ms: u64) -> String {
    if ms < 60_000 {
        format!("{}{}{} s", ms / 1_000, point(), ms % 1_000 / 100)
    } else {
        duration(ms)
    }
}

/// A moment of a run: `0:05`, `2:10`.
pub fn clock(ms: u64) -> String {
    let seconds = ms / 1_000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// A stretch of time as far as a forecast may be trusted: `25 s`, `3 min`.
pub fn roughly(ms: u64) -> String {
    let seconds = ms.div_ceil(1_000);
    match seconds {
        0..=9 => format!("{} s", seconds.max(1)),
        10..=90 => format!("{} s", seconds.div_ceil(5).saturating_mul(5)),
        _ => format!("{} min", seconds.saturating_add(30) / 60),
    }
}

/// Memory as Exoscale writes it: `4 GB`.
pub fn memory(bytes: u64) -> String {
    if bytes >= 1 << 30 {
        tr!("{} GB", bytes >> 30)
    } else {
        tr!("{} MB", bytes >> 20)
    }
}

/// Text of any room in the language of the page, with a capital at its beginning and a full stop at its end.
pub fn sentence(text: &str) -> String {
    let text = said(text);
    let mut letters = text.trim_end_matches('.').chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", letters.as_str())
}

/// `1 node`, `3 nodes`. In French none of something is singular.
pub fn counted(count: u64, one: &'static str, many: &'static str) -> String {
    let is_one = count == 1 || (count == 0 && language() == Language::French);
    format!("{count} {}", word(if is_one { one } else { many }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_well() {
        assert_eq!(
            amount(Money::from_units(123_456_789_000_000)),
            "1,234,567.89"
        );
        assert_eq!(amount(Money::from_units(10_032_000)), "0.10");
        let one = Money::from_units(10_000_000);
        assert_eq!(amounts(one, one, Currency::Chf), "0.10 CHF");
        assert_eq!(
            amounts(one, one.times(3), Currency::Chf),
            "0.10 to 0.30 CHF"
        );
    }

    #[test]
    fn sentences_begin_and_end() {
        assert_eq!(
            sentence("this link is damaged; copy it again"),
            "This link is damaged; copy it again."
        );
        assert_eq!(sentence("Done."), "Done.");
    }

    #[test]
    fn times_read_well() {
        assert_eq!(duration(18_400), "18 s");
        assert_eq!(duration(125_000), "2 min 5 s");
        assert_eq!(duration(3_780_000), "1 h 3 min");
        assert_eq!(exactly(440), "0.4 s");
        assert_eq!(exactly(125_000), "2 min 5 s");
        assert_eq!(roughly(22_000), "25 s");
        assert_eq!(roughly(190_000), "3 min");
        assert_eq!(roughly(0), "1 s");
    }
}

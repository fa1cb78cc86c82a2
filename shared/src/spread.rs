//! Spreads what would come at the same moment. The same names and number are spread alike in every replay, and two
//! runs differently, since their identifiers are random.

/// A part of `most_ms`, from nothing to all of it.
pub(crate) fn spread_ms(most_ms: u64, names: &[&str], number: u32) -> u64 {
    let bytes = names
        .iter()
        .flat_map(|name| name.bytes().chain([0]))
        .chain(number.to_le_bytes());
    // FNV-1a, and then a multiplication that brings every bit to the upper half.
    let hash = bytes.fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    let mixed = (hash ^ (hash >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 32;
    mixed.checked_rem(most_ms.saturating_add(1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_little_are_spread_over_all_of_it() {
        let mut quarters = [0_u32; 4];
        for run in 0..1_000 {
            let ms = spread_ms(1_000, &[&format!("run-{run}"), "network"], 1);
            assert!(ms <= 1_000);
            quarters[usize::try_from(ms / 251).unwrap()] += 1;
        }
        assert!(quarters.iter().all(|count| *count > 200), "{quarters:?}");
        assert_ne!(
            spread_ms(1 << 20, &["a", "b"], 1),
            spread_ms(1 << 20, &["ab"], 1)
        );
        assert_ne!(spread_ms(1 << 20, &["a"], 1), spread_ms(1 << 20, &["a"], 2));
        assert_eq!(spread_ms(0, &["a"], 1), 0);
    }
}

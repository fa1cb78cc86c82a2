//! The world's own randomness: seeded, tiny, and stored with the world. Nothing secret comes from it.

use serde::{Deserialize, Serialize};

/// `SplitMix64` (Steele, Lea, Flood 2014): one word of state, which is all that has to be stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Random(u64);

const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number below `bound`; zero for a bound of zero.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or(0)
    }

    /// True `per_mille` times in a thousand. Draws nothing when it cannot happen, so that a calm life stays
    /// the same when faults are added.
    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        per_mille > 0 && self.below(1000) < u64::from(per_mille)
    }

    /// The duration give or take a fifth.
    pub(crate) fn jitter(&mut self, milliseconds: u64) -> u64 {
        milliseconds * 4 / 5 + self.below(milliseconds * 2 / 5 + 1)
    }

    /// A version 4 UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let high = self.next() & 0xffff_ffff_ffff_0fff | 0x4000;
        let low = self.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
        let text = format!("{high:016x}{low:016x}");
        let mut uuid = String::with_capacity(36);
        for (index, letter) in text.chars().enumerate() {
            if matches!(index, 8 | 12 | 16 | 20) {
                uuid.push('-');
            }
            uuid.push(letter);
        }
        uuid
    }

    /// Lower-case letters and digits.
    pub(crate) fn letters(&mut self, length: usize) -> String {
        (0..length)
            .filter_map(|_| {
                let index = usize::try_from(self.below(36)).ok()?;
                LETTERS.get(index).map(|letter| char::from(*letter))
            })
            .collect()
    }

    /// A unicast, locally administered hardware address as Exoscale hands them out.
    pub(crate) fn mac_address(&mut self) -> String {
        let word = self.next();
        format!(
            "0a:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}",
            word & 0xff,
            word >> 8 & 0xff,
            word >> 16 & 0xff,
            word >> 24 & 0xff,
            word >> 32 & 0xff
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_sequence() {
        let mut random = Random::new(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        let mut random = Random::new(7);
        for _ in 0..1000 {
            let value = random.jitter(1000);
            assert!((800..=1200).contains(&value));
        }
    }

    #[test]
    fn a_uuid_looks_like_one() {
        let uuid = Random::new(3).uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
    }
}

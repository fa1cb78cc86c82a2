//! A text as a QR code (ISO/IEC 18004): bytes, error correction level L, the smallest version that holds them.
//!
//! Level L, since a link is long and a screen is clean: fewer modules are read more easily than better protected ones.

mod codewords;
mod grid;

use codewords::codewords;
use grid::Grid;

/// A QR code: rows of modules, dark where `true`, without the quiet zone of four around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrCode {
    size: usize,
    dark: Vec<bool>,
}

impl QrCode {
    /// The code of a text; none where it is longer than the largest code holds.
    pub fn of(text: &str) -> Option<Self> {
        let version = (1..=VERSION_MAX).find(|version| text.len() <= capacity(*version))?;
        let masked = (0..MASKS).map(|mask| Grid::filled(version, &codewords(version, text), mask));
        let best = masked.min_by_key(Grid::penalty)?;
        Some(best.into())
    }

    /// Modules in a row, and rows.
    pub const fn size(&self) -> usize {
        self.size
    }

    /// The rows, from the top.
    pub fn rows(&self) -> impl Iterator<Item = &[bool]> {
        self.dark.chunks(self.size)
    }

    /// The dark modules as the path of an SVG whose units are modules, `quiet` of them free at the top and left.
    pub fn path(&self, quiet: usize) -> String {
        use std::fmt::Write as _;
        let mut path = String::new();
        for (y, row) in self.rows().enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|left, right| left == right) {
                let length = run.len();
                if run.first() == Some(&true) {
                    // Writing into a String cannot fail.
                    let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + quiet, y + quiet);
                }
                x += length;
            }
        }
        path
    }
}

impl From<Grid> for QrCode {
    fn from(grid: Grid) -> Self {
        let (size, dark) = grid.into_modules();
        Self { size, dark }
    }
}

const VERSION_MAX: usize = 40;
const MASKS: u8 = 8;

/// Bytes of text that a version holds.
const fn capacity(version: usize) -> usize {
    // Four bits say that bytes follow, eight or sixteen how many.
    codewords::data_codewords(version) - if version < 10 { 2 } else { 3 }
}

#[cfg(test)]
mod tests {
    use super::{Grid, QrCode, VERSION_MAX, capacity, codewords};
    use crate::pki::hash_hex;

    /// Made by segno 1.6: `version mask hash` of the code that a text fills to the last byte.
    const VECTORS: &str = include_str!("qr/vectors.txt");

    /// Every letter of a link, so that all bits of a byte are used but the highest.
    fn filler(length: usize) -> String {
        let letters = b"https://slipway.example/#v1.ABCxyz0189-_";
        letters
            .iter()
            .cycle()
            .take(length)
            .map(|letter| char::from(*letter))
            .collect()
    }

    fn drawn(code: &QrCode) -> String {
        let row = |row: &[bool]| {
            row.iter()
                .map(|dark| if *dark { '1' } else { '0' })
                .collect()
        };
        code.rows().map(row).collect::<Vec<String>>().join("\n")
    }

    #[test]
    fn every_version_is_the_standards() {
        let mut versions = 0;
        for line in VECTORS.lines().filter(|line| !line.starts_with('#')) {
            let [version, mask, hash] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let (version, mask): (usize, u8) = (version.parse().unwrap(), mask.parse().unwrap());
            let words = codewords(version, &filler(capacity(version)));
            let code = QrCode::from(Grid::filled(version, &words, mask));
            assert_eq!(code.size(), 17 + 4 * version);
            assert_eq!(
                hash_hex(&drawn(&code)),
                hash,
                "version {version}, mask {mask}\n{}",
                drawn(&code)
            );
            versions += 1;
        }
        assert_eq!(versions, VERSION_MAX + 8);
    }

    #[test]
    fn a_text_takes_the_smallest_code_that_holds_it() {
        for (length, size) in [(0, 21), (17, 21), (18, 25), (230, 53), (2_953, 177)] {
            assert_eq!(
                QrCode::of(&filler(length)).unwrap().size(),
                size,
                "{length}"
            );
        }
        assert_eq!(QrCode::of(&filler(2_954)), None);
    }

    #[test]
    fn the_longest_link_fits() {
        let origin = "https://a-rather-long-name.of-a-rather-long-domain.example/#";
        let longest = origin.to_owned() + &"x".repeat(crate::limits::LINK_CHARS_MAX);
        assert!(QrCode::of(&longest).is_some());
    }

    #[test]
    fn a_path_draws_each_dark_module_once() {
        let code = QrCode::of("slipway").unwrap();
        let path = code.path(4);
        let lengths = path
            .split('h')
            .skip(1)
            .filter(|part| !part.starts_with('-'));
        let drawn: usize = lengths
            .map(|part| part.split('v').next().unwrap().parse::<usize>().unwrap())
            .sum();
        assert_eq!(drawn, code.rows().flatten().filter(|dark| **dark).count());
        assert!(path.starts_with("M4 4h7v1h-7z"), "{path}");
    }
}

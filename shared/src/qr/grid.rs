//! The modules of a QR code: what every code of a version has, then the codewords in their zigzag, then a mask.

/// A code in the making.
pub(super) struct Grid {
    size: usize,
    dark: Vec<bool>,
    /// What is the same in every code of the version, so that neither codewords nor masks touch it.
    fixed: Vec<bool>,
}

impl Grid {
    /// The code of these codewords under one of the eight masks.
    pub(super) fn filled(version: usize, codewords: &[u8], mask: u8) -> Self {
        let size = 17 + 4 * version;
        let mut grid = Self {
            size,
            dark: vec![false; size * size],
            fixed: vec![false; size * size],
        };
        grid.draw_timing();
        grid.draw_finders();
        grid.draw_alignments(version);
        grid.draw_version(version);
        grid.draw_format(mask);
        grid.draw_codewords(codewords, mask);
        grid
    }

    /// Modules in a row, and all of them from the top left.
    pub(super) fn into_modules(self) -> (usize, Vec<bool>) {
        (self.size, self.dark)
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        self.dark.get(y * self.size + x).copied().unwrap_or(false)
    }

    fn fix(&mut self, x: usize, y: usize, dark: bool) {
        let at = y * self.size + x;
        if let (Some(module), Some(fixed)) = (self.dark.get_mut(at), self.fixed.get_mut(at)) {
            (*module, *fixed) = (dark, true);
        }
    }

    fn draw_timing(&mut self) {
        for at in 0..self.size {
            self.fix(6, at, at.is_multiple_of(2));
            self.fix(at, 6, at.is_multiple_of(2));
        }
    }

    /// Three squares in squares, each with a light border towards the inside.
    fn draw_finders(&mut self) {
        let far = self.size - 7;
        for (left, top) in [(0, 0), (far, 0), (0, far)] {
            for (dx, dy) in (0..9).flat_map(|dy| (0..9).map(move |dx| (dx, dy))) {
                let (Some(x), Some(y)) = ((left + dx).checked_sub(1), (top + dy).checked_sub(1))
                else {
                    continue;
                };
                if x < self.size && y < self.size {
                    let ring = 4_usize.abs_diff(dx).max(4_usize.abs_diff(dy));
                    self.fix(x, y, ring != 2 && ring != 4);
                }
            }
        }
    }

    fn draw_alignments(&mut self, version: usize) {
        let places = alignments(version);
        let last = self.size - 7;
        for (x, y) in places
            .iter()
            .flat_map(|y| places.iter().map(move |x| (*x, *y)))
        {
            if [(6, 6), (last, 6), (6, last)].contains(&(x, y)) {
                continue;
            }
            for (dx, dy) in (0..5).flat_map(|dy| (0..5).map(move |dx| (dx, dy))) {
                let ring = 2_usize.abs_diff(dx).max(2_usize.abs_diff(dy));
                self.fix(x + dx - 2, y + dy - 2, ring != 1);
            }
        }
    }

    /// From version 7 on, the version stands twice beside finders: six bits, and twelve that mend them.
    fn draw_version(&mut self, version: usize) {
        if version < 7 {
            return;
        }
        let bits = version << 12 | remainder(version, 12, 0x1f25);
        for index in 0..18 {
            let (near, far) = (index / 3, self.size - 11 + index % 3);
            self.fix(far, near, is_set(bits, index));
            self.fix(near, far, is_set(bits, index));
        }
    }

    /// Level and mask stand twice around the finders: five bits, and ten that mend them.
    fn draw_format(&mut self, mask: u8) {
        let format = LEVEL_L << 3 | usize::from(mask);
        let bits = (format << 10 | remainder(format, 10, 0x537)) ^ 0x5412;
        for index in 0..15 {
            let dark = is_set(bits, index);
            let around = match index {
                0..=5 => (8, index),
                6 => (8, 7),
                7 => (8, 8),
                8 => (7, 8),
                _ => (14 - index, 8),
            };
            self.fix(around.0, around.1, dark);
            let apart = if index < 8 {
                (self.size - 1 - index, 8)
            } else {
                (8, self.size - 15 + index)
            };
            self.fix(apart.0, apart.1, dark);
        }
        self.fix(8, self.size - 8, true);
    }

    /// Two columns at a time from the right, up and down in turn, around what is fixed. Bits that are left are light.
    fn draw_codewords(&mut self, codewords: &[u8], mask: u8) {
        let mut bits = codewords
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
        // The column of the vertical timing pattern is skipped.
        let rights = (1..self.size)
            .rev()
            .step_by(2)
            .map(|right| if right <= 6 { right - 1 } else { right });
        let mut upwards = true;
        for right in rights {
            for step in 0..self.size {
                let y = if upwards { self.size - 1 - step } else { step };
                for x in [right, right.saturating_sub(1)] {
                    let at = y * self.size + x;
                    if self.fixed.get(at) == Some(&false) {
                        let bit = bits.next().unwrap_or(false);
                        if let Some(module) = self.dark.get_mut(at) {
                            *module = bit ^ is_masked(mask, x, y);
                        }
                    }
                }
            }
            upwards = !upwards;
        }
    }

    /// How hard the code is to read: long runs, blocks, what looks like a finder, and too much of one colour.
    pub(super) fn penalty(&self) -> usize {
        let line = |at: usize, across: bool| -> Vec<bool> {
            let module = |along| {
                if across {
                    self.is_dark(at, along)
                } else {
                    self.is_dark(along, at)
                }
            };
            (0..self.size).map(module).collect()
        };
        let lines = (0..self.size).flat_map(|at| [line(at, false), line(at, true)]);
        let along: usize = lines.map(|line| penalty_of_line(&line)).sum();
        let inner = 0..self.size - 1;
        let corners = inner
            .clone()
            .flat_map(|y| inner.clone().map(move |x| (x, y)));
        let blocks = corners.filter(|(x, y)| {
            let dark = self.is_dark(*x, *y);
            [(x + 1, *y), (*x, y + 1), (x + 1, y + 1)]
                .into_iter()
                .all(|(x, y)| self.is_dark(x, y) == dark)
        });
        let darkness = self.dark.iter().filter(|dark| **dark).count() * 20;
        let balance = darkness.abs_diff(self.dark.len() * 10) / self.dark.len();
        along + 3 * blocks.count() + 10 * balance
    }
}

fn penalty_of_line(line: &[bool]) -> usize {
    let runs = line
        .chunk_by(|left, right| left == right)
        .map(<[bool]>::len);
    let long: usize = runs.filter(|run| *run >= 5).map(|run| run - 2).sum();
    let lookalikes = line
        .windows(FINDER.len())
        .filter(|window| window.iter().eq(FINDER.iter()) || window.iter().eq(FINDER.iter().rev()));
    long + 40 * lookalikes.count()
}

/// A finder's middle row with the quiet beside it.
const FINDER: [bool; 11] = [
    true, false, true, true, true, false, true, false, false, false, false,
];

/// The level as the format writes it.
const LEVEL_L: usize = 1;

/// Where the centres of alignment patterns stand, in either direction.
fn alignments(version: usize) -> Vec<usize> {
    if version == 1 {
        return Vec::new();
    }
    let count = version / 7 + 2;
    let step = if version == 32 {
        26
    } else {
        (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2
    };
    let last = 10 + 4 * version;
    let mut places: Vec<usize> = (0..count - 1).map(|index| last - index * step).collect();
    places.push(6);
    places.reverse();
    places
}

/// What is left of a number with `degree` zeros behind it, divided as a polynomial over bits.
fn remainder(number: usize, degree: u32, divisor: usize) -> usize {
    (0..degree).fold(number, |rest, _| {
        let carry = rest >> (degree - 1) & 1;
        (rest << 1) ^ (carry * divisor)
    }) & ((1 << degree) - 1)
}

const fn is_set(bits: usize, index: usize) -> bool {
    bits >> index & 1 == 1
}

/// Whether a mask turns a module over.
const fn is_masked(mask: u8, x: usize, y: usize) -> bool {
    0 == match mask {
        0 => (x + y) % 2,
        1 => y % 2,
        2 => x % 3,
        3 => (x + y) % 3,
        4 => (x / 3 + y / 2) % 2,
        5 => x * y % 2 + x * y % 3,
        6 => (x * y % 2 + x * y % 3) % 2,
        _ => ((x + y) % 2 + x * y % 3) % 2,
    }
}

//! The bytes of a QR code: the text's bits, and the Reed–Solomon remainders that let a reader mend them.

/// Codewords of error correction in each block, by version, at level L.
const CORRECTION: [usize; 40] = [
    7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30,
    26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
];

/// Blocks, by version, at level L.
const BLOCKS: [usize; 40] = [
    1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14,
    15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25,
];

/// Codewords of all kinds that a version has room for.
const fn all_codewords(version: usize) -> usize {
    let mut modules = (16 * version + 128) * version + 64;
    if version >= 2 {
        let alignments = version / 7 + 2;
        modules -= (25 * alignments - 10) * alignments - 55;
    }
    if version >= 7 {
        modules -= 36;
    }
    modules / 8
}

#[expect(clippy::indexing_slicing, reason = "a version is from 1 to 40")]
const fn of_version(table: &[usize; 40], version: usize) -> usize {
    table[version - 1]
}

/// Codewords of a version that hold text.
pub(super) const fn data_codewords(version: usize) -> usize {
    all_codewords(version) - of_version(&CORRECTION, version) * of_version(&BLOCKS, version)
}

/// All codewords of a text, in the order in which they are drawn. The text fits the version.
pub(super) fn codewords(version: usize, text: &str) -> Vec<u8> {
    let data = padded(version, text);
    let (correction, blocks) = (
        of_version(&CORRECTION, version),
        of_version(&BLOCKS, version),
    );
    let short = all_codewords(version) / blocks - correction;
    let short_blocks = blocks - all_codewords(version) % blocks;
    let (first, second) = data.split_at((short * short_blocks).min(data.len()));
    let parts: Vec<&[u8]> = first
        .chunks(short)
        .chain(second.chunks(short + 1))
        .collect();
    let divisor = divisor(correction);
    let remainders: Vec<Vec<u8>> = parts.iter().map(|part| remainder(part, &divisor)).collect();
    let column = |index: usize| parts.iter().filter_map(move |part| part.get(index));
    let mended = |index: usize| remainders.iter().filter_map(move |part| part.get(index));
    let drawn = (0..=short).flat_map(column);
    drawn
        .chain((0..correction).flat_map(mended))
        .copied()
        .collect()
}

/// The text with what says that it is bytes and how many, filled up to the version's size.
fn padded(version: usize, text: &str) -> Vec<u8> {
    let mut nibbles = vec![BYTES];
    let length = text.len();
    let digits = if version < 10 { 2 } else { 4 };
    nibbles.extend(
        (0..digits)
            .rev()
            .map(|digit| low_nibble(length >> (4 * digit))),
    );
    nibbles.extend(text.bytes().flat_map(|byte| [byte >> 4, byte & 15]));
    // The terminator, which also fills the byte: what is before it is an odd number of nibbles.
    nibbles.push(0);
    let bytes = nibbles
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, nibble| byte << 4 | nibble));
    let size = data_codewords(version);
    bytes
        .chain([0xec, 0x11].into_iter().cycle())
        .take(size)
        .collect()
}

/// The mode: bytes.
const BYTES: u8 = 4;

fn low_nibble(number: usize) -> u8 {
    u8::try_from(number & 15).unwrap_or(0)
}

/// The polynomial by which blocks are divided, the highest power's 1 left out.
fn divisor(degree: usize) -> Vec<u8> {
    let mut polynomial = vec![0; degree.saturating_sub(1)];
    polynomial.push(1);
    let mut root = 1;
    for _ in 0..degree {
        let shifted: Vec<u8> = polynomial.iter().skip(1).copied().chain([0]).collect();
        for (coefficient, next) in polynomial.iter_mut().zip(shifted) {
            *coefficient = product(*coefficient, root) ^ next;
        }
        root = product(root, 2);
    }
    polynomial
}

fn remainder(data: &[u8], divisor: &[u8]) -> Vec<u8> {
    let mut rest = vec![0; divisor.len()];
    for byte in data {
        let factor = byte ^ rest.first().copied().unwrap_or(0);
        rest.rotate_left(1);
        if let Some(last) = rest.last_mut() {
            *last = 0;
        }
        for (part, coefficient) in rest.iter_mut().zip(divisor) {
            *part ^= product(*coefficient, factor);
        }
    }
    rest
}

/// In the field of 256 elements modulo x⁸ + x⁴ + x³ + x² + 1.
fn product(left: u8, right: u8) -> u8 {
    (0..8).rev().fold(0_u8, |sum, bit| {
        let doubled = (sum << 1) ^ ((sum >> 7) * 0x1d);
        doubled ^ (((right >> bit) & 1) * left)
    })
}

//! The gzip container (RFC 1952) around raw deflate: cloud-init inflates user-data that begins with its mark.

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::deflate::core::{
    CompressorOxide, TDEFLFlush, compress_to_output, create_comp_flags_from_zip_params,
};
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::crc32::crc32;

/// Two magic bytes, deflate, no flags, no time, no extra flags, "unknown" system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// Half the work of the usual level, for a fortieth more: a wake-up of the Worker has little time.
const LEVEL: u8 = 4;
/// Deflate alone, without zlib's frame.
const RAW_WINDOW: i32 = -15;
/// Largest text we unpack; ours are about 75 kB.
const INFLATED_BYTES_MAX: usize = 512 * 1024;

/// The end of many texts, packed once.
pub(super) struct Tail {
    plain: String,
    packed: Vec<u8>,
}

impl Tail {
    pub(super) fn new(plain: String) -> Self {
        let packed = compress_to_vec(plain.as_bytes(), LEVEL);
        Self { plain, packed }
    }
}

/// Packs a text that ends like this. The head is flushed to a whole byte, so that the tail can follow as it is.
pub(super) fn compress(head: &[u8], tail: &Tail) -> Vec<u8> {
    let plain = [head, tail.plain.as_bytes()].concat();
    let length = u32::try_from(plain.len()).unwrap_or(u32::MAX);
    let mut packed = HEADER.to_vec();
    let flags = create_comp_flags_from_zip_params(LEVEL.into(), RAW_WINDOW, 0);
    let mut compressor = CompressorOxide::new(flags);
    compress_to_output(&mut compressor, head, TDEFLFlush::Sync, |bytes| {
        packed.extend_from_slice(bytes);
        true
    });
    packed.extend_from_slice(&tail.packed);
    packed.extend_from_slice(&crc32(&plain).to_le_bytes());
    packed.extend_from_slice(&length.to_le_bytes());
    packed
}

/// Whether this begins like gzip.
pub(super) fn is_compressed(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Unpacks what we or Python's `gzip.compress` packed: no optional header fields. None if it is anything else.
pub(super) fn decompress(packed: &[u8]) -> Option<Vec<u8>> {
    let (header, rest) = packed.split_at_checked(HEADER.len())?;
    let (deflated, trailer) = rest.split_at_checked(rest.len().checked_sub(8)?)?;
    if header.get(..4) != HEADER.get(..4) {
        return None;
    }
    let plain = decompress_to_vec_with_limit(deflated, INFLATED_BYTES_MAX).ok()?;
    let expected = [
        crc32(&plain).to_le_bytes(),
        u32::try_from(plain.len()).ok()?.to_le_bytes(),
    ]
    .concat();
    (trailer == expected).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn unpacks_what_it_packed(head: Vec<u8>, tail: String) {
            let plain = [&head[..], tail.as_bytes()].concat();
            prop_assert_eq!(decompress(&compress(&head, &Tail::new(tail))), Some(plain));
        }

        #[test]
        fn never_panics_on_what_it_did_not_pack(bytes: Vec<u8>) {
            prop_assert_eq!(decompress(&[&HEADER[..], &bytes].concat()), None);
            prop_assert_eq!(decompress(&bytes), None);
        }
    }

    #[test]
    fn a_changed_byte_or_a_bomb_is_refused() {
        let nothing = Tail::new(String::new());
        let mut packed = compress(b"hello hello hello", &nothing);
        let last = packed.len() - 1;
        packed[last] ^= 1;
        assert_eq!(decompress(&packed), None);
        assert_eq!(
            decompress(&compress(&vec![0; INFLATED_BYTES_MAX + 1], &nothing)),
            None
        );
    }
}

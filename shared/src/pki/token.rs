//! Words that let someone in: kubeadm's join token, a machine's ticket, and how such words are kept and compared.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::secret::Secret;

/// kubeadm's alphabet.
const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// A bootstrap token, `abcdef.0123456789abcdef`.
///
/// The randomness is read as one large number and written in base 36, 22 digits of it (114 bits);
/// the bias of its last digit is below 2⁻¹⁴⁰.
pub fn join_token(random: &[u8; 32]) -> Secret<String> {
    let mut number = *random;
    let mut token = String::with_capacity(23);
    for place in 0..22 {
        if place == 6 {
            token.push('.');
        }
        token.push(next_digit(&mut number));
    }
    Secret::new(token)
}

/// Divides the number by 36 in place, byte by byte, and gives the remainder's letter.
fn next_digit(number: &mut [u8; 32]) -> char {
    let remainder = number.iter_mut().fold(0_u16, |carry, byte| {
        let value = carry << 8 | u16::from(*byte);
        *byte = u8::try_from(value / 36).unwrap_or_default();
        value % 36
    });
    ALPHABET
        .get(usize::from(remainder))
        .copied()
        .unwrap_or(b'a')
        .into()
}

/// What a control plane shows the launcher: 256 bits, base64url.
pub fn ticket(random: &[u8; 32]) -> Secret<String> {
    Secret::new(URL_SAFE_NO_PAD.encode(random))
}

/// How tickets and capabilities are stored: SHA-256 in hex. They have 256 random bits, so no salt is needed.
pub fn hash_hex(word: &str) -> String {
    hex(&Sha256::digest(word))
}

/// Whether `word` has this hash, in constant time.
pub fn hash_matches(word: &str, stored_hex: &str) -> bool {
    hash_hex(word)
        .as_bytes()
        .ct_eq(stored_hex.as_bytes())
        .into()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles
        .filter_map(|nibble| char::from_digit(nibble.into(), 16))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_join_token_has_kubeadms_form(random: [u8; 32]) {
            let token = join_token(&random);
            let (id, secret) = token.expose().split_once('.').unwrap();
            prop_assert_eq!((id.len(), secret.len()), (6, 16));
            prop_assert!((id.to_owned() + secret).bytes().all(|byte| ALPHABET.contains(&byte)));
        }
    }

    #[test]
    fn a_join_token_is_the_number_in_base_36() {
        let mut random = [0; 32];
        random[30..].copy_from_slice(&(36_u16 * 36 + 2).to_be_bytes());
        assert_eq!(join_token(&random).expose(), "cabaaa.aaaaaaaaaaaaaaaa");
        assert_ne!(
            join_token(&[0xff; 32]).expose(),
            join_token(&[0xfe; 32]).expose()
        );
    }

    #[test]
    fn a_ticket_is_kept_as_its_hash() {
        let ticket = ticket(&[0xff; 32]);
        assert_eq!(ticket.expose().len(), 43);
        let stored = hash_hex(ticket.expose());
        assert_eq!(
            hash_hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(hash_matches(ticket.expose(), &stored));
        assert!(!hash_matches("other", &stored) && !hash_matches(ticket.expose(), ""));
    }
}

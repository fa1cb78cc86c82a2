//! Keys of a sandbox account: their shape names the account, so that any request finds its world.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// What a client signs with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `EXOsandbox<account><nonce>`.
    pub key: String,
    /// What it signs with. Opens nothing but a pretend account.
    pub secret: String,
}

const PREFIX: &str = "EXOsandbox";
const ACCOUNT_LENGTH: usize = 10;
const NONCE_LENGTH: usize = 12;

/// The account a key belongs to, by its shape alone; `None` for a key that was never ours.
pub fn account_of(key: &str) -> Option<&str> {
    let rest = key.strip_prefix(PREFIX)?;
    let plain = rest
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !plain || rest.len() != ACCOUNT_LENGTH + NONCE_LENGTH {
        return None;
    }
    rest.get(..ACCOUNT_LENGTH)
}

/// The `number`th key of an account. From the account's entropy and not its seed: a seed is shown to people.
pub(crate) fn mint(account: &str, entropy: &[u8; 32], number: u64) -> Credentials {
    let nonce: String = derive(entropy, &format!("key {number}"))
        .iter()
        .take(NONCE_LENGTH)
        .map(|byte| char::from_digit(u32::from(byte % 36), 36).unwrap_or('0'))
        .collect();
    let secret = URL_SAFE_NO_PAD.encode(derive(entropy, &format!("secret {number}")));
    Credentials {
        key: format!("{PREFIX}{account}{nonce}"),
        secret,
    }
}

fn derive(entropy: &[u8; 32], label: &str) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(entropy) else {
        return Vec::new(); // HMAC takes keys of any length
    };
    mac.update(label.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minted_key_names_its_account() {
        let credentials = mint("abcdefghi9", &[7; 32], 1);
        assert_eq!(account_of(&credentials.key), Some("abcdefghi9"));
        assert_eq!(credentials.secret.len(), 43);
        assert_ne!(mint("abcdefghi9", &[7; 32], 2).key, credentials.key);
    }

    #[test]
    fn other_keys_name_none() {
        assert_eq!(account_of("EXOtestkey000000000000000000"), None);
        assert_eq!(account_of("EXOsandboxabc"), None);
        assert_eq!(account_of("EXOsandboxABCDEFGHIJabcdefghijkl"), None);
    }
}

//! Randomness and key pairs, by the browser's own cryptography. Private halves stay in this tab's memory.

mod openssh;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use shared::secret::Secret;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Crypto, CryptoKey, CryptoKeyPair, SubtleCrypto};

/// The browser would not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this browser has no cryptography to offer here; it needs HTTPS or localhost")]
pub struct CryptoError;

impl From<JsValue> for CryptoError {
    fn from(_: JsValue) -> Self {
        Self
    }
}

/// The admin's key pair.
#[derive(Clone, Debug)]
pub struct AdminKey {
    /// Base64 of the `SubjectPublicKeyInfo`.
    pub public: String,
    /// PKCS 8 in PEM.
    pub private_pem: Secret<String>,
}

/// A key pair for SSH.
#[derive(Clone, Debug)]
pub struct SshKey {
    public: Vec<u8>,
    seed: Secret<Vec<u8>>,
    check: [u8; 4],
}

impl SshKey {
    /// The public half as one line.
    pub fn public_line(&self, comment: &str) -> String {
        openssh::public_line(&self.public, comment)
    }

    /// The private half as a file that `ssh -i` reads.
    pub fn private_file(&self, comment: &str) -> Secret<String> {
        let pair = openssh::Pair {
            public: &self.public,
            seed: self.seed.expose(),
            check: self.check,
        };
        Secret::new(pair.private_file(comment))
    }
}

/// A run's id: 128 bits in base32.
pub fn run_id() -> Result<String, CryptoError> {
    Ok(base32(&random::<16>()?))
}

/// What reaches a run: 256 bits in base64url.
pub fn capability() -> Result<String, CryptoError> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// A new key pair for the admin.
pub async fn admin_key() -> Result<AdminKey, CryptoError> {
    let pair = generate(&[("name", "ECDSA"), ("namedCurve", "P-256")]).await?;
    let public = exported("spki", &pair.get_public_key()).await?;
    let private = exported("pkcs8", &pair.get_private_key()).await?;
    Ok(AdminKey {
        public: STANDARD.encode(public),
        private_pem: Secret::new(openssh::pem("PRIVATE KEY", 64, &private)),
    })
}

/// A new key pair for SSH; browsers without Ed25519 have none to give.
pub async fn ssh_key() -> Result<SshKey, CryptoError> {
    let pair = generate(&[("name", "Ed25519")]).await?;
    let public = exported("raw", &pair.get_public_key()).await?;
    let private = exported("pkcs8", &pair.get_private_key()).await?;
    // RFC 8410: sixteen bytes of frame, then the seed.
    let seed = private.get(16..48).ok_or(CryptoError)?.to_vec();
    Ok(SshKey {
        public,
        seed: Secret::new(seed),
        check: random()?,
    })
}

fn crypto() -> Result<Crypto, CryptoError> {
    Ok(web_sys::window().ok_or(CryptoError)?.crypto()?)
}

fn subtle() -> Result<SubtleCrypto, CryptoError> {
    let crypto = crypto()?;
    // Outside of secure contexts there is no such property, and its typed getter would trap later.
    let there = Reflect::get(&crypto, &"subtle".into())?.is_object();
    there.then(|| crypto.subtle()).ok_or(CryptoError)
}

fn random<const BYTES: usize>() -> Result<[u8; BYTES], CryptoError> {
    let mut bytes = [0; BYTES];
    crypto()?.get_random_values_with_u8_array(&mut bytes)?;
    Ok(bytes)
}

async fn generate(algorithm: &[(&str, &str)]) -> Result<CryptoKeyPair, CryptoError> {
    let object = Object::new();
    for (key, value) in algorithm {
        Reflect::set(&object, &(*key).into(), &(*value).into())?;
    }
    let uses = Array::of2(&"sign".into(), &"verify".into());
    let promise = subtle()?.generate_key_with_object(&object, true, &uses)?;
    // A pair is a plain object: there is no class to check it against.
    Ok(JsFuture::from(promise).await?.unchecked_into())
}

async fn exported(format: &str, key: &CryptoKey) -> Result<Vec<u8>, CryptoError> {
    let promise = subtle()?.export_key(format, key)?;
    let buffer: ArrayBuffer = JsFuture::from(promise)
        .await?
        .dyn_into()
        .map_err(|_| CryptoError)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// RFC 4648 in small letters, without padding.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let bit = |index: usize| {
        bytes
            .get(index / 8)
            .is_some_and(|byte| byte >> (7 - index % 8) & 1 == 1)
    };
    (0..bytes.len().saturating_mul(8).div_ceil(5))
        .filter_map(|group| {
            let start = group.saturating_mul(5);
            let value = (start..start.saturating_add(5))
                .fold(0_usize, |value, index| value << 1 | usize::from(bit(index)));
            ALPHABET.get(value).map(|letter| char::from(*letter))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::base32;

    #[test]
    fn base32_is_rfc_4648() {
        assert_eq!(base32(b"foobar"), "mzxw6ytboi");
        assert_eq!(base32(b"f"), "my");
        assert_eq!(base32(&[0xff; 16]).len(), 26);
    }
}

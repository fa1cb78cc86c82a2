//! Private keys, made of given randomness.

use p256::SecretKey;
use p256::pkcs8::{EncodePublicKey as _, LineEnding};
use sha2::{Digest as _, Sha256};

use super::PkiError;
use crate::secret::Secret;

/// What signs service-account tokens, and what verifies them. kubeadm wants both files.
#[derive(Debug)]
pub struct ServiceAccountKeys {
    /// `sa.pub`: PKIX.
    pub public_pem: String,
    /// `sa.key`: SEC 1, as kubeadm writes it.
    pub private_pem: Secret<String>,
}

/// Makes the key pair of the service accounts.
pub fn service_account_key_pair(random: &[u8; 32]) -> Result<ServiceAccountKeys, PkiError> {
    let key = private_key(random)?;
    let public_pem = key.public_key().to_public_key_pem(LineEnding::LF);
    let public_pem = public_pem.map_err(|_| PkiError::Unreadable { what: "public key" })?;
    Ok(ServiceAccountKeys {
        public_pem,
        private_pem: private_pem(&key)?,
    })
}

/// One 32-byte string in four billion is no scalar of the curve: hashing with a counter finds the next that is.
pub(super) fn private_key(random: &[u8; 32]) -> Result<SecretKey, PkiError> {
    (0..=u8::MAX)
        .map(|attempt| {
            Sha256::new()
                .chain_update(random)
                .chain_update([attempt])
                .finalize()
        })
        .find_map(|scalar| SecretKey::from_slice(&scalar).ok())
        .ok_or(PkiError::Randomness)
}

/// SEC 1 in PEM.
pub(super) fn private_pem(key: &SecretKey) -> Result<Secret<String>, PkiError> {
    let pem = key.to_sec1_pem(LineEnding::LF);
    pem.map(|pem| Secret::new(pem.to_string()))
        .map_err(|_| PkiError::Unreadable {
            what: "private key",
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::programs;

    #[test]
    fn openssl_reads_both_halves_and_they_belong_together() {
        let pair = service_account_key_pair(&[3; 32]).unwrap();
        let derived = programs::openssl(&["pkey", "-pubout"], pair.private_pem.expose());
        assert_eq!(derived, pair.public_pem);
        assert!(
            pair.private_pem
                .expose()
                .starts_with("-----BEGIN EC PRIVATE KEY-----\n")
        );
        assert!(
            programs::openssl(&["ec", "-text", "-noout"], pair.private_pem.expose())
                .contains("prime256v1")
        );
    }

    #[test]
    fn other_randomness_makes_another_key() {
        let public = |random| service_account_key_pair(random).unwrap().public_pem;
        assert_ne!(public(&[3; 32]), public(&[4; 32]));
        assert_eq!(public(&[3; 32]), public(&[3; 32]));
    }
}

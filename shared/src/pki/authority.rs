//! The authorities of a cluster: `kubernetes`, `etcd-ca` and `front-proxy-ca`.

use p256::ecdsa::SigningKey;
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate;
use x509_cert::der::pem::{self, PemLabel as _};
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::certificate::{Purpose, Request, name, sign, validity};
use super::key::{private_key, private_pem};
use super::{PkiError, token};
use crate::secret::Secret;
use crate::time::Timestamp;

/// Ten years, as kubeadm's own.
const LIFETIME_MS: u64 = 3_650 * 24 * 60 * 60 * 1_000;

/// A self-signed certificate and its key, both PEM.
#[derive(Clone, Debug)]
pub struct Authority {
    /// Public.
    pub certificate_pem: String,
    /// SEC 1.
    pub key_pem: Secret<String>,
}

/// Makes an authority that lasts ten years.
pub fn authority(
    common_name: &str,
    random: &[u8; 32],
    serial: [u8; 16],
    now: Timestamp,
) -> Result<Authority, PkiError> {
    let key = private_key(random)?;
    let request = Request {
        purpose: Purpose::Authority,
        subject: name(common_name, None)?,
        public_key: SubjectPublicKeyInfoOwned::from_key(&key.public_key())
            .map_err(|_| PkiError::Unreadable { what: "public key" })?,
        serial,
        validity: validity(now, now.plus_ms(LIFETIME_MS))?,
    };
    let certificate_pem = sign(request, &SigningKey::from(&key))?;
    Ok(Authority {
        certificate_pem,
        key_pem: private_pem(&key)?,
    })
}

/// What a joining node checks: `sha256:` and the hash of the authority's public key.
pub fn ca_hash(certificate_pem: &str) -> Result<String, PkiError> {
    let public_key = read(certificate_pem)?
        .tbs_certificate()
        .subject_public_key_info()
        .to_der()?;
    Ok(format!(
        "sha256:{}",
        token::hex(&Sha256::digest(public_key))
    ))
}

/// Reads one certificate and nothing behind it: what comes from a machine ends up in a person's kubeconfig.
pub(super) fn read(certificate_pem: &str) -> Result<Certificate, PkiError> {
    let unreadable = || PkiError::Unreadable {
        what: "certificate",
    };
    let (label, der) = pem::decode_vec(certificate_pem.as_bytes()).map_err(|_| unreadable())?;
    Certificate::from_der(&der)
        .ok()
        .filter(|_| label == Certificate::PEM_LABEL)
        .ok_or_else(unreadable)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::pki::programs::{self, Folder};

    pub(in crate::pki) const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_363_445);

    pub(in crate::pki) fn kubernetes() -> Authority {
        authority("kubernetes", &[5; 32], [0xff; 16], NOW).unwrap()
    }

    #[test]
    fn openssl_finds_every_field() {
        let text = programs::openssl(&["x509", "-noout", "-text"], &kubernetes().certificate_pem);
        for expected in [
            "Version: 3",
            "7f:ff:ff",
            "Issuer: CN = kubernetes",
            "Subject: CN = kubernetes",
            "Not Before: Nov 22 15:59:05 2026 GMT",
            "Not After : Nov 19 16:04:05 2036 GMT",
            "ASN1 OID: prime256v1",
            "X509v3 Basic Constraints: critical\n                CA:TRUE",
            "X509v3 Key Usage: critical\n                Digital Signature, Certificate Sign, CRL Sign",
            "X509v3 Subject Key Identifier",
            "ecdsa-with-SHA256",
        ] {
            assert!(text.contains(expected), "{expected} not in\n{text}");
        }
    }

    #[test]
    fn openssl_verifies_every_authority_by_itself_and_by_no_other() {
        let folder = Folder::new("authorities");
        let names = ["kubernetes", "etcd-ca", "front-proxy-ca"];
        let files = names.map(|name| {
            let random = hash_of(name);
            let authority = authority(name, &random, [1; 16], NOW).unwrap();
            folder.file(name, &authority.certificate_pem)
        });
        let at = NOW.seconds().to_string();
        for own in &files {
            for other in &files {
                let verified = programs::try_openssl(
                    &[
                        "verify",
                        "-x509_strict",
                        "-check_ss_sig",
                        "-attime",
                        &at,
                        "-CAfile",
                        own,
                        other,
                    ],
                    "",
                );
                assert_eq!(verified.is_ok(), own == other, "{verified:?}");
            }
        }
    }

    fn hash_of(name: &str) -> [u8; 32] {
        Sha256::digest(name).into()
    }

    #[test]
    fn key_and_certificate_belong_together() {
        let authority = kubernetes();
        let of_key = programs::openssl(&["pkey", "-pubout"], authority.key_pem.expose());
        let of_certificate =
            programs::openssl(&["x509", "-noout", "-pubkey"], &authority.certificate_pem);
        assert_eq!(of_key, of_certificate);
    }

    #[test]
    fn the_hash_is_the_one_kubeadm_documents() {
        let authority = kubernetes();
        let script = "openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -r";
        let hash = programs::shell(script, &authority.certificate_pem);
        let expected = format!("sha256:{}", hash.split(' ').next().unwrap());
        assert_eq!(ca_hash(&authority.certificate_pem).unwrap(), expected);
    }

    #[test]
    fn odd_names_are_refused() {
        for name in ["", "a,O=system:masters", "a+CN=b", "ä", &"a".repeat(65)] {
            let refused = authority(name, &[5; 32], [1; 16], NOW).unwrap_err();
            assert!(
                matches!(refused, PkiError::CommonName(_)),
                "{name}: {refused}"
            );
        }
    }
}

//! The administrator's certificate. Its private key is born in the browser and never comes here:
//! what comes is the public key, and what goes back is a signature.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use p256::ecdsa::SigningKey;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::pkcs8::{DecodePublicKey as _, EncodePublicKey as _};
use p256::{PublicKey, SecretKey};
use thiserror::Error;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::authority::read;
use super::certificate::{Purpose, Request, name, sign, validity};
use super::{Authority, PkiError};
use crate::time::Timestamp;

/// kubeadm binds this group to `cluster-admin`. Unlike `system:masters` it can be unbound.
pub const ADMIN_GROUP: &str = "kubeadm:cluster-admins";

const HOUR_MS: u64 = 60 * 60 * 1_000;

/// A P-256 public key that arrived as base64 of its SPKI, as `WebCrypto` exports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminPublicKey(PublicKey);

/// Why a public key was refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AdminPublicKeyError {
    /// Not base64.
    #[error("the public key must be standard base64")]
    NotBase64,
    /// Base64 of something else.
    #[error(
        "the public key must be an uncompressed P-256 key in SPKI DER, as WebCrypto's exportKey(\"spki\") gives it"
    )]
    NotP256,
}

impl AdminPublicKey {
    /// Reads base64 of SPKI DER. Only the canonical encoding counts, so that one key has one text.
    pub fn parse(text: &str) -> Result<Self, AdminPublicKeyError> {
        let der = STANDARD
            .decode(text)
            .map_err(|_| AdminPublicKeyError::NotBase64)?;
        let key = PublicKey::from_public_key_der(&der).map_err(|_| AdminPublicKeyError::NotP256)?;
        let canonical = key
            .to_public_key_der()
            .map_err(|_| AdminPublicKeyError::NotP256)?;
        if canonical.as_bytes() == der {
            Ok(Self(key))
        } else {
            Err(AdminPublicKeyError::NotP256)
        }
    }

    /// The compressed point in base64url: 44 characters, short enough for a label.
    pub fn compressed(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.to_sec1_point(true).as_bytes())
    }

    pub(super) const fn inner(&self) -> &PublicKey {
        &self.0
    }
}

/// What an administrator's certificate shall say.
#[derive(Debug)]
pub struct AdminRequest<'a> {
    /// The key that stays in the browser, its public half.
    pub public_key: &'a AdminPublicKey,
    /// The user's name in Kubernetes, such as `slipway-admin`.
    pub common_name: &'a str,
    /// From now on.
    pub lifetime_hours: u32,
    /// Random.
    pub serial: [u8; 16],
}

/// Signs a client certificate for the group [`ADMIN_GROUP`]; the answer is PEM.
/// It never outlives the authority.
pub fn admin_certificate(
    ca: &Authority,
    request: &AdminRequest<'_>,
    now: Timestamp,
) -> Result<String, PkiError> {
    if request.lifetime_hours == 0 {
        return Err(PkiError::Lifetime);
    }
    let ca_certificate = read(&ca.certificate_pem)?;
    let ca_certificate = ca_certificate.tbs_certificate();
    let ca_key = SecretKey::from_sec1_pem(ca.key_pem.expose());
    let ca_key = ca_key.map_err(|_| PkiError::Unreadable {
        what: "private key",
    })?;
    let ca_end = ca_certificate
        .validity()
        .not_after
        .to_unix_duration()
        .as_secs();
    let end = now.plus_ms(HOUR_MS.saturating_mul(request.lifetime_hours.into()));
    let certificate = Request {
        purpose: Purpose::Client {
            issuer: ca_certificate.subject().clone(),
        },
        subject: name(request.common_name, Some(ADMIN_GROUP))?,
        public_key: SubjectPublicKeyInfoOwned::from_key(&request.public_key.0)
            .map_err(|_| PkiError::Unreadable { what: "public key" })?,
        serial: request.serial,
        validity: validity(now, end.min(Timestamp::from_unix_seconds(ca_end)))?,
    };
    sign(certificate, &SigningKey::from(&ca_key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::authority;
    use crate::pki::authority::tests::{NOW, kubernetes};
    use crate::pki::programs::{self, Folder};

    /// As a browser would make it.
    fn public_key_text() -> String {
        let pem = programs::shell(
            "openssl ecparam -name prime256v1 -genkey -noout | openssl pkey -pubout",
            "",
        );
        pem.lines().filter(|line| !line.starts_with('-')).collect()
    }

    fn certificate(ca: &Authority, text: &str, lifetime_hours: u32) -> Result<String, PkiError> {
        let public_key = &AdminPublicKey::parse(text).unwrap();
        let request = AdminRequest {
            public_key,
            common_name: "slipway-admin",
            lifetime_hours,
            serial: [0; 16],
        };
        admin_certificate(ca, &request, NOW)
    }

    #[test]
    fn openssl_verifies_the_chain_and_only_this_chain() {
        let folder = Folder::new("admin-chain");
        let pem = certificate(&kubernetes(), &public_key_text(), 24).unwrap();
        let other = authority("kubernetes", &[6; 32], [1; 16], NOW).unwrap();
        let (ca, other) = (
            folder.file("ca.pem", &kubernetes().certificate_pem),
            folder.file("other.pem", &other.certificate_pem),
        );
        let admin = folder.file("admin.pem", &pem);
        let at = NOW.seconds().to_string();
        let verify = |ca: &str| {
            programs::try_openssl(
                &[
                    "verify",
                    "-x509_strict",
                    "-purpose",
                    "sslclient",
                    "-attime",
                    &at,
                    "-CAfile",
                    ca,
                    &admin,
                ],
                "",
            )
        };
        verify(&ca).unwrap();
        verify(&other).unwrap_err();
    }

    #[test]
    fn says_who_and_for_how_long_and_carries_the_given_key() {
        let key = public_key_text();
        let pem = certificate(&kubernetes(), &key, 24).unwrap();
        let text = programs::openssl(&["x509", "-noout", "-text"], &pem);
        for expected in [
            "Issuer: CN = kubernetes",
            "Subject: O = kubeadm:cluster-admins, CN = slipway-admin",
            "Not Before: Nov 22 15:59:05 2026 GMT",
            "Not After : Nov 23 16:04:05 2026 GMT",
            "X509v3 Key Usage: critical\n                Digital Signature\n",
            "TLS Web Client Authentication",
            "CA:FALSE",
        ] {
            assert!(text.contains(expected), "{expected} not in\n{text}");
        }
        let carried: String = programs::openssl(&["x509", "-noout", "-pubkey"], &pem)
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        assert_eq!(carried, key);
    }

    #[test]
    fn same_inputs_same_certificate_and_never_beyond_the_authority() {
        let key = public_key_text();
        assert_eq!(
            certificate(&kubernetes(), &key, 24).unwrap(),
            certificate(&kubernetes(), &key, 24).unwrap()
        );
        let long = certificate(&kubernetes(), &key, u32::MAX).unwrap();
        assert!(
            programs::openssl(&["x509", "-noout", "-enddate"], &long)
                .contains("Nov 19 16:04:05 2036")
        );
        assert!(matches!(
            certificate(&kubernetes(), &key, 0),
            Err(PkiError::Lifetime)
        ));
    }

    #[test]
    fn refuses_what_is_not_a_p256_key() {
        let parse = |text: &str| AdminPublicKey::parse(text).unwrap_err();
        assert_eq!(parse("not base64!"), AdminPublicKeyError::NotBase64);
        assert_eq!(parse(""), AdminPublicKeyError::NotP256);
        let of = |script: &str| programs::shell(&format!("{script} | openssl base64 -A"), "");
        for script in [
            "openssl ecparam -name secp384r1 -genkey -noout | openssl pkey -pubout -outform der",
            "openssl genpkey -algorithm ed25519 | openssl pkey -pubout -outform der",
            "openssl ecparam -name prime256v1 -genkey -noout | openssl ec -conv_form compressed -pubout -outform der 2>/dev/null",
            "openssl ecparam -name prime256v1 -genkey -noout | openssl pkey -outform der",
            "(openssl ecparam -name prime256v1 -genkey -noout | openssl pkey -pubout -outform der; printf x)",
        ] {
            assert_eq!(parse(&of(script)), AdminPublicKeyError::NotP256, "{script}");
        }
        AdminPublicKey::parse(&public_key_text()).unwrap();
    }
}

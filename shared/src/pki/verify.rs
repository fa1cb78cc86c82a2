//! Whether a certificate that came from a machine is what was asked for.

use p256::PublicKey;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{DerSignature, VerifyingKey};
use p256::pkcs8::DecodePublicKey as _;
use x509_cert::der::Encode as _;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::authority::read;
use super::{AdminPublicKey, PkiError};

/// Whether this authority signed this certificate, for this key.
pub fn is_certified(
    key: &AdminPublicKey,
    certificate_pem: &str,
    authority_pem: &str,
) -> Result<bool, PkiError> {
    let (certificate, authority) = (read(certificate_pem)?, read(authority_pem)?);
    let issued = certificate.tbs_certificate();
    let authority = authority.tbs_certificate();
    let unreadable = |what| PkiError::Unreadable { what };
    let signer = authority.subject_public_key_info().to_der()?;
    let signer = PublicKey::from_public_key_der(&signer)
        .map_err(|_| unreadable("authority's public key"))?;
    // Whole bytes: a frame that leaves bits out is not the one that was made, and no signature covers it.
    let signature = certificate.signature().as_bytes();
    let signature = DerSignature::try_from(signature.ok_or_else(|| unreadable("signature"))?)
        .map_err(|_| unreadable("signature"))?;
    let asked =
        SubjectPublicKeyInfoOwned::from_key(key.inner()).map_err(|_| unreadable("public key"))?;
    let body = issued.to_der()?;
    // The frame names the algorithm, too, and no signature covers the frame.
    let framed = certificate.signature_algorithm() == issued.signature();
    Ok(framed
        && issued.issuer() == authority.subject()
        && *issued.subject_public_key_info() == asked
        && VerifyingKey::from(&signer)
            .verify(&body, &signature)
            .is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::authority::tests::kubernetes;
    use crate::pki::{AdminRequest, admin_certificate, authority};
    use crate::time::Timestamp;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_000_000);
    const KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==";

    #[test]
    fn only_what_was_asked_for_and_by_whom() {
        let key = AdminPublicKey::parse(KEY).unwrap();
        let ours = kubernetes();
        let request = AdminRequest {
            public_key: &key,
            common_name: "admin",
            lifetime_hours: 1,
            serial: [7; 16],
        };
        let certificate = admin_certificate(&ours, &request, NOW).unwrap();
        assert!(is_certified(&key, &certificate, &ours.certificate_pem).unwrap());
        let other = authority("kubernetes", &[9; 32], [1; 16], NOW).unwrap();
        assert!(!is_certified(&key, &certificate, &other.certificate_pem).unwrap());
        assert!(!is_certified(&key, &ours.certificate_pem, &ours.certificate_pem).unwrap());
        assert!(is_certified(&key, "no certificate", &ours.certificate_pem).is_err());
        // Base64 that goes on behind the certificate, found by damaging one at random.
        let end = "\n-----END";
        let more = certificate.replace(end, &format!("{}{end}", "A".repeat(4)));
        assert!(is_certified(&key, &more, &ours.certificate_pem).is_err());
    }
}

//! A client certificate, signed as a control plane does it: with the authority whose key lies on its disk.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::DecodePrivateKey as _;
use p256::{PublicKey, SecretKey};
use serde::{Deserialize, Serialize};
use x509_cert::Certificate;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder as _, CertificateBuilder, Result as Built};
use x509_cert::certificate::TbsCertificate;
use x509_cert::der::oid::db::rfc5280::ID_KP_CLIENT_AUTH;
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{DateTime, DecodePem as _, EncodePem as _};
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage};
use x509_cert::ext::pkix::{KeyUsage, KeyUsages};
use x509_cert::ext::{Extension, Extensions, ToExtension as _};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use x509_cert::time::{Time, Validity};

/// Written last attribute first, as RFC 4514 has it.
const SUBJECT: &str = "CN=kubernetes-admin,O=kubeadm:cluster-admins";
/// A point of the curve in compressed form.
const COMPRESSED: usize = 33;
/// Whoever uses it may have a clock that is behind.
const BACKDATED: u64 = 5 * 60;

/// The cluster's authority, both halves in PEM.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Authority {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// For the key that was asked for, for so many hours from now (Unix seconds), but never beyond the authority's own
/// end. `None`: what was asked for is no key, or the authority can sign nothing.
pub(crate) fn sign(
    authority: &Authority,
    request: &str,
    hours: u64,
    serial: &[u8],
    now: u64,
) -> Option<String> {
    let issuer = Certificate::from_pem(&authority.certificate).ok()?;
    let issuer = issuer.tbs_certificate();
    let key = private_key(&authority.key)?;
    let own_key = SubjectPublicKeyInfoOwned::from_key(&public_key(request)?).ok()?;
    let last = issuer.validity().not_after.to_unix_duration().as_secs();
    let end = now.saturating_add(hours.saturating_mul(3_600)).min(last);
    let validity = Validity::new(moment(now.saturating_sub(BACKDATED))?, moment(end)?);
    let profile = Client {
        issuer: issuer.subject().clone(),
        subject: SUBJECT.parse().ok()?,
    };
    let serial = SerialNumber::new(serial).ok()?;
    let builder = CertificateBuilder::new(profile, serial, validity, own_key).ok()?;
    let signed = builder.build::<_, DerSignature>(&SigningKey::from(&key));
    signed.ok()?.to_pem(LineEnding::LF).ok()
}

fn public_key(request: &str) -> Option<PublicKey> {
    let point = URL_SAFE_NO_PAD.decode(request).ok()?;
    if point.len() != COMPRESSED {
        return None;
    }
    PublicKey::from_sec1_bytes(&point).ok()
}

fn private_key(pem: &str) -> Option<SecretKey> {
    let sec1 = SecretKey::from_sec1_pem(pem).ok();
    sec1.or_else(|| SecretKey::from_pkcs8_pem(pem).ok())
}

fn moment(unix: u64) -> Option<Time> {
    let moment = DateTime::from_unix_duration(Duration::from_secs(unix)).ok()?;
    Some(moment.into())
}

/// It proves who a client is, and signs nothing itself.
struct Client {
    issuer: Name,
    subject: Name,
}

impl BuilderProfile for Client {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        _own_key: SubjectPublicKeyInfoRef<'_>,
        issuer_key: SubjectPublicKeyInfoRef<'_>,
        _certificate: &TbsCertificate,
    ) -> Built<Vec<Extension>> {
        let no_authority = BasicConstraints {
            ca: false,
            path_len_constraint: None,
        };
        let usage = KeyUsage(KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment);
        let purpose = ExtendedKeyUsage(vec![ID_KP_CLIENT_AUTH]);
        let issuer = AuthorityKeyIdentifier::try_from(issuer_key)?;
        let (subject, none) = (&self.subject, Extensions::new());
        Ok(vec![
            no_authority.to_extension(subject, &none)?,
            usage.to_extension(subject, &none)?,
            purpose.to_extension(subject, &none)?,
            issuer.to_extension(subject, &none)?,
        ])
    }
}

//! The two kinds of certificate we sign: an authority's own, and a client's.

use std::str::FromStr as _;
use std::time::Duration;

use p256::ecdsa::{DerSignature, SigningKey};
use x509_cert::Certificate;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder as _, CertificateBuilder, Result as BuilderResult};
use x509_cert::certificate::TbsCertificate;
use x509_cert::der::DateTime;
use x509_cert::der::EncodePem as _;
use x509_cert::der::flagset::FlagSet;
use x509_cert::der::oid::db::rfc5280::ID_KP_CLIENT_AUTH;
use x509_cert::der::pem::LineEnding;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
    SubjectKeyIdentifier,
};
use x509_cert::ext::{Extension, Extensions, ToExtension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use x509_cert::time::{Time, Validity};

use super::PkiError;
use crate::time::Timestamp;

/// A machine's clock may be this far behind the Worker's before NTP has set it.
const BACKDATED_MS: u64 = 5 * 60 * 1_000;

/// Which extensions a certificate carries.
pub(super) enum Purpose {
    /// Signs certificates, itself first.
    Authority,
    /// Proves who a client is; signed by `issuer`.
    Client {
        /// The authority's subject.
        issuer: Name,
    },
}

/// What a certificate says, before it is signed.
pub(super) struct Request {
    pub(super) purpose: Purpose,
    pub(super) subject: Name,
    pub(super) public_key: SubjectPublicKeyInfoOwned,
    pub(super) serial: [u8; 16],
    pub(super) validity: Validity,
}

/// Signs a request; the answer is PEM.
pub(super) fn sign(request: Request, signer: &SigningKey) -> Result<String, PkiError> {
    let Request {
        purpose,
        subject,
        public_key,
        serial,
        validity,
    } = request;
    let profile = Profile { purpose, subject };
    let builder = CertificateBuilder::new(profile, serial_number(serial)?, validity, public_key)?;
    let certificate: Certificate = builder.build::<_, DerSignature>(signer)?;
    Ok(certificate.to_pem(LineEnding::LF)?)
}

/// `CN=…`, and `O=…` before it where there is one.
pub(super) fn name(
    common_name: &str,
    organisation: Option<&'static str>,
) -> Result<Name, PkiError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':');
    if common_name.is_empty() || common_name.len() > 64 || !common_name.chars().all(plain) {
        return Err(PkiError::CommonName(common_name.to_owned()));
    }
    // RFC 4514 writes a name backwards.
    let organisation = organisation
        .map(|group| format!(",O={group}"))
        .unwrap_or_default();
    Ok(Name::from_str(&format!("CN={common_name}{organisation}"))?)
}

/// From five minutes ago until `end`.
pub(super) fn validity(now: Timestamp, end: Timestamp) -> Result<Validity, PkiError> {
    Ok(Validity::new(
        moment(now.minus_ms(BACKDATED_MS))?,
        moment(end)?,
    ))
}

fn moment(at: Timestamp) -> Result<Time, PkiError> {
    Ok(DateTime::from_unix_duration(Duration::from_secs(at.seconds()))?.into())
}

/// Positive, and always sixteen bytes: the first bit clear, the second set.
fn serial_number(mut random: [u8; 16]) -> Result<SerialNumber, PkiError> {
    if let Some(first) = random.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    Ok(SerialNumber::new(&random)?)
}

struct Profile {
    purpose: Purpose,
    subject: Name,
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, subject: &Name) -> Name {
        match &self.purpose {
            Purpose::Authority => subject.clone(),
            Purpose::Client { issuer } => issuer.clone(),
        }
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        own_key: SubjectPublicKeyInfoRef<'_>,
        issuer_key: SubjectPublicKeyInfoRef<'_>,
        certificate: &TbsCertificate,
    ) -> BuilderResult<Vec<Extension>> {
        let mut list = Extensions::new();
        let subject = certificate.subject();
        let own_id = SubjectKeyIdentifier::try_from(own_key)?;
        match self.purpose {
            Purpose::Authority => {
                let usage =
                    KeyUsages::KeyCertSign | KeyUsages::CRLSign | KeyUsages::DigitalSignature;
                add(
                    &mut list,
                    subject,
                    &BasicConstraints {
                        ca: true,
                        path_len_constraint: None,
                    },
                )?;
                add(&mut list, subject, &KeyUsage(usage))?;
                add(&mut list, subject, &own_id)?;
            }
            Purpose::Client { .. } => {
                add(
                    &mut list,
                    subject,
                    &BasicConstraints {
                        ca: false,
                        path_len_constraint: None,
                    },
                )?;
                add(
                    &mut list,
                    subject,
                    &KeyUsage(FlagSet::from(KeyUsages::DigitalSignature)),
                )?;
                add(
                    &mut list,
                    subject,
                    &ExtendedKeyUsage(vec![ID_KP_CLIENT_AUTH]),
                )?;
                add(&mut list, subject, &own_id)?;
                add(
                    &mut list,
                    subject,
                    &AuthorityKeyIdentifier::try_from(issuer_key)?,
                )?;
            }
        }
        Ok(list)
    }
}

fn add<E>(list: &mut Extensions, subject: &Name, extension: &E) -> BuilderResult<()>
where
    for<'a> &'a E: ToExtension<Error = x509_cert::der::Error>,
{
    list.push(extension.to_extension(subject, list)?);
    Ok(())
}

//! The public key inside a certificate: as little DER as finding it takes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::hex::hex;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// `sha256:<hex>` of the `SubjectPublicKeyInfo`, as kubeadm pins it.
pub(crate) fn ca_hash(pem: &str) -> Option<String> {
    let der = decode_pem(pem, "CERTIFICATE")?;
    let digest = Sha256::digest(public_key(&der)?);
    Some(format!("sha256:{}", hex(&digest)))
}

/// The bytes of the first PEM block; its label must end as asked ("EC PRIVATE KEY" is a "PRIVATE KEY").
pub(crate) fn decode_pem(pem: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN ")?;
    let (found, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    if !found.ends_with(label) {
        return None;
    }
    let body: String = body.split_whitespace().collect();
    STANDARD.decode(body).ok().filter(|bytes| !bytes.is_empty())
}

/// Certificate → `TBSCertificate` → version?, serial, algorithm, issuer, validity, subject, key.
fn public_key(der: &[u8]) -> Option<&[u8]> {
    let certificate = Element::read(der).filter(|element| element.tag == SEQUENCE)?;
    let body = Element::read(certificate.content).filter(|element| element.tag == SEQUENCE)?;
    let mut rest = body.content;
    if Element::read(rest)?.tag == VERSION {
        rest = Element::read(rest)?.rest;
    }
    for _ in 0..5 {
        rest = Element::read(rest)?.rest;
    }
    Element::read(rest)
        .filter(|element| element.tag == SEQUENCE)
        .map(|element| element.whole)
}

/// One tag, length and value.
struct Element<'a> {
    tag: u8,
    whole: &'a [u8],
    content: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Element<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (tag, first) = (*bytes.first()?, *bytes.get(1)?);
        let (header, length) = if first < 0x80 {
            (2, usize::from(first))
        } else {
            let count = usize::from(first & 0x7f);
            let digits = bytes.get(2..2 + count).filter(|digits| digits.len() <= 4)?;
            (
                2 + count,
                digits
                    .iter()
                    .fold(0, |length, digit| length << 8 | usize::from(*digit)),
            )
        };
        let end = header.checked_add(length)?;
        Some(Self {
            tag,
            whole: bytes.get(..end)?,
            content: bytes.get(header..end)?,
            rest: bytes.get(end..)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CA: &str = include_str!("../../fixtures/ca.crt");

    /// `openssl x509 -pubkey | openssl pkey -pubin -outform der | sha256sum` of the fixture.
    #[test]
    fn the_hash_is_what_openssl_says() {
        let expected = "sha256:1f5fb5c76cc47f6f0440dd9f95929fc91fa8695ef0e987c87c602bdf562f10a1";
        assert_eq!(ca_hash(CA).unwrap(), expected);
    }

    #[test]
    fn broken_certificates_are_none() {
        assert_eq!(ca_hash(""), None);
        assert_eq!(
            ca_hash("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"),
            None
        );
        assert_eq!(
            ca_hash("-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n"),
            None
        );
        let der = decode_pem(CA, "CERTIFICATE").unwrap();
        for length in 0..der.len().min(200) {
            assert_eq!(public_key(&der[..length]), None);
        }
    }
}

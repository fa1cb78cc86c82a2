//! A certificate that has ended is replaced by one that a control plane signs. OpenSSL judges it.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::SecretKey;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _};
use serde_json::Value;
use x509_cert::Certificate;
use x509_cert::builder::profile::cabf::Root;
use x509_cert::builder::{Builder as _, CertificateBuilder};
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{DateTime, DecodePem as _, EncodePem as _};
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::{Time, Validity};

use super::launcher::Launcher;
use crate::machine::certificate::{self, Authority};
use crate::testing::Client;

/// Runs a script where the files are.
fn shell(folder: &std::path::Path, script: &str) -> String {
    let output = Command::new("sh")
        .args(["-ec", script])
        .current_dir(folder)
        .output()
        .expect("this test needs sh and openssl");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{script}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// An authority of the year 2026, its key in either of two forms.
fn authority(pkcs8: bool) -> (String, String) {
    let key = SecretKey::from_slice(&[7; 32]).unwrap();
    let name = "CN=kubernetes,O=the cluster,C=CH".parse().unwrap();
    let profile = Root::new(false, name).unwrap();
    let moment = |year| Time::from(DateTime::new(year, 1, 1, 0, 0, 0).unwrap());
    let validity = Validity::new(moment(2026), moment(2036));
    let own = SubjectPublicKeyInfoOwned::from_key(&key.public_key()).unwrap();
    let builder = CertificateBuilder::new(profile, 7_u32.into(), validity, own).unwrap();
    let certificate = builder.build::<_, DerSignature>(&SigningKey::from(&key));
    let pem = if pkcs8 {
        key.to_pkcs8_pem(LineEnding::LF).unwrap()
    } else {
        key.to_sec1_pem(LineEnding::LF).unwrap()
    };
    let certificate = certificate.unwrap().to_pem(LineEnding::LF).unwrap();
    (certificate, pem.to_string())
}

/// The public half of a person's key in compressed form, as base64url.
fn person() -> (SecretKey, String) {
    let key = SecretKey::from_slice(&[9; 32]).unwrap();
    let point = key.public_key().to_sec1_point(true);
    (key, URL_SAFE_NO_PAD.encode(point.as_bytes()))
}

/// A cluster with that authority, asked for a certificate; the last evidence.
fn asked(authority: &(String, String), labels: &[(&str, &str)]) -> (Launcher, Value) {
    let mut launcher = Launcher::new(Client::calm());
    launcher.authority = Some(authority.clone());
    launcher.control_plane();
    launcher.live(900);
    launcher.label_plane(labels);
    launcher.label_plane(&[("slipway/ask", "abc")]);
    launcher.live(60);
    let evidence = launcher.last()["evidence"].clone();
    (launcher, evidence)
}

#[test]
fn openssl_finds_the_certificate_good() {
    let folder = std::env::temp_dir().join(format!("sandbox-renewal-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (key, request) = person();
    assert_eq!(request.len(), 44);
    let public = key.public_key().to_public_key_pem(LineEnding::LF).unwrap();
    for pkcs8 in [false, true] {
        let authority = authority(pkcs8);
        let labels = [
            ("slipway/renew", request.as_str()),
            ("slipway/renew-hours", "24"),
        ];
        let (mut launcher, evidence) = asked(&authority, &labels);
        let signed = evidence["signed"].clone();
        assert_eq!(signed["request"], request.as_str());
        assert_eq!(signed["authority"], authority.0.as_str());
        let certificate = signed["certificate"].as_str().unwrap();
        std::fs::write(folder.join("person.crt"), certificate).unwrap();
        std::fs::write(folder.join("ca.crt"), &authority.0).unwrap();
        let at = launcher.client.wall() / 1_000;
        let verify = |at: u64| {
            format!(
                "openssl verify -x509_strict -purpose sslclient -attime {at} -CAfile ca.crt person.crt"
            )
        };
        assert_eq!(shell(&folder, &verify(at)), "person.crt: OK\n");
        shell(&folder, &format!("! {}", verify(at + 25 * 3_600)));
        let subject = "openssl x509 -in person.crt -noout -subject -nameopt RFC2253";
        let expected = "subject=CN=kubernetes-admin,O=kubeadm:cluster-admins\n";
        assert_eq!(shell(&folder, subject), expected);
        let own = shell(&folder, "openssl x509 -in person.crt -noout -pubkey");
        assert_eq!(own, public);
        let text = shell(&folder, "openssl x509 -in person.crt -noout -text");
        assert!(text.contains("TLS Web Client Authentication") && text.contains("CA:FALSE"));
        // Signed once: the next evidence has the same.
        launcher.live(120);
        assert_eq!(launcher.last()["evidence"]["signed"], signed);
        launcher.unlabel_plane("slipway/renew");
        launcher.live(60);
        assert_eq!(launcher.last()["evidence"]["signed"], Value::Null);
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn it_never_outlives_the_authority() {
    let (certificate, key) = authority(false);
    let authority = Authority { certificate, key };
    let (_, request) = person();
    let end = |hours| {
        let pem = certificate::sign(&authority, &request, hours, &[7], 1_790_000_000).unwrap();
        let signed = Certificate::from_pem(pem).unwrap();
        let validity = signed.tbs_certificate().validity();
        validity.not_after.to_unix_duration().as_secs()
    };
    assert_eq!(end(24), 1_790_000_000 + 24 * 3_600);
    assert_eq!(end(u64::MAX), 2_082_758_400, "the year 2036");
}

#[test]
fn what_is_no_key_is_not_signed() {
    let (_, request) = person();
    let off_the_curve = format!("AA{}", &request[2..]);
    for (request, hours) in [
        (off_the_curve.as_str(), "24"),
        ("short", "24"),
        ("", "24"),
        (request.as_str(), "some"),
    ] {
        let labels = [("slipway/renew", request), ("slipway/renew-hours", hours)];
        let (_, evidence) = asked(&authority(false), &labels);
        assert_eq!(evidence["signed"], Value::Null, "{request} {hours}");
        assert_eq!(evidence["dns"], true);
    }
}

#[test]
fn an_authority_without_its_key_signs_nothing() {
    let (_, request) = person();
    let labels = [
        ("slipway/renew", request.as_str()),
        ("slipway/renew-hours", "24"),
    ];
    let (certificate, _) = authority(false);
    let key = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n";
    let (_, evidence) = asked(&(certificate, key.to_owned()), &labels);
    assert_eq!(evidence["signed"], Value::Null);
}

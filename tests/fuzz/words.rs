//! Small things that come from outside as text: public keys, certificates, sealed rows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use shared::pki::{
    AdminPublicKey, AdminRequest, Authority, admin_certificate, authority, ca_hash, is_certified,
};
use shared::seal::{Seal, Sealed};
use shared::time::Timestamp;

use crate::damage::{damaged_text, damages};
use crate::drill::{drill, timely};

/// As a browser made it.
const KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEF34Z5JD5vgz5emI6Iga3X0YwT0QyPgwrOxuNK/GTB1WwWbOZwyagUmNzMOmk8pgrV0WUdkvh9fCgX40wMI3BXA==";

/// As OpenSSL made it.
const OTHER_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==";

const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_000_000);

/// One curve operation, without optimisation.
const WORD_MS_MAX: u64 = 50;

#[test]
fn a_damaged_public_key_is_no_key_or_another_one() {
    drill(2_000, &damages(), |damages| {
        let text = damaged_text(KEY, OTHER_KEY, &damages);
        if let Ok(key) = timely(WORD_MS_MAX, || AdminPublicKey::parse(&text))? {
            prop_assert_eq!(key.compressed().len(), 44);
            let same = key == AdminPublicKey::parse(KEY).unwrap();
            prop_assert_eq!(same, text == KEY, "one key has one text: {}", text);
        }
        Ok(())
    });
}

fn certified(key: &AdminPublicKey, lifetime_hours: u32) -> (Authority, String) {
    let ca = authority("kubernetes", &[5; 32], [1; 16], NOW).unwrap();
    let request = AdminRequest {
        public_key: key,
        common_name: "slipway-admin",
        lifetime_hours,
        serial: [7; 16],
    };
    let certificate = admin_certificate(&ca, &request, NOW).unwrap();
    (ca, certificate)
}

/// The text between the lines of a PEM.
fn body(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

#[test]
fn a_damaged_certificate_is_not_certified() {
    let key = AdminPublicKey::parse(KEY).unwrap();
    let (ca, certificate) = certified(&key, 24);
    let (_, other) = certified(&AdminPublicKey::parse(OTHER_KEY).unwrap(), 48);
    assert!(is_certified(&key, &certificate, &ca.certificate_pem).unwrap());
    drill(500, &damages(), |damages| {
        let text = damaged_text(&certificate, &other, &damages);
        let judged = timely(WORD_MS_MAX, || {
            is_certified(&key, &text, &ca.certificate_pem)
        })?;
        let same = body(&text) == body(&certificate);
        prop_assert!(same || !judged.unwrap_or(false), "{text}");
        drop(ca_hash(&text));
        let authority = damaged_text(&ca.certificate_pem, &other, &damages);
        drop(is_certified(&key, &certificate, &authority));
        Ok(())
    });
}

/// The certificate with one byte of its DER changed: the one at this distance from where these bytes come last.
fn with_changed(certificate: &str, sought: &[u8], distance: usize) -> String {
    let mut der = STANDARD.decode(body(certificate)).unwrap();
    let place = der.windows(sought.len()).rposition(|here| here == sought);
    der[place.unwrap() + distance] ^= 1;
    let lines: Vec<&str> = certificate.lines().collect();
    format!(
        "{}\n{}\n{}\n",
        lines[0],
        wrapped(&STANDARD.encode(der)),
        lines[lines.len() - 1]
    )
}

const ECDSA_WITH_SHA256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];

/// Found by damaging certificates: the frame around what is signed names the algorithm once more, and says how many bits
/// of the signature's last byte count for nothing.
#[test]
fn another_frame_is_not_certified() {
    let key = AdminPublicKey::parse(KEY).unwrap();
    // Some signatures end with a bit that may be left out.
    for hours in 1..20 {
        let (ca, certificate) = certified(&key, hours);
        for distance in [ECDSA_WITH_SHA256.len() - 1, ECDSA_WITH_SHA256.len() + 2] {
            let text = with_changed(&certificate, &ECDSA_WITH_SHA256, distance);
            let judged = is_certified(&key, &text, &ca.certificate_pem);
            assert!(!judged.unwrap_or(false), "{hours} {distance}");
        }
    }
}

/// Base64 in lines of 64 letters.
fn wrapped(base64: &str) -> String {
    let lines = base64
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_damaged_sealed_row_does_not_open() {
    let seal = Seal::new(&[7; 32], &[9; 32], "run").unwrap();
    let row = seal.seal("pki/ca.key", [1; 12], b"hunter2").unwrap();
    let other = seal.seal("pki/sa.key", [2; 12], b"hunter3").unwrap();
    let [text, other] = [row.to_string(), other.to_string()];
    drill(3_000, &damages(), |damages| {
        let changed = damaged_text(&text, &other, &damages);
        if let Ok(read) = timely(WORD_MS_MAX, || changed.parse::<Sealed>())? {
            let again: Sealed = read.to_string().parse().unwrap();
            prop_assert_eq!(&again, &read);
            prop_assert!(read == row || seal.open("pki/ca.key", &read).is_err());
        }
        Ok(())
    });
}

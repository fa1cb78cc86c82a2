//! Sealing what a run must keep for a while: AES-256-GCM under a key that needs two shares to make.
//! The master secret is the Worker's; the share is the run's own and lives elsewhere, so that deleting
//! the share shreds everything sealed with it. Nonces come in as arguments.

use std::fmt;
use std::str::FromStr;

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use thiserror::Error;

use crate::secret::Secret;

/// The only format so far.
const VERSION: u8 = 1;
/// A shorter master is a mistake in the configuration.
const MASTER_BYTES_MIN: usize = 32;

/// Seals and opens the secrets of one run.
#[derive(Debug)]
pub struct Seal {
    cipher: Secret<Aes256Gcm>,
    key_id: String,
    run_id: String,
}

/// A sealed value. As text, and in JSON, one row: `1.<key id>.<nonce>.<ciphertext>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Sealed {
    version: u8,
    key_id: String,
    nonce: [u8; 12],
    ciphertext: Vec<u8>,
}

/// Why something could not be sealed or opened.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SealError {
    /// The Worker's secret is not set, or too short.
    #[error("the master secret is shorter than {MASTER_BYTES_MIN} bytes")]
    WeakMaster,
    /// Not what [`Sealed`] looks like as text.
    #[error("this is not a sealed value")]
    Malformed,
    /// Sealed by a release that knew more.
    #[error("sealed in format {0}, which this release does not know")]
    UnknownVersion(u8),
    /// Sealed under another master secret, which has been rotated away.
    #[error("sealed under master secret {0}")]
    OtherMaster(String),
    /// Changed, or sealed for another run or under another name.
    #[error("the sealed value does not belong here or was changed")]
    Refused,
}

impl Seal {
    /// Derives the key of a run from both shares.
    pub fn new(master: &[u8], share: &[u8; 32], run_id: &str) -> Result<Self, SealError> {
        if master.len() < MASTER_BYTES_MIN {
            return Err(SealError::WeakMaster);
        }
        let key = Secret::new(derive(
            &[master, share].concat(),
            run_id.as_bytes(),
            b"slipway/seal/v1",
        )?);
        let cipher = Aes256Gcm::new(key.expose().into()).into();
        Ok(Self {
            cipher,
            key_id: key_id(master)?,
            run_id: run_id.to_owned(),
        })
    }

    /// Seals `plain` under `name`. A nonce must never be used twice in a run.
    pub fn seal(&self, name: &str, nonce: [u8; 12], plain: &[u8]) -> Result<Sealed, SealError> {
        let payload = Payload {
            msg: plain,
            aad: &self.associated_data(name),
        };
        let ciphertext = self.cipher.expose().encrypt(&Nonce::from(nonce), payload);
        let ciphertext = ciphertext.map_err(|_| SealError::Refused)?;
        Ok(Sealed {
            version: VERSION,
            key_id: self.key_id.clone(),
            nonce,
            ciphertext,
        })
    }

    /// Opens what was sealed under `name` in this run.
    pub fn open(&self, name: &str, sealed: &Sealed) -> Result<Secret<Vec<u8>>, SealError> {
        if sealed.version != VERSION {
            return Err(SealError::UnknownVersion(sealed.version));
        }
        if sealed.key_id != self.key_id {
            return Err(SealError::OtherMaster(sealed.key_id.clone()));
        }
        let payload = Payload {
            msg: &sealed.ciphertext,
            aad: &self.associated_data(name),
        };
        let plain = self
            .cipher
            .expose()
            .decrypt(&Nonce::from(sealed.nonce), payload);
        plain.map(Secret::new).map_err(|_| SealError::Refused)
    }

    /// Version, run id and name. The run id's length comes first, so that no two pairs read the same.
    fn associated_data(&self, name: &str) -> Vec<u8> {
        let run_id = self.run_id.as_bytes();
        [
            &[VERSION][..],
            &(run_id.len() as u64).to_be_bytes(),
            run_id,
            name.as_bytes(),
        ]
        .concat()
    }
}

/// The seals of one run under every master secret that the edge knows: the first one seals, all of them open.
#[derive(Debug)]
pub struct Ring {
    first: Seal,
    old: Vec<Seal>,
}

impl Ring {
    /// Derives the keys of a run from its share and each master secret, the current one first.
    pub fn new(
        masters: &[Secret<Vec<u8>>],
        share: &[u8; 32],
        run_id: &str,
    ) -> Result<Self, SealError> {
        let mut seals = masters
            .iter()
            .map(|master| Seal::new(master.expose(), share, run_id));
        let first = seals.next().ok_or(SealError::WeakMaster)??;
        let old = seals.collect::<Result<_, _>>()?;
        Ok(Self { first, old })
    }

    /// Seals with the current master secret.
    pub fn seal(&self, name: &str, nonce: [u8; 12], plain: &[u8]) -> Result<Sealed, SealError> {
        self.first.seal(name, nonce, plain)
    }

    /// Opens what any of them sealed.
    pub fn open(&self, name: &str, sealed: &Sealed) -> Result<Secret<Vec<u8>>, SealError> {
        let seal = self.seal_of(&sealed.key_id).unwrap_or(&self.first);
        seal.open(name, sealed)
    }

    /// Whether it has the master secret of this name.
    pub fn knows(&self, key_id: &str) -> bool {
        self.seal_of(key_id).is_some()
    }

    fn seal_of(&self, key_id: &str) -> Option<&Seal> {
        std::iter::once(&self.first)
            .chain(&self.old)
            .find(|seal| seal.key_id == key_id)
    }
}

/// A name for something in the operator's log, by which its lines belong together and nobody finds out what it is: even
/// the hash of an address would be found by trying all addresses.
pub fn pseudonym(master: &[u8], kind: &str, text: &str) -> Result<String, SealError> {
    let name: [u8; 4] = derive(
        master,
        text.as_bytes(),
        format!("slipway/{kind}").as_bytes(),
    )?;
    Ok(format!("{:08x}", u32::from_be_bytes(name)))
}

impl Sealed {
    /// Which master secret it needs: the edge keeps the old one until nothing names it.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }
}

/// Names a master secret without telling anything about it: eight hex digits.
pub fn key_id(master: &[u8]) -> Result<String, SealError> {
    let id: [u8; 4] = derive(master, b"", b"slipway/seal/key-id")?;
    Ok(format!("{:08x}", u32::from_be_bytes(id)))
}

fn derive<const N: usize>(input: &[u8], salt: &[u8], purpose: &[u8]) -> Result<[u8; N], SealError> {
    let mut key = [0; N];
    let expanded = Hkdf::<Sha256>::new(Some(salt), input).expand(purpose, &mut key);
    expanded.map(|()| key).map_err(|_| SealError::Refused)
}

impl fmt::Display for Sealed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (nonce, ciphertext) = (
            URL_SAFE_NO_PAD.encode(self.nonce),
            URL_SAFE_NO_PAD.encode(&self.ciphertext),
        );
        write!(out, "{}.{}.{nonce}.{ciphertext}", self.version, self.key_id)
    }
}

impl FromStr for Sealed {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        let mut parts = text.split('.');
        let mut part = || parts.next().ok_or(SealError::Malformed);
        let (version, key_id, nonce, ciphertext) = (part()?, part()?, part()?, part()?);
        if parts.next().is_some() {
            return Err(SealError::Malformed);
        }
        Ok(Self {
            version: version.parse().map_err(|_| SealError::Malformed)?,
            key_id: key_id.to_owned(),
            nonce: bytes(nonce)?.try_into().map_err(|_| SealError::Malformed)?,
            ciphertext: bytes(ciphertext)?,
        })
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, SealError> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| SealError::Malformed)
}

impl From<Sealed> for String {
    fn from(sealed: Sealed) -> Self {
        sealed.to_string()
    }
}

impl TryFrom<String> for Sealed {
    type Error = SealError;

    fn try_from(text: String) -> Result<Self, SealError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_old_master_sealed_opens_and_the_first_seals() {
        let master = |byte: u8| Secret::new(vec![byte; 32]);
        let ring = |masters: &[u8]| {
            let masters: Vec<_> = masters.iter().map(|byte| master(*byte)).collect();
            Ring::new(&masters, &[7; 32], "run").unwrap()
        };
        let before = ring(&[1]).seal("key", [0; 12], b"secret").unwrap();
        let rotated = ring(&[2, 1]);
        assert_eq!(rotated.open("key", &before).unwrap().expose(), b"secret");
        let after = rotated.seal("key", [1; 12], b"secret").unwrap();
        assert_eq!(after.key_id(), key_id(&[2; 32]).unwrap());
        assert_eq!(ring(&[2]).open("key", &after).unwrap().expose(), b"secret");
        assert_eq!(
            ring(&[2]).open("key", &before).err(),
            Some(SealError::OtherMaster(before.key_id().to_owned()))
        );
        assert!(rotated.knows(before.key_id()) && !ring(&[2]).knows(before.key_id()));
        assert!(Ring::new(&[], &[7; 32], "run").is_err());
        assert!(Ring::new(&[master(1), Secret::new(vec![2; 31])], &[7; 32], "run").is_err());
    }

    #[test]
    fn a_pseudonym_tells_things_apart_and_nothing_of_them() {
        let of = |master: u8, kind, text| pseudonym(&[master; 32], kind, text).unwrap();
        assert_eq!(
            of(1, "caller", "203.0.113.7"),
            of(1, "caller", "203.0.113.7")
        );
        let all = [
            of(1, "caller", "203.0.113.7"),
            of(1, "caller", "203.0.113.8"),
            of(1, "run", "203.0.113.7"),
            of(2, "caller", "203.0.113.7"),
        ];
        let once: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(once.len(), 4);
        assert!(all.iter().all(|name| name.len() == 8));
    }

    const MASTER: [u8; 32] = [7; 32];
    const SHARE: [u8; 32] = [9; 32];

    fn seal(run_id: &str) -> Seal {
        Seal::new(&MASTER, &SHARE, run_id).unwrap()
    }

    fn sealed() -> Sealed {
        seal("run").seal("ca.key", [1; 12], b"hunter2").unwrap()
    }

    #[test]
    fn opens_what_it_sealed_after_a_trip_through_json() {
        let row = serde_json::to_string(&sealed()).unwrap();
        assert!(
            row.starts_with(&format!("\"1.{}.AQEB", key_id(&MASTER).unwrap())),
            "{row}"
        );
        let again: Sealed = serde_json::from_str(&row).unwrap();
        assert_eq!(
            seal("run").open("ca.key", &again).unwrap().expose(),
            b"hunter2"
        );
    }

    #[test]
    fn refuses_another_run_name_or_share() {
        let refused =
            |seal: Seal, name| seal.open(name, &sealed()).unwrap_err() == SealError::Refused;
        assert!(refused(seal("other"), "ca.key"));
        assert!(refused(seal("run"), "sa.key"));
        assert!(refused(seal("runca"), ".key"));
        assert!(refused(
            Seal::new(&MASTER, &[0; 32], "run").unwrap(),
            "ca.key"
        ));
    }

    #[test]
    fn refuses_every_single_changed_byte() {
        for at in 0..sealed().ciphertext.len() {
            let mut changed = sealed();
            changed.ciphertext[at] ^= 1;
            assert_eq!(
                seal("run").open("ca.key", &changed).unwrap_err(),
                SealError::Refused
            );
        }
        let changed = Sealed {
            nonce: [2; 12],
            ..sealed()
        };
        assert_eq!(
            seal("run").open("ca.key", &changed).unwrap_err(),
            SealError::Refused
        );
    }

    #[test]
    fn names_the_master_and_version_it_needs() {
        let other = Seal::new(&[8; 32], &SHARE, "run").unwrap();
        let id = sealed().key_id().to_owned();
        assert_eq!(
            other.open("ca.key", &sealed()).unwrap_err(),
            SealError::OtherMaster(id)
        );
        let newer = Sealed {
            version: 2,
            ..sealed()
        };
        assert_eq!(
            seal("run").open("ca.key", &newer).unwrap_err(),
            SealError::UnknownVersion(2)
        );
        assert_eq!(
            Seal::new(b"short", &SHARE, "run").unwrap_err(),
            SealError::WeakMaster
        );
    }

    #[test]
    fn text_that_is_not_sealed_is_refused() {
        for text in [
            "",
            "1.a.AQEB",
            "1.a.AQEB.AQEB",
            "x.a.AQEBAQEBAQEBAQEB.AQ",
            "1.a.AQEBAQEBAQEBAQEB.AQ.AQ",
        ] {
            assert_eq!(
                text.parse::<Sealed>().unwrap_err(),
                SealError::Malformed,
                "{text}"
            );
        }
    }
}

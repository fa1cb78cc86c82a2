//! A public SSH key, taken apart far enough to know that it is one.
//!
//! Only what OpenSSH calls a public key comes through: whatever is secret cannot have this shape.

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Refusal;
use super::names::text;
use crate::limits;

text! {
    /// `algorithm base64 comment` on one line; the comment may be missing.
    SshPublicKey, canonical
}

impl SshPublicKey {
    /// The algorithm, for instance `ssh-ed25519`.
    pub fn algorithm(&self) -> &str {
        self.as_str().split(' ').next().unwrap_or_default()
    }

    /// Whose key it is, in the words of its owner; may be empty.
    pub fn comment(&self) -> &str {
        self.as_str().splitn(3, ' ').nth(2).unwrap_or_default()
    }
}

fn canonical(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.starts_with("-----BEGIN") {
        return Err(Refusal::new(
            "This is a private key, which nobody else should ever have.",
            "Paste the file whose name ends in `.pub`.",
        ));
    }
    let mut words = text.splitn(3, ' ');
    let (Some(algorithm), Some(encoded)) = (words.next(), words.next()) else {
        return Err(unreadable());
    };
    let algorithm: Algorithm = algorithm.parse()?;
    let blob = STANDARD.decode(encoded).map_err(|_| unreadable())?;
    algorithm.check(&blob)?;
    let comment = words.next().unwrap_or_default().trim();
    check_comment(comment)?;
    let key = format!("{} {encoded}", algorithm.as_str());
    Ok(if comment.is_empty() {
        key
    } else {
        format!("{key} {comment}")
    })
}

fn unreadable() -> Refusal {
    Refusal::new(
        "An SSH key is one line: algorithm, base64 and a comment.",
        "It is the content of a file whose name ends in `.pub`.",
    )
}

fn check_comment(comment: &str) -> Result<(), Refusal> {
    let plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
    if comment.len() <= limits::SSH_COMMENT_CHARS_MAX && comment.bytes().all(plain) {
        return Ok(());
    }
    Err(Refusal::new(
        format!(
            "The comment of an SSH key has at most {} plain ASCII characters, without quotes and backslashes.",
            limits::SSH_COMMENT_CHARS_MAX
        ),
        "Shorten it: it is for people only.",
    ))
}

/// The kinds of keys that OpenSSH makes by itself and that Exoscale takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Ed25519,
    EcdsaP256,
    EcdsaP384,
    EcdsaP521,
    Rsa,
}

impl Algorithm {
    const ALL: &'static [Self] = &[
        Self::Ed25519,
        Self::EcdsaP256,
        Self::EcdsaP384,
        Self::EcdsaP521,
        Self::Rsa,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Ed25519 => "ssh-ed25519",
            Self::EcdsaP256 => "ecdsa-sha2-nistp256",
            Self::EcdsaP384 => "ecdsa-sha2-nistp384",
            Self::EcdsaP521 => "ecdsa-sha2-nistp521",
            Self::Rsa => "ssh-rsa",
        }
    }

    /// The decoded part must say the same algorithm, hold a key of the right size, and end there.
    fn check(self, blob: &[u8]) -> Result<(), Refusal> {
        let damaged = || {
            Refusal::new(
                "The base64 part does not hold a key of the algorithm before it.",
                "A part of it may be missing: copy the whole line.",
            )
        };
        let (inner, rest) = chunk(blob).ok_or_else(damaged)?;
        if inner != self.as_str().as_bytes() {
            return Err(damaged());
        }
        match self {
            Self::Ed25519 => ed25519(rest).ok_or_else(damaged),
            Self::EcdsaP256 => ecdsa(rest, b"nistp256", 65).ok_or_else(damaged),
            Self::EcdsaP384 => ecdsa(rest, b"nistp384", 97).ok_or_else(damaged),
            Self::EcdsaP521 => ecdsa(rest, b"nistp521", 133).ok_or_else(damaged),
            Self::Rsa => check_rsa_bits(rsa_bits(rest).ok_or_else(damaged)?),
        }
    }
}

impl FromStr for Algorithm {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|known| known.as_str() == text)
            .ok_or_else(|| {
                let known: Vec<&str> = Self::ALL.iter().map(|known| known.as_str()).collect();
                Refusal::new(
                    format!(
                        "An SSH key begins with its algorithm: {}.",
                        known.join(", ")
                    ),
                    "`ssh-keygen -t ed25519` makes the shortest and best of them.",
                )
            })
    }
}

fn check_rsa_bits(bits: usize) -> Result<(), Refusal> {
    if (limits::SSH_RSA_BITS_MIN..=limits::SSH_RSA_BITS_MAX).contains(&bits) {
        return Ok(());
    }
    Err(Refusal::new(
        format!(
            "An RSA key has {} to {} bits.",
            limits::SSH_RSA_BITS_MIN,
            limits::SSH_RSA_BITS_MAX
        ),
        "`ssh-keygen -t ed25519` makes a shorter and better key.",
    ))
}

/// The first length-prefixed string of the wire format (RFC 4251, section 5), and what follows.
fn chunk(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

fn ed25519(bytes: &[u8]) -> Option<()> {
    let (point, rest) = chunk(bytes)?;
    (point.len() == 32 && rest.is_empty()).then_some(())
}

fn ecdsa(bytes: &[u8], curve: &[u8], point_bytes: usize) -> Option<()> {
    let (inner, rest) = chunk(bytes)?;
    let (point, rest) = chunk(rest)?;
    let uncompressed = point.first() == Some(&4) && point.len() == point_bytes;
    (inner == curve && uncompressed && rest.is_empty()).then_some(())
}

/// The size of an RSA modulus.
fn rsa_bits(bytes: &[u8]) -> Option<usize> {
    let (exponent, rest) = chunk(bytes)?;
    let (modulus, rest) = chunk(rest)?;
    // A positive number whose first bit is set has a zero byte before it (RFC 4251, `mpint`).
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let first = modulus.first().filter(|first| **first != 0)?;
    let sound = rest.is_empty() && (1..=8).contains(&exponent.len());
    let unused = usize::try_from(first.leading_zeros()).ok()?;
    modulus
        .len()
        .checked_mul(8)?
        .checked_sub(unused)
        .filter(|_| sound)
}

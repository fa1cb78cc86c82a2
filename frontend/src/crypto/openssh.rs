//! The files of OpenSSH: a public key's line and a private key's `openssh-key-v1`, for Ed25519 without a passphrase.
//! The format is `PROTOCOL.key` in OpenSSH's source.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const ALGORITHM: &[u8] = b"ssh-ed25519";

/// A key pair, and four random bytes by which a reader notices a wrong passphrase.
pub(super) struct Pair<'a> {
    pub(super) public: &'a [u8],
    pub(super) seed: &'a [u8],
    pub(super) check: [u8; 4],
}

impl Pair<'_> {
    /// The private key's file.
    pub(super) fn private_file(&self, comment: &str) -> String {
        let mut file = b"openssh-key-v1\0".to_vec();
        // No cipher, no key derivation and none of its options: the file is as secret as the key.
        for part in [b"none".as_slice(), b"none", b""] {
            put(&mut file, part);
        }
        file.extend(1_u32.to_be_bytes());
        put(&mut file, &public_blob(self.public));
        put(&mut file, &self.private_section(comment));
        pem("OPENSSH PRIVATE KEY", 70, &file)
    }

    fn private_section(&self, comment: &str) -> Vec<u8> {
        let mut section = [self.check, self.check].concat();
        put(&mut section, ALGORITHM);
        put(&mut section, self.public);
        put(&mut section, &[self.seed, self.public].concat());
        put(&mut section, comment.as_bytes());
        let padding = (1_u8..).take(
            section
                .len()
                .next_multiple_of(8)
                .saturating_sub(section.len()),
        );
        section.extend(padding);
        section
    }
}

/// The public key's line.
pub(super) fn public_line(public: &[u8], comment: &str) -> String {
    format!(
        "ssh-ed25519 {} {comment}",
        STANDARD.encode(public_blob(public))
    )
}

fn public_blob(public: &[u8]) -> Vec<u8> {
    let mut blob = Vec::new();
    put(&mut blob, ALGORITHM);
    put(&mut blob, public);
    blob
}

/// A string of RFC 4251: its length, then its bytes.
fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend(u32::try_from(bytes.len()).unwrap_or_default().to_be_bytes());
    out.extend(bytes);
}

/// Bytes in PEM, so many characters a line.
pub(super) fn pem(label: &str, width: usize, bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(width)
        .filter_map(|line| str::from_utf8(line).ok())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    use std::process::Command;

    use super::{Pair, public_line};

    /// RFC 8032, section 7.1, test 1.
    const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect()
    }

    #[test]
    fn ssh_keygen_reads_the_private_file_and_finds_the_same_public_key() {
        let (public, seed) = (bytes(PUBLIC), bytes(SEED));
        for comment in ["slipway-demo", "", "seven77"] {
            let path = std::env::temp_dir().join(format!(
                "slipway-openssh-{}-{}",
                std::process::id(),
                comment.len()
            ));
            let mut file = std::fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&path)
                .unwrap();
            let pair = Pair {
                public: &public,
                seed: &seed,
                check: [1, 2, 3, 4],
            };
            file.write_all(pair.private_file(comment).as_bytes())
                .unwrap();
            let told = Command::new("ssh-keygen")
                .arg("-y")
                .arg("-f")
                .arg(&path)
                .output()
                .unwrap();
            std::fs::remove_file(&path).unwrap();
            assert!(
                told.status.success(),
                "{}",
                String::from_utf8_lossy(&told.stderr)
            );
            assert_eq!(
                String::from_utf8_lossy(&told.stdout).trim(),
                public_line(&public, comment).trim()
            );
        }
    }

    #[test]
    fn the_spec_takes_the_public_line() {
        let line = public_line(&bytes(PUBLIC), "slipway-demo");
        let key: shared::spec::SshPublicKey = line.parse().unwrap();
        assert_eq!(
            (key.algorithm(), key.comment()),
            ("ssh-ed25519", "slipway-demo")
        );
    }
}

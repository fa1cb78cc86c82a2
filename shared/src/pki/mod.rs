//! The cluster's keys and certificates, P-256 throughout. Randomness and time come in as arguments,
//! and signatures are deterministic (RFC 6979), so the same inputs always make the same certificate.

mod admin;
mod authority;
mod certificate;
mod key;
mod kubeconfig;
#[cfg(test)]
pub(crate) mod programs;
mod token;
mod verify;

pub use admin::{
    ADMIN_GROUP, AdminPublicKey, AdminPublicKeyError, AdminRequest, admin_certificate,
};
pub use authority::{Authority, authority, ca_hash};
pub use key::{ServiceAccountKeys, service_account_key_pair};
pub use kubeconfig::{Kubeconfig, KubeconfigError};
pub use token::{hash_hex, hash_matches, join_token, ticket};
pub use verify::is_certified;

use thiserror::Error;

/// Why a key or certificate could not be made.
#[derive(Debug, Error)]
pub enum PkiError {
    /// A common name is ASCII letters, digits, `-`, `.` and `:`, at most 64 of them.
    #[error("{0:?} is not a common name we would sign")]
    CommonName(String),
    /// A certificate must last for some time.
    #[error("a certificate must last for at least one hour")]
    Lifetime,
    /// The randomness gave no key in 256 tries: it is not random.
    #[error("no private key can be made of this randomness")]
    Randomness,
    /// A PEM that should be ours is not.
    #[error("a {what} cannot be read")]
    Unreadable {
        /// Which one.
        what: &'static str,
    },
    /// The encoder refused.
    #[error("the certificate cannot be encoded")]
    Encoding(#[from] x509_cert::der::Error),
    /// The builder refused.
    #[error("the certificate cannot be built")]
    Building(#[from] x509_cert::builder::Error),
}

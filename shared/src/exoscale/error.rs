//! What can go wrong with one call, and whether asking again can help.

use serde::{Deserialize, Serialize};

/// Why a call has no usable reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum CallError {
    /// No answer came back. The request may have been carried out.
    #[error("no answer from Exoscale: {why}")]
    Lost {
        /// What the network said.
        why: String,
    },
    /// Exoscale answered with an error.
    #[error("Exoscale answered {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Exoscale's own words.
        message: String,
    },
    /// An operation was accepted and then failed.
    #[error("the operation failed ({reason}): {message}")]
    Failed {
        /// Exoscale's reason, such as `busy` or `conflict`.
        reason: String,
        /// Exoscale's own words.
        message: String,
    },
    /// An answer that cannot be read.
    #[error("an answer that makes no sense: {why}")]
    Unreadable {
        /// What was expected.
        why: String,
    },
    /// The request could not be built: a secret it needs is gone.
    #[error("the request could not be made: {why}")]
    Unmade {
        /// What was missing.
        why: String,
    },
}

/// What to do after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Ask again after a pause: nothing has happened.
    Again,
    /// It may have happened: look before doing anything else.
    Look,
    /// It is gone, or was never there.
    Gone,
    /// Asking again cannot help.
    Never,
}

impl CallError {
    /// What to do after this error, for a call that changes something.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Lost { .. } | Self::Unreadable { .. } => Retry::Look,
            Self::Unmade { .. } => Retry::Never,
            Self::Refused { status, message } => retry_status(*status, message),
            Self::Failed { reason, .. } => match reason.as_str() {
                "not-found" => Retry::Gone,
                // `partial` and `unknown` leave the outcome open; a busy platform may still have acted.
                "busy" | "conflict" | "interrupted" | "partial" | "unavailable" | "unknown" => {
                    Retry::Look
                }
                _ => Retry::Never,
            },
        }
    }

    /// Whether the platform said that the credentials themselves are bad.
    pub fn is_credentials(&self) -> bool {
        matches!(self, Self::Refused { status: 403, message } if !is_lock(message) && !is_denial(message))
    }

    /// Whether asking again cannot bring another answer.
    pub fn is_final(&self) -> bool {
        matches!(self.retry(), Retry::Never | Retry::Gone)
    }

    /// Whether a role's policy said no.
    pub fn is_denial(&self) -> bool {
        matches!(self, Self::Refused { status: 403, message } if is_denial(message) && !is_lock(message))
    }
}

fn retry_status(status: u16, message: &str) -> Retry {
    match status {
        404 => Retry::Gone,
        // A lock lingers for seconds after the resource that held it is gone.
        403 if is_lock(message) => Retry::Again,
        // Still in use by something that is being removed.
        412 => Retry::Again,
        // A name that is taken may be taken by our own lost request.
        409 if message.contains("already") => Retry::Look,
        409 if message.contains("busy") || message.contains("being") => Retry::Again,
        // Not documented as "nothing was done", so it is treated as unknown.
        429 | 500..=599 => Retry::Look,
        _ => Retry::Never,
    }
}

fn is_lock(message: &str) -> bool {
    message.contains("Locked by") || message.contains("is locked")
}

fn is_denial(message: &str) -> bool {
    message.contains("Forbidden by") || message.contains("policy")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, message: &str) -> CallError {
        CallError::Refused {
            status,
            message: message.to_owned(),
        }
    }

    #[test]
    fn a_403_is_not_always_the_key() {
        let lock =
            "Operation destroyInstancePool on resource x is forbidden - reason: Locked by NLB y";
        assert!(!refused(403, lock).is_credentials());
        assert_eq!(refused(403, lock).retry(), Retry::Again);
        assert!(refused(403, "Invalid request signature").is_credentials());
        assert_eq!(
            refused(403, "Invalid request signature").retry(),
            Retry::Never
        );
    }

    #[test]
    fn a_lost_reply_is_not_a_failure() {
        assert_eq!(
            CallError::Lost {
                why: "timeout".into()
            }
            .retry(),
            Retry::Look
        );
        assert_eq!(refused(503, "").retry(), Retry::Look);
        assert_eq!(refused(400, "bad").retry(), Retry::Never);
    }
}

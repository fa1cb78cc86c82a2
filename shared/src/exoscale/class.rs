//! What kind of trouble an error is: who can mend it, and what that person does next. A 403 is not always the key.

use serde::{Deserialize, Serialize};

use super::CallError;

/// A kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The key or its secret is wrong, disabled or gone.
    Unauthenticated,
    /// The key is right, and its role says no.
    Unauthorised,
    /// The organisation may not have more of it.
    Quota,
    /// The zone has no more of it now.
    Capacity,
    /// Too many requests.
    RateLimited,
    /// Something else is being done to the same thing.
    Conflict,
    /// Something else that it needs, or that still needs it.
    Dependency,
    /// What was asked for cannot be.
    Configuration,
    /// Exoscale did not answer, or not in time, or not sensibly.
    Platform,
    /// A machine of the cluster did not do its part.
    Machine,
    /// A mistake of ours.
    Ours,
}

/// Who can mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mender {
    /// Whoever started the run.
    You,
    /// Whoever administers the organisation.
    Administrator,
    /// Exoscale; waiting helps.
    Exoscale,
    /// Whoever makes Slipway.
    Us,
}

impl Class {
    /// Who can mend it.
    pub const fn mender(self) -> Mender {
        match self {
            Self::Unauthenticated
            | Self::Conflict
            | Self::Dependency
            | Self::Configuration
            | Self::Machine => Mender::You,
            Self::Unauthorised | Self::Quota => Mender::Administrator,
            Self::Capacity | Self::RateLimited | Self::Platform => Mender::Exoscale,
            Self::Ours => Mender::Us,
        }
    }

    /// The one next action.
    pub const fn next(self) -> &'static str {
        match self {
            Self::Unauthenticated => {
                "Check that the key exists, is enabled and that its secret is right."
            }
            Self::Unauthorised => {
                "Give the key's role the operation that is named, or use another key."
            }
            Self::Quota => "Ask Exoscale for a higher quota, or make the cluster smaller.",
            Self::Capacity => "Choose another zone or instance type, or try again later.",
            Self::RateLimited => "Wait a few minutes, then try again.",
            Self::Conflict => "Wait until what else is done to it has ended, then try again.",
            Self::Dependency => {
                "Look at what is named: something that it needs is missing, or something still needs it."
            }
            Self::Configuration => "Change what Exoscale names, then try again.",
            Self::Platform => "Try again later; the platform's status page may know more.",
            Self::Machine => {
                "Look at what the machine said last; its whole log is in /var/log/slipway-bootstrap.log there."
            }
            Self::Ours => {
                "Try again; if it fails in the same way, it is a mistake of ours: tell us."
            }
        }
    }
}

impl CallError {
    /// What kind of trouble it is.
    pub fn class(&self) -> Class {
        match self {
            Self::Lost { .. } | Self::Unreadable { .. } => Class::Platform,
            Self::Unmade { .. } => Class::Ours,
            Self::Refused { .. } if self.is_denial() => Class::Unauthorised,
            Self::Refused { .. } if self.is_credentials() => Class::Unauthenticated,
            Self::Refused { message, .. } | Self::Failed { message, .. }
                if says(message, &["quota"]) =>
            {
                Class::Quota
            }
            Self::Refused { message, .. } | Self::Failed { message, .. }
                if says(message, NO_ROOM) =>
            {
                Class::Capacity
            }
            Self::Refused { status, .. } => match status {
                // What is left of 403 after denials and bad credentials is a lock.
                403 | 404 | 412 => Class::Dependency,
                409 => Class::Conflict,
                429 => Class::RateLimited,
                500.. => Class::Platform,
                _ => Class::Configuration,
            },
            Self::Failed { reason, .. } => match reason.as_str() {
                "forbidden" => Class::Unauthorised,
                "unavailable" => Class::Capacity,
                "busy" | "conflict" => Class::Conflict,
                "not-found" => Class::Dependency,
                "incorrect" | "unsupported" => Class::Configuration,
                _ => Class::Platform,
            },
        }
    }
}

/// How platforms say that there is none left.
const NO_ROOM: &[&str] = &[
    "capacity",
    "no host",
    "not enough",
    "insufficient",
    "out of stock",
];

fn says(message: &str, words: &[&str]) -> bool {
    let message = message.to_lowercase();
    words.iter().any(|word| message.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, message: &str) -> Class {
        CallError::Refused {
            status,
            message: message.to_owned(),
        }
        .class()
    }

    fn failed(reason: &str, message: &str) -> Class {
        CallError::Failed {
            reason: reason.to_owned(),
            message: message.to_owned(),
        }
        .class()
    }

    #[test]
    fn each_trouble_has_its_class() {
        for (class, expected) in [
            (
                refused(403, "Invalid request signature"),
                Class::Unauthenticated,
            ),
            (
                refused(
                    403,
                    "Forbidden by role policy for compute - No rule matched",
                ),
                Class::Unauthorised,
            ),
            (
                refused(403, "Operation x is forbidden - reason: Locked by NLB y"),
                Class::Dependency,
            ),
            (refused(409, "Quota exceeded for instance"), Class::Quota),
            (refused(409, "instance is busy"), Class::Conflict),
            (refused(412, "Private network is in use"), Class::Dependency),
            (refused(429, ""), Class::RateLimited),
            (refused(503, ""), Class::Platform),
            (refused(400, "size"), Class::Configuration),
            (failed("unavailable", ""), Class::Capacity),
            (failed("unknown", "not enough capacity"), Class::Capacity),
            (failed("conflict", ""), Class::Conflict),
            (failed("timeout", ""), Class::Platform),
        ] {
            assert_eq!(class, expected);
        }
    }

    #[test]
    fn everybody_has_something_to_do() {
        assert_eq!(Class::Unauthorised.mender(), Mender::Administrator);
        assert_eq!(Class::Unauthenticated.mender(), Mender::You);
        assert_eq!(Class::Capacity.mender(), Mender::Exoscale);
        assert_eq!(Class::Ours.mender(), Mender::Us);
        assert!(Class::Dependency.next().ends_with('.'));
    }
}

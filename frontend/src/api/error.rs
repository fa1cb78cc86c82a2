//! Why a request came to nothing, in words for a person.

use serde::Deserialize;
use shared::spec::Problem;

use crate::strings::api as t;

/// Why a request came to nothing.
#[derive(Clone, Debug)]
pub enum ApiError {
    /// No answer came back.
    NoAnswer,
    /// The answer makes no sense: page and Worker are of different versions.
    Unreadable,
    /// The launcher says no.
    Refused(Box<Refusal>),
}

/// A refusal in the launcher's words.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// What it says.
    pub said: Said,
}

/// The body of a refusal.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Said {
    /// From a short fixed list.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// What it is about.
    pub field: Option<String>,
    /// What is wrong with a spec.
    pub problems: Vec<Problem>,
}

impl ApiError {
    pub(super) fn refused(status: u16, text: &str) -> Self {
        let said = super::from_text(text).unwrap_or_default();
        Self::Refused(Box::new(Refusal { status, said }))
    }

    /// The account's credentials are missing.
    pub fn about_credentials(message: &str) -> Self {
        let said = Said {
            message: message.to_owned(),
            field: Some("credentials".to_owned()),
            ..Said::default()
        };
        Self::Refused(Box::new(Refusal { status: 403, said }))
    }

    /// What happened.
    pub fn message(&self) -> String {
        match self {
            Self::NoAnswer => t::NO_ANSWER.shown().to_owned(),
            Self::Unreadable => t::UNREADABLE.shown().to_owned(),
            Self::Refused(refusal) if refusal.said.message.is_empty() => t::refused(refusal.status),
            Self::Refused(refusal) => refusal.said.message.clone(),
        }
    }

    /// What to do about it; may be empty.
    pub fn hint(&self) -> String {
        match self {
            Self::NoAnswer => t::NO_ANSWER_HINT.shown().to_owned(),
            Self::Unreadable => t::UNREADABLE_HINT.shown().to_owned(),
            Self::Refused(refusal) => refusal.said.hint.clone(),
        }
    }

    /// Whether it has this code.
    pub fn is(&self, code: &str) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.said.code == code)
    }

    /// Whether the credentials are at fault.
    pub fn is_about_credentials(&self) -> bool {
        // An unreachable origin concerns real keys only, and yet no other key would help.
        let about = |refusal: &Refusal| refusal.said.field.as_deref() == Some("credentials");
        !self.is("origin_unreachable") && matches!(self, Self::Refused(refusal) if about(refusal))
    }

    /// What is wrong with the spec.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Refused(refusal) => &refusal.said.problems,
            Self::NoAnswer | Self::Unreadable => &[],
        }
    }

    /// Whether asking once more later may help.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::NoAnswer => true,
            Self::Unreadable => false,
            Self::Refused(refusal) => refusal.status >= 500 || refusal.status == 429,
        }
    }
}

//! What is wrong with a spec: where, what stands there, what is required, and how to mend it.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::limits;

/// One thing to mend before a spec is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where, for instance `pools[0].max`; empty for the spec as a whole.
    pub field: String,
    /// What stands there, shortened; empty where it may be a secret in the wrong place.
    pub value: String,
    /// What is required, as a sentence.
    pub rule: String,
    /// How to get there; may be empty.
    pub hint: String,
}

impl Problem {
    pub(super) fn new(field: impl Into<String>, value: &Value, refusal: Refusal) -> Self {
        let problem = Self::hiding(field, refusal);
        // Whoever pastes the wrong file must not find it again in an answer or a log.
        let secret = value
            .as_str()
            .is_some_and(|text| text.contains("PRIVATE KEY"));
        if secret {
            problem
        } else {
            Self {
                value: shortened(value),
                ..problem
            }
        }
    }

    /// A problem that does not repeat the value.
    pub(crate) fn hiding(field: impl Into<String>, refusal: Refusal) -> Self {
        Self {
            field: field.into(),
            value: String::new(),
            rule: refusal.rule,
            hint: refusal.hint,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = if self.field.is_empty() {
            "the spec"
        } else {
            &self.field
        };
        let rule = &self.rule;
        if self.value.is_empty() {
            write!(f, "{field}: {rule}")?;
        } else {
            write!(f, "{field} (now {}): {rule}", self.value)?;
        }
        if !self.hint.is_empty() {
            write!(f, " {}", self.hint)?;
        }
        Ok(())
    }
}

/// Why a value was refused, before it is known where it stood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule} {hint}")]
pub struct Refusal {
    /// What is required, as a sentence.
    pub rule: String,
    /// How to get there; may be empty.
    pub hint: String,
}

impl Refusal {
    pub(crate) fn new(rule: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            rule: rule.into(),
            hint: hint.into(),
        }
    }
}

/// A value as a person may see it in a message: one line, not too long.
fn shortened(value: &Value) -> String {
    let mut start = Start::default();
    // What does not fit stops the writer, however much there is of it.
    let written = match value.as_str() {
        Some(text) => start.write_str(text),
        None => write!(start, "{value}"),
    };
    let dots = if written.is_err() { "…" } else { "" };
    format!("{}{dots}", start.text)
}

/// Takes as many letters as a problem repeats, and refuses the next.
#[derive(Default)]
struct Start {
    text: String,
    letters: usize,
}

impl fmt::Write for Start {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        for letter in more.chars() {
            if self.letters == limits::PROBLEM_VALUE_CHARS_MAX {
                return Err(fmt::Error);
            }
            let visible = if letter.is_control() {
                '\u{fffd}'
            } else {
                letter
            };
            self.text.push(visible);
            self.letters = self.letters.saturating_add(1);
        }
        Ok(())
    }
}

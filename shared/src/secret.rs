//! A value that must not be shown: it prints as `[redacted]` and cannot be serialised.
//! It does not wipe memory; what must not outlive a run is sealed (`seal.rs`) and shredded instead.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// Holds a secret. There is no `Display` and no `Serialize`; [`Secret::expose`] is the only door.
#[derive(Clone, Default)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Takes a value into custody.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Search for this word to find every place where a secret is used.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Turns one secret into another (bytes into text, say) without letting it out between.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Secret<U> {
        Secret(change(self.0))
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[redacted]")
    }
}

/// Request bodies parse straight into a secret, so that no plain copy has a name.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        T::deserialize(input).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Body {
        key: String,
        secret: Secret<String>,
    }

    #[test]
    fn debug_shows_nothing_however_deep() {
        let body: Body = serde_json::from_str(r#"{"key":"EXO1","secret":"hunter2"}"#).unwrap();
        let shown = format!("{:?} {:#?}", body, vec![Some(&body)]);
        assert!(shown.contains("EXO1") && shown.contains("[redacted]"));
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(body.key, "EXO1");
        assert_eq!(body.secret.expose(), "hunter2");
    }
}

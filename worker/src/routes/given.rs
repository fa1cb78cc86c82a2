//! A key and its secret as a request gives them: looked at once, before anything is done with them.

use serde::Deserialize;
use shared::exoscale::Credentials;
use shared::secret::Secret;
use worker::Env;

use super::sandbox::offered;
use crate::answer::Failure;

/// As they come.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    key: String,
    secret: Secret<String>,
}

impl Given {
    /// The credentials, if they can be some at all. A key of the sandbox's is none where there is no sandbox.
    pub(super) fn checked(&self, env: &Env) -> Result<Credentials, Failure> {
        if !self.looks_right() {
            let hint = "A key begins with EXO; its secret was shown once, when the key was made.";
            let failure = Failure::bad_request("this is no Exoscale key and secret", hint);
            return Err(failure.about("credentials"));
        }
        if sandbox::account_of(&self.key).is_some() {
            offered(env)?;
        }
        Ok(Credentials {
            key: self.key.clone(),
            secret: self.secret.clone(),
        })
    }

    /// The key goes into a header and may name an account of the sandbox's; the secret only ever signs.
    fn looks_right(&self) -> bool {
        let Self { key, secret } = self;
        let is_word = key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_key = key.starts_with("EXO") && key.len() <= KEY_CHARS_MAX && is_word;
        is_key && (1..=SECRET_BYTES_MAX).contains(&secret.expose().len())
    }
}

/// More than twice as long as any key that we have seen …
const KEY_CHARS_MAX: usize = 64;

/// … and as any secret.
const SECRET_BYTES_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn looks_right(key: &str, secret: &str) -> bool {
        let secret = Secret::new(secret.to_owned());
        Given {
            key: key.to_owned(),
            secret,
        }
        .looks_right()
    }

    #[test]
    fn only_what_can_be_a_key_and_a_secret_goes_on() {
        let secret = "x".repeat(43);
        assert!(looks_right("EXO0123456789abcdef01234567", &secret));
        for key in [
            "",
            "me",
            "exo1",
            "EXO1\r\nx-a: b",
            "EXO1,expires=9",
            "EXOé",
            &"EXO".repeat(22),
        ] {
            assert!(!looks_right(key, &secret), "{key}");
        }
        assert!(!looks_right("EXO1", "") && !looks_right("EXO1", &"x".repeat(129)));
    }
}

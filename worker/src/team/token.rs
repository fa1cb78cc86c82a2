//! The word of Cloudflare Access, a JSON Web Token: read strictly, and judged without its signature. Only a token that
//! is meant for us, now, by a key that has a name, is worth a signature's verification.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use thiserror::Error;

/// Why nobody is let in on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum Refused {
    #[error("nobody has logged in for this request")]
    Missing,
    #[error("the login cannot be read")]
    Malformed,
    #[error("the login is signed in another way than Cloudflare Access does")]
    Algorithm,
    #[error("the login is by another team")]
    Issuer,
    #[error("the login is for another application")]
    Audience,
    #[error("the login has expired")]
    Expired,
    #[error("the login is for a later time")]
    Early,
    #[error("the login is signed by a key that the team does not have")]
    Key,
    #[error("the login's signature is wrong")]
    Signature,
}

/// A token that has been read. Nothing in it has been verified.
#[derive(Debug)]
pub(super) struct Token<'a> {
    /// What the signature is over.
    pub(super) signed: &'a str,
    pub(super) signature: Vec<u8>,
    /// The name of the key.
    pub(super) key_id: String,
    claims: Claims,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    kid: String,
    /// Extensions that whoever reads the token has to understand: none is.
    #[serde(default)]
    crit: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    exp: u64,
    nbf: u64,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl<'a> Token<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Refused> {
        if text.len() > BYTES_MAX {
            return Err(Refused::Malformed);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Refused::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(Refused::Malformed)?;
        let Header { alg, kid, crit } = part(header)?;
        // The algorithm is ours to choose: a token only gets to agree.
        if alg != ALGORITHM || crit.is_some() {
            return Err(Refused::Algorithm);
        }
        if kid.is_empty() || kid.len() > KEY_ID_BYTES_MAX {
            return Err(Refused::Malformed);
        }
        Ok(Self {
            signed,
            signature: bytes(signature)?,
            key_id: kid,
            claims: part(claims)?,
        })
    }

    /// Whether it is by this team, for this application, and good at this second.
    pub(super) fn check(&self, issuer: &str, audience: &str, now_s: u64) -> Result<(), Refused> {
        let claims = &self.claims;
        if claims.iss != issuer {
            return Err(Refused::Issuer);
        }
        let is_meant = match &claims.aud {
            Audience::One(one) => one == audience,
            Audience::Several(several) => several.iter().any(|one| one == audience),
        };
        if !is_meant {
            return Err(Refused::Audience);
        }
        if now_s >= claims.exp {
            return Err(Refused::Expired);
        }
        if claims.nbf > now_s.saturating_add(SKEW_S) {
            return Err(Refused::Early);
        }
        Ok(())
    }
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, Refused> {
    serde_json::from_slice(&bytes(text)?).map_err(|_| Refused::Malformed)
}

/// Another dot, a padding or a stray bit is no base64url, so that there is one way to write a token.
fn bytes(text: &str) -> Result<Vec<u8>, Refused> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Refused::Malformed)
}

/// RSASSA-PKCS1-v1_5 with SHA-256, the only one that Access uses.
pub(super) const ALGORITHM: &str = "RS256";

/// Access's are about a kilobyte; groups of an identity provider can make them longer.
const BYTES_MAX: usize = 16 * 1024;

/// Access's have 64 characters.
pub(super) const KEY_ID_BYTES_MAX: usize = 256;

/// So far two clocks may be apart.
const SKEW_S: u64 = 30;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const TEAM: &str = "https://team.cloudflareaccess.com";
    const NOW: u64 = 1_795_000_000;

    fn token(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!(
            "{}.{}.{}",
            part(header),
            part(claims),
            URL_SAFE_NO_PAD.encode("signature")
        )
    }

    fn header() -> Value {
        json!({ "alg": "RS256", "kid": "k1", "typ": "JWT" })
    }

    fn claims() -> Value {
        json!({ "aud": ["app"], "iss": TEAM, "exp": NOW + 60, "nbf": NOW - 60, "iat": NOW - 60,
            "email": "somebody@example.com", "type": "app", "sub": "1", "country": "CH" })
    }

    fn with(mut value: Value, name: &str, to: Value) -> Value {
        value[name] = to;
        value
    }

    fn judged(header: &Value, claims: &Value) -> Result<(), Refused> {
        let text = token(header, claims);
        Token::parse(&text)?.check(TEAM, "app", NOW)
    }

    #[test]
    fn the_word_of_access_is_read() {
        let text = token(&header(), &claims());
        let read = Token::parse(&text).unwrap();
        assert_eq!(read.check(TEAM, "app", NOW), Ok(()));
        assert_eq!(
            (read.key_id.as_str(), read.signature.as_slice()),
            ("k1", &b"signature"[..])
        );
        assert_eq!(format!("{}.c2lnbmF0dXJl", read.signed), text);
        assert_eq!(
            judged(&header(), &with(claims(), "aud", json!("app"))),
            Ok(())
        );
    }

    #[test]
    fn no_other_algorithm_is_talked_into() {
        for other in ["none", "None", "", "HS256", "RS512", "ES256", "rs256"] {
            let header = with(header(), "alg", json!(other));
            assert_eq!(
                judged(&header, &claims()),
                Err(Refused::Algorithm),
                "{other}"
            );
        }
        let critical = with(header(), "crit", json!(["b64"]));
        assert_eq!(judged(&critical, &claims()), Err(Refused::Algorithm));
    }

    #[test]
    fn every_claim_counts() {
        for (name, to, why) in [
            (
                "iss",
                json!("https://other.cloudflareaccess.com"),
                Refused::Issuer,
            ),
            ("iss", json!(format!("{TEAM}/")), Refused::Issuer),
            ("aud", json!(["other"]), Refused::Audience),
            ("aud", json!([]), Refused::Audience),
            ("aud", json!("application"), Refused::Audience),
            ("exp", json!(NOW), Refused::Expired),
            ("exp", json!(0), Refused::Expired),
            ("nbf", json!(NOW + 31), Refused::Early),
            ("exp", json!("2100-01-01"), Refused::Malformed),
            ("exp", json!(-1), Refused::Malformed),
            ("exp", json!(1e300), Refused::Malformed),
            ("aud", json!({ "app": 1 }), Refused::Malformed),
        ] {
            assert_eq!(
                judged(&header(), &with(claims(), name, to.clone())),
                Err(why),
                "{name} {to}"
            );
        }
        for name in ["iss", "aud", "exp", "nbf"] {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(name);
            assert_eq!(
                judged(&header(), &claims),
                Err(Refused::Malformed),
                "{name}"
            );
        }
    }

    #[test]
    fn there_is_one_way_to_write_a_token() {
        let text = token(&header(), &claims());
        let parts: Vec<&str> = text.split('.').collect();
        let double = r#"{"alg":"none","alg":"RS256","kid":"k1"}"#;
        for wrong in [
            String::new(),
            "..".to_owned(),
            parts[..2].join("."),
            format!("{text}.{}", parts[2]),
            format!("{text}="),
            format!(" {text}"),
            format!("Bearer {text}"),
            format!(
                "{}.{}",
                URL_SAFE_NO_PAD.encode(double),
                parts[1..].join(".")
            ),
            format!("{}.{}", URL_SAFE_NO_PAD.encode("[]"), parts[1..].join(".")),
            token(&with(header(), "kid", json!("")), &claims()),
            token(&with(header(), "kid", json!("k".repeat(257))), &claims()),
            format!("{}.{}.{}", parts[0], "A".repeat(BYTES_MAX), parts[2]),
        ] {
            assert_eq!(
                Token::parse(&wrong).err(),
                Some(Refused::Malformed),
                "{wrong:.80}"
            );
        }
    }
}

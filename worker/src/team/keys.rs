//! The keys with which a team's Access signs. They change every few weeks, so they are fetched when they are old, or
//! when somebody names one that is not known, but not each time that somebody makes one up.

use std::cell::RefCell;
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::{Either, select};
use js_sys::{Array, Object, Reflect, Uint8Array};
use serde::Deserialize;
use shared::time::Timestamp;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Crypto, CryptoKey, SubtleCrypto};
use worker::{Delay, Fetch, Method, Request, RequestInit, RequestRedirect};

use super::token::{ALGORITHM, KEY_ID_BYTES_MAX, Token};
use crate::answer::Failure;
use crate::config::wall;
use crate::log;

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    id: String,
    modulus: String,
}

/// What was fetched, and when.
#[derive(Clone, Debug, Default)]
struct Known {
    team: String,
    keys: Vec<Key>,
    fetched_at: Timestamp,
    tried_at: Timestamp,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// A team's key of this name, if it has one.
pub(super) async fn find(team: &str, id: &str) -> Result<Option<Key>, Failure> {
    let known = KNOWN.with_borrow(Known::clone);
    let now = wall();
    if known.should_fetch(team, id, now) {
        KNOWN.with_borrow_mut(|known| known.tried_at = now);
        match fetch(team).await {
            Ok(keys) => KNOWN.with_borrow_mut(|known| {
                *known = Known {
                    team: team.to_owned(),
                    keys,
                    fetched_at: now,
                    tried_at: now,
                };
            }),
            Err(why) => log::mistake(&format!("the team's keys could not be fetched: {why}")),
        }
    }
    let known = KNOWN.with_borrow(Known::clone);
    if !known.is_good(team, now) {
        let message = "the login cannot be checked at the moment";
        let hint = "Try again in a moment; if that does not help, ask whoever runs this launcher.";
        return Err(Failure::new(503, "login_unchecked", message, hint).retry_after_s(RETRY_S));
    }
    Ok(known.key(id).cloned())
}

impl Known {
    fn is_good(&self, team: &str, now: Timestamp) -> bool {
        self.team == team && now.since_ms(self.fetched_at) < GOOD_MS
    }

    fn key(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// Whether it is worth asking: nothing good is known, or not this key, and nobody has just asked.
    fn should_fetch(&self, team: &str, id: &str, now: Timestamp) -> bool {
        let is_known = self.is_good(team, now) && self.key(id).is_some();
        let has_just_asked = self.team == team && now.since_ms(self.tried_at) < APART_MS;
        !is_known && !has_just_asked
    }
}

async fn fetch(team: &str) -> Result<Vec<Key>, String> {
    let mut init = RequestInit::new();
    init.with_method(Method::Get)
        .with_redirect(RequestRedirect::Manual);
    let url = format!("{team}/cdn-cgi/access/certs");
    let asked = async {
        let request = Request::new_with_init(&url, &init)?;
        let mut answer = Fetch::Request(request).send().await?;
        Ok::<_, worker::Error>((answer.status_code(), answer.bytes().await?))
    };
    match select(Box::pin(asked), Delay::from(PATIENCE)).await {
        Either::Left((Ok((200, body)), _)) => {
            read(&body).ok_or_else(|| "they cannot be read".to_owned())
        }
        Either::Left((Ok((status, _)), _)) => Err(format!("answered with {status}")),
        Either::Left((Err(error), _)) => Err(error.to_string()),
        Either::Right(_) => Err("no answer in time".to_owned()),
    }
}

#[derive(Deserialize)]
struct Published {
    keys: Vec<PublishedKey>,
}

#[derive(Deserialize)]
struct PublishedKey {
    kid: String,
    kty: String,
    alg: String,
    n: String,
    e: String,
}

/// The keys of a published set that are such as Access uses; nothing if it is no such set.
fn read(body: &[u8]) -> Option<Vec<Key>> {
    if body.len() > BODY_BYTES_MAX {
        return None;
    }
    let published: Published = serde_json::from_slice(body).ok()?;
    let is_ours = |key: &PublishedKey| {
        let bytes = URL_SAFE_NO_PAD
            .decode(&key.n)
            .map_or(0, |bytes| bytes.len());
        key.kty == "RSA"
            && key.alg == ALGORITHM
            && key.e == EXPONENT
            && (MODULUS_BYTES_MIN..=MODULUS_BYTES_MAX).contains(&bytes)
            && key.kid.len() <= KEY_ID_BYTES_MAX
    };
    let ours = published.keys.into_iter().filter(is_ours).take(KEYS_MAX);
    Some(
        ours.map(|key| Key {
            id: key.kid,
            modulus: key.n,
        })
        .collect(),
    )
}

/// Whether a token was signed by this key, as `WebCrypto` says.
pub(super) async fn verifies(key: &Key, token: &Token<'_>) -> Result<bool, Failure> {
    let verified = verify(key, token).await;
    verified.map_err(|error| Failure::internal(&format!("a login could not be checked: {error:?}")))
}

async fn verify(key: &Key, token: &Token<'_>) -> Result<bool, JsValue> {
    let subtle = subtle()?;
    let algorithm = object(&[("name", "RSASSA-PKCS1-v1_5"), ("hash", "SHA-256")])?;
    let public = [
        ("kty", "RSA"),
        ("alg", ALGORITHM),
        ("e", EXPONENT),
        ("n", key.modulus.as_str()),
    ];
    let uses = Array::of1(&"verify".into());
    let imported =
        subtle.import_key_with_object("jwk", &object(&public)?, &algorithm, false, &uses)?;
    let imported: CryptoKey = JsFuture::from(imported).await?.unchecked_into();
    let verified = subtle.verify_with_object_and_js_u8_array_and_js_u8_array(
        &algorithm,
        &imported,
        &Uint8Array::from(token.signature.as_slice()),
        &Uint8Array::from(token.signed.as_bytes()),
    )?;
    Ok(JsFuture::from(verified).await?.is_truthy())
}

fn subtle() -> Result<SubtleCrypto, JsValue> {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into())?;
    Ok(crypto.unchecked_into::<Crypto>().subtle())
}

fn object(fields: &[(&str, &str)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), &(*value).into())?;
    }
    Ok(object)
}

/// 65537, the only public exponent in use.
const EXPONENT: &str = "AQAB";

/// 2048 bits, and 4096.
const MODULUS_BYTES_MIN: usize = 256;
const MODULUS_BYTES_MAX: usize = 512;

/// Access publishes two.
const KEYS_MAX: usize = 16;
const BODY_BYTES_MAX: usize = 256 * 1024;

/// A key that a team has withdrawn is good for this long at most.
const GOOD_MS: u64 = 3_600_000;

/// Whoever makes up names of keys has us ask no more often than this.
const APART_MS: u64 = 5_000;
const RETRY_S: u16 = 5;

/// Cloudflare answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(s: u64) -> Timestamp {
        Timestamp::from_unix_seconds(1_795_000_000 + s)
    }

    #[test]
    fn keys_are_fetched_when_they_are_old_or_unknown_and_not_at_every_guess() {
        let nothing = Known::default();
        assert!(nothing.should_fetch("team", "k1", at(0)) && !nothing.is_good("team", at(0)));
        let known = Known {
            team: "team".to_owned(),
            keys: vec![Key {
                id: "k1".to_owned(),
                modulus: String::new(),
            }],
            fetched_at: at(0),
            tried_at: at(0),
        };
        assert!(!known.should_fetch("team", "k1", at(3_599)));
        assert!(known.should_fetch("team", "k1", at(3_600)) && !known.is_good("team", at(3_600)));
        assert!(!known.should_fetch("team", "guess", at(4)));
        assert!(known.should_fetch("team", "guess", at(5)));
        assert!(known.should_fetch("other", "k1", at(1)) && !known.is_good("other", at(1)));
    }

    #[test]
    fn only_keys_as_access_has_them_are_taken() {
        let good = json!({ "kid": "k1", "kty": "RSA", "alg": "RS256", "use": "sig", "e": "AQAB", "n": "_".repeat(342) });
        let with = |name: &str, to: &str| {
            let mut key = good.clone();
            key[name] = json!(to);
            key
        };
        let read_one = |key| {
            read(
                json!({ "keys": [key], "public_certs": [] })
                    .to_string()
                    .as_bytes(),
            )
        };
        assert_eq!(
            read_one(good.clone()).unwrap().len(),
            0,
            "stray bits are no base64url"
        );
        let good = with("n", &format!("{}w", "_".repeat(341)));
        assert_eq!(read_one(good.clone()).unwrap().len(), 1);
        let with = |name: &str, to: &str| {
            let mut key = good.clone();
            key[name] = json!(to);
            key
        };
        for (name, to) in [
            ("kty", "oct"),
            ("alg", "HS256"),
            ("alg", "none"),
            ("e", "Aw"),
            ("n", "AQAB"),
        ] {
            assert_eq!(read_one(with(name, to)), Some(Vec::new()), "{name} {to}");
        }
        assert_eq!(read(b"<html>"), None);
        assert_eq!(read(&vec![b' '; BODY_BYTES_MAX + 1]), None);
    }
}

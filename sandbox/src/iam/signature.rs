//! `EXO2-HMAC-SHA256`: reads the header, rebuilds the message from what arrived, compares.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::wire::refusal::Refusal;
use crate::wire::target::Target;

const SCHEME: &str = "EXO2-HMAC-SHA256 ";

/// The header, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authorization<'a> {
    pub(crate) key: &'a str,
    signed_arguments: Vec<&'a str>,
    expires: u64,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    pub(crate) fn parse(header: &'a str) -> Option<Self> {
        let (mut key, mut signed_arguments, mut expires, mut signature) =
            (None, Vec::new(), None, None);
        for pragma in header.strip_prefix(SCHEME)?.split(',') {
            let (name, value) = pragma.trim().split_once('=')?;
            match name {
                "credential" => key = Some(value),
                "signed-query-args" => signed_arguments = value.split(';').collect(),
                "expires" => expires = value.parse().ok(),
                "signature" => signature = Some(value),
                _ => return None,
            }
        }
        Some(Self {
            key: key?,
            signed_arguments,
            expires: expires?,
            signature: signature?,
        })
    }

    /// Not yet expired, and not further away than the server accepts.
    pub(crate) fn check_expiry(&self, wall_ms: u64, at_most_seconds: u64) -> Result<(), Refusal> {
        let now = wall_ms / 1000;
        if self.expires <= now {
            return Err(Refusal::forbidden("Request signature expired"));
        }
        if self.expires - now > at_most_seconds {
            return Err(Refusal::forbidden("Request signature expires too late"));
        }
        Ok(())
    }

    /// Is this what the holder of `secret` would have signed?
    pub(crate) fn check(&self, secret: &str, received: &Received<'_>) -> Result<(), Refusal> {
        let refused = || Refusal::forbidden("Invalid request signature");
        let given = STANDARD.decode(self.signature).map_err(|_| refused())?;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| refused())?;
        self.feed(&mut mac, received);
        mac.verify_slice(&given).map_err(|_| refused())
    }

    /// Five lines, the fourth (headers) always empty; values in the order in which their names are listed.
    fn feed(&self, mac: &mut Hmac<Sha256>, received: &Received<'_>) {
        mac.update(received.method.as_bytes());
        mac.update(b" ");
        mac.update(received.target.signed_path.as_bytes());
        mac.update(b"\n");
        mac.update(received.body);
        mac.update(b"\n");
        let query = &received.target.query;
        for value in self
            .signed_arguments
            .iter()
            .filter_map(|name| query.get(*name))
        {
            mac.update(value.as_bytes());
        }
        mac.update(b"\n\n");
        mac.update(self.expires.to_string().as_bytes());
    }
}

/// What a signature covers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Received<'a> {
    pub(crate) method: &'a str,
    pub(crate) target: &'a Target<'a>,
    pub(crate) body: &'a [u8],
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn check(vector: &Value, header: &str) -> Result<(), Refusal> {
        let text = |name: &str| vector[name].as_str().unwrap_or_default();
        let query = text("query");
        let full = if query.is_empty() {
            text("path").to_owned()
        } else {
            format!("{}?{query}", text("path"))
        };
        let target = Target::parse(&full);
        let received = Received {
            method: text("method"),
            target: &target,
            body: text("body").as_bytes(),
        };
        Authorization::parse(header)
            .unwrap()
            .check(text("secret"), &received)
    }

    #[test]
    fn the_vectors_of_the_official_client() {
        let file: Value =
            serde_json::from_str(include_str!("../../fixtures/signature-vectors.json")).unwrap();
        let vectors = file["official_python_client"].as_array().unwrap();
        assert_eq!(vectors.len(), 12);
        for vector in vectors {
            let header = vector["authorization"].as_str().unwrap();
            assert_eq!(check(vector, header), Ok(()), "{}", vector["label"]);
            let wrong = header.replace("signature=", "signature=AA");
            assert!(check(vector, &wrong).is_err());
        }
    }

    #[test]
    fn the_vectors_of_the_go_client() {
        for (query, arguments, signature) in [
            ("", "", "Ntbq/p0HVmA3Zg1HHY+Lq1vjFGi7HeMrrgXDS5jRNlY="),
            (
                "?k1=v1&k2=v2",
                ",signed-query-args=k1;k2",
                "iqOBz13+44L5j0uJclE8hmUhQQcvtCSoPEOXYK6liqY=",
            ),
        ] {
            let full = format!("/v2/zone{query}");
            let target = Target::parse(&full);
            let header = format!(
                "{SCHEME}credential=EXO{}{arguments},expires=3376684800,signature={signature}",
                "x".repeat(24)
            );
            let received = Received {
                method: "GET",
                target: &target,
                body: b"",
            };
            assert_eq!(
                Authorization::parse(&header)
                    .unwrap()
                    .check(&"X".repeat(43), &received),
                Ok(())
            );
        }
    }

    #[test]
    fn expiry_is_against_the_wall() {
        let header = format!("{SCHEME}credential=EXOa,expires=1000,signature=AA==");
        let parsed = Authorization::parse(&header).unwrap();
        assert!(parsed.check_expiry(999_999, 600).is_ok());
        assert!(parsed.check_expiry(1_000_000, 600).is_err());
        assert!(parsed.check_expiry(1_000, 600).is_err());
    }

    #[test]
    fn broken_headers_are_none() {
        for header in [
            "",
            "Bearer x",
            "EXO2-HMAC-SHA256 credential=a",
            "EXO2-HMAC-SHA256 expires=1,signature=a",
        ] {
            assert_eq!(Authorization::parse(header), None);
        }
    }
}

//! Turns a call into the request that goes over the wire: method, path, query and the exact bytes of the body.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::body::{create_body, pool_change_body, reference, rule_body};
use super::{Call, Create, Kind, ResourceId};
use crate::bootstrap::user_data::UserDataError;
use crate::secret::Secret;

/// A request, ready to be signed. What is signed is what is sent: nothing here is serialised twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// From `/v2` on, without the query.
    pub path: String,
    /// Names and values, sorted by name.
    pub query: Vec<(String, String)>,
    /// JSON.
    pub body: Option<String>,
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Create.
    Post,
    /// Change.
    Put,
    /// Remove.
    Delete,
}

/// Why a call could not become a request.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// A secret that the user-data needs is no longer kept.
    #[error("the secret {0} is no longer kept")]
    SecretGone(String),
    /// The user-data could not be rendered.
    #[error("the user-data could not be made")]
    UserData(#[from] UserDataError),
}

impl Method {
    /// As it stands in the request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// The method of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Get, Self::Post, Self::Put, Self::Delete]
            .into_iter()
            .find(|method| method.as_str() == name)
    }
}

impl Request {
    /// The request for a call. `open` gives the sealed secrets that belong into user-data.
    pub fn new(
        call: &Call,
        open: impl Fn(&str) -> Option<Secret<String>>,
    ) -> Result<Self, RequestError> {
        let request = match call {
            Call::Organization => get("/organization"),
            Call::Quotas => get("/quota"),
            Call::InstanceTypes => get("/instance-type"),
            Call::Templates => templates("public"),
            Call::Operation(id) => get(&format!("/operation/{}", segment(&id.0))),
            Call::OwnTemplates | Call::List(Kind::Template) => templates("private"),
            Call::List(kind) => get(kind.path()),
            Call::Get(kind, id) => get(&one(*kind, id)),
            Call::Delete(kind, id) => bodiless(Method::Delete, &one(*kind, id)),
            Call::Create(create) => creation(create, open)?,
            Call::AddRule { group, rule } => with_body(
                Method::Post,
                &format!("{}/rules", one(Kind::SecurityGroup, group)),
                &rule_body(rule),
            ),
            Call::AttachNetwork {
                network,
                instance,
                address,
            } => with_body(
                Method::Put,
                &format!("{}:attach", one(Kind::PrivateNetwork, network)),
                &json!({ "instance": reference(instance), "ip": address }),
            ),
            Call::AttachAddress { address, instance } => with_body(
                Method::Put,
                &format!("{}:attach", one(Kind::ElasticIp, address)),
                &json!({ "instance": reference(instance) }),
            ),
            Call::Start(id) => with_body(
                Method::Put,
                &format!("{}:start", one(Kind::Instance, id)),
                &json!({}),
            ),
            Call::Stop(id) => bodiless(Method::Put, &format!("{}:stop", one(Kind::Instance, id))),
            Call::SetLabels { instance, labels } => with_body(
                Method::Put,
                &one(Kind::Instance, instance),
                &json!({ "labels": labels }),
            ),
            Call::SetPool { pool, change } => with_body(
                Method::Put,
                &one(Kind::InstancePool, pool),
                &pool_change_body(change),
            ),
            Call::RemoveRule { group, rule } => bodiless(
                Method::Delete,
                &format!(
                    "{}/rules/{}",
                    one(Kind::SecurityGroup, group),
                    segment(&rule.0)
                ),
            ),
            Call::Export(id) => {
                bodiless(Method::Post, &format!("{}:export", one(Kind::Snapshot, id)))
            }
            Call::SetPolicy { role, policy } => with_body(
                Method::Put,
                &format!("{}:policy", one(Kind::Role, role)),
                &json!(policy),
            ),
        };
        Ok(request)
    }

    /// Path and query as they go over the wire. Our query values need no escaping: they are words.
    pub fn target(&self) -> String {
        let query = self
            .query
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("&");
        if query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{query}", self.path)
        }
    }
}

fn creation(
    create: &Create,
    open: impl Fn(&str) -> Option<Secret<String>>,
) -> Result<Request, RequestError> {
    if let Create::Snapshot { instance } = create {
        let path = format!("{}:create-snapshot", one(Kind::Instance, instance));
        return Ok(bodiless(Method::Post, &path));
    }
    let body = create_body(create, open)?;
    Ok(with_body(Method::Post, create.kind().path(), &body))
}

fn templates(visibility: &str) -> Request {
    Request {
        query: vec![pair("visibility", visibility)],
        ..get("/template")
    }
}

fn get(path: &str) -> Request {
    bodiless(Method::Get, path)
}

fn bodiless(method: Method, path: &str) -> Request {
    Request {
        method,
        path: format!("/v2{path}"),
        query: Vec::new(),
        body: None,
    }
}

fn with_body(method: Method, path: &str, body: &Value) -> Request {
    Request {
        // `to_string` of the value itself would go through the formatter.
        body: serde_json::to_string(body).ok(),
        ..bodiless(method, path)
    }
}

fn one(kind: Kind, id: &ResourceId) -> String {
    format!("{}/{}", kind.path(), segment(&id.0))
}

/// An identifier as one segment of a path. Those of today need no encoding; what an answer calls one tomorrow must not
/// lead to another resource. What is signed is the path as it is sent.
fn segment(id: &str) -> Cow<'_, str> {
    let encoded = |byte| {
        if is_unreserved(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    match id {
        // Dots alone are steps, encoded or not. Nothing has such a name, nor the one that is asked for instead.
        "." | ".." => "~".into(),
        _ if id.bytes().all(is_unreserved) => id.into(),
        _ => id.bytes().map(encoded).collect(),
    }
}

/// What stands for itself in a path (RFC 3986).
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(id: &str) -> String {
        let call = Call::Delete(Kind::Instance, ResourceId::from(id));
        Request::new(&call, |_| None).unwrap().path
    }

    #[test]
    fn an_identifier_is_one_segment_whatever_is_in_it() {
        for id in [
            "0b12cb6b-7e3e-4c0e-9e10-1e5d8a7c4b2a",
            "EXOsandbox1",
            "demo-k3x9q.v1_~",
        ] {
            assert_eq!(path(id), format!("/v2/instance/{id}"));
        }
        for (id, segment) in [
            ("a/../b", "a%2F..%2Fb"),
            ("..", "~"),
            ("a?visibility=all#x", "a%3Fvisibility%3Dall%23x"),
            ("a b\r\nhost: c", "a%20b%0D%0Ahost%3A%20c"),
            ("é%2F", "%C3%A9%252F"),
        ] {
            assert_eq!(path(id), format!("/v2/instance/{segment}"));
        }
    }
}

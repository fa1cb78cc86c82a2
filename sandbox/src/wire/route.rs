//! From method and path to the operation that serves it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::document::{Operation, document};
use crate::kinds;
use crate::store::State;
use crate::wire::refusal::Refusal;

pub(crate) type Outcome = Result<Value, Refusal>;
pub(crate) type Handler = fn(&mut Ask<'_>) -> Outcome;

/// An operation of the document and who serves it.
pub(crate) type Route = (&'static str, Handler);

/// An authorised request on its way to a handler.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) state: &'a mut State,
    /// Who asks.
    pub(crate) key: &'a str,
    pub(crate) zone: &'a str,
    pub(crate) parameters: &'a BTreeMap<String, String>,
    pub(crate) query: &'a BTreeMap<String, String>,
    pub(crate) body: &'a [u8],
}

impl<'a> Ask<'a> {
    /// A parameter of the path; the router has put it there.
    pub(crate) fn parameter(&self, name: &str) -> &'a str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// What most paths name.
    pub(crate) fn id(&self) -> &'a str {
        self.parameter("id")
    }

    /// The body, which is as the document has it: what is read here may ignore what it does not need.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let body = if self.body.is_empty() {
            b"{}"
        } else {
            self.body
        };
        serde_json::from_slice(body)
            .map_err(|error| Refusal::invalid(format!("Invalid request body: {error}")))
    }
}

/// Where a request leads.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) operation: &'static Operation,
    pub(crate) parameters: BTreeMap<String, String>,
    /// `None`: the document has it, this world does not.
    pub(crate) handler: Option<Handler>,
}

/// An operation and who serves it, if anybody does.
type Served = (&'static Operation, Option<Handler>);

/// What the document has under a method and the first segment of a path. Most paths differ there, and this is asked for
/// every request.
static ROUTER: LazyLock<BTreeMap<(&'static str, &'static str), Vec<Served>>> =
    LazyLock::new(|| {
        let handlers: BTreeMap<_, _> = kinds::ROUTES.iter().copied().flatten().copied().collect();
        let mut router: BTreeMap<_, Vec<Served>> = BTreeMap::new();
        for operation in document().operations() {
            let key = (operation.method, first(operation.path));
            let handler = handlers.get(operation.id).copied();
            router.entry(key).or_default().push((operation, handler));
        }
        router
    });

fn first(path: &str) -> &str {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split(['/', ':']).next().unwrap_or_default()
}

/// `None`: no such path in the document.
pub(crate) fn find(method: &str, path: &str) -> Option<Found> {
    let mut beginning = ROUTER.get(&(method, first(path)))?.iter();
    beginning.find_map(|(operation, handler)| {
        Some(Found {
            parameters: matches(operation.path, path)?,
            operation,
            handler: *handler,
        })
    })
}

fn matches(pattern: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    let mut segments = path.split('/');
    for expected in pattern.split('/') {
        let actual = segments.next()?;
        match expected
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'))
        {
            Some((name, action)) => {
                let value = actual.strip_suffix(action)?;
                if value.is_empty() || value.contains(':') {
                    return None;
                }
                parameters.insert(name.to_owned(), value.to_owned());
            }
            None if expected == actual => {}
            None => return None,
        }
    }
    segments.next().is_none().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_and_plain_paths_are_told_apart() {
        let id = |method, path| find(method, path).map(|found| found.operation.id);
        assert_eq!(id("PUT", "/instance/abc:start"), Some("start-instance"));
        assert_eq!(id("PUT", "/instance/abc"), Some("update-instance"));
        let found = find("PUT", "/instance/abc:start").unwrap();
        assert_eq!(found.parameters["id"], "abc");
        assert_eq!(id("POST", "/instance/abc:start"), None);
        assert_eq!(id("GET", "/nothing"), None);
    }

    #[test]
    fn what_the_document_has_and_we_do_not_is_named() {
        let found = find("GET", "/sks-cluster").unwrap();
        assert_eq!(found.operation.id, "list-sks-clusters");
        assert!(found.handler.is_none());
    }

    #[test]
    fn every_route_of_ours_is_in_the_document() {
        for (id, _) in kinds::ROUTES.iter().copied().flatten() {
            let known = document().operations().iter().any(|entry| entry.id == *id);
            assert!(known, "{id}");
        }
    }
}

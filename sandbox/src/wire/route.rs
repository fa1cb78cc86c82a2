//! From method and path to the operation that serves it.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::catalog::operations;
use crate::kinds;
use crate::store::State;
use crate::wire::refusal::Refusal;

pub(crate) type Outcome = Result<Value, Refusal>;
pub(crate) type Handler = fn(&mut Ask<'_>) -> Outcome;

/// One operation of the document that this world serves.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) handler: Handler,
}

pub(crate) const fn get(path: &'static str, operation: &'static str, handler: Handler) -> Route {
    Route {
        method: "GET",
        path,
        operation,
        handler,
    }
}

pub(crate) const fn post(path: &'static str, operation: &'static str, handler: Handler) -> Route {
    Route {
        method: "POST",
        path,
        operation,
        handler,
    }
}

pub(crate) const fn put(path: &'static str, operation: &'static str, handler: Handler) -> Route {
    Route {
        method: "PUT",
        path,
        operation,
        handler,
    }
}

pub(crate) const fn delete(path: &'static str, operation: &'static str, handler: Handler) -> Route {
    Route {
        method: "DELETE",
        path,
        operation,
        handler,
    }
}

/// An authorised request on its way to a handler.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) state: &'a mut State,
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

    /// The body as its schema has it, or 400.
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
    pub(crate) operation: &'static str,
    pub(crate) parameters: BTreeMap<String, String>,
    /// `None`: the document has it, this world does not.
    pub(crate) handler: Option<Handler>,
}

/// `None`: no such path in the document either.
pub(crate) fn find(method: &str, path: &str) -> Option<Found> {
    for route in kinds::ROUTES.iter().copied().flatten() {
        if route.method == method
            && let Some(parameters) = matches(route.path, path)
        {
            return Some(Found {
                operation: route.operation,
                parameters,
                handler: Some(route.handler),
            });
        }
    }
    operations::documented()
        .filter(|entry| entry.method == method)
        .find_map(|entry| {
            let parameters = matches(entry.path, path)?;
            Some(Found {
                operation: entry.operation,
                parameters,
                handler: None,
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
        assert_eq!(
            find("PUT", "/instance/abc:start").unwrap().operation,
            "start-instance"
        );
        assert_eq!(
            find("PUT", "/instance/abc").unwrap().operation,
            "update-instance"
        );
        assert_eq!(
            find("PUT", "/instance/abc:start").unwrap().parameters["id"],
            "abc"
        );
        assert!(find("POST", "/instance/abc:start").is_none());
        assert!(find("GET", "/nothing").is_none());
    }

    #[test]
    fn what_the_document_has_and_we_do_not_is_named() {
        let found = find("GET", "/sks-cluster").unwrap();
        assert_eq!(found.operation, "list-sks-clusters");
        assert!(found.handler.is_none());
    }

    #[test]
    fn every_route_of_ours_is_in_the_document() {
        for route in kinds::ROUTES.iter().copied().flatten() {
            let known = operations::documented().any(|entry| {
                entry.method == route.method
                    && entry.path == route.path
                    && entry.operation == route.operation
            });
            assert!(known, "{} {} {}", route.method, route.path, route.operation);
        }
    }
}

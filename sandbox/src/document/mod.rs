//! The API's own document (`OpenAPI` of September 2026), distilled to what can be checked: every operation by name, and for
//! those of the served families the shapes of what is asked and answered. `tests/contract` makes the file from the original.

mod schema;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

pub(crate) use self::schema::Problem;
use self::schema::Schema;

/// One operation of the document.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) id: &'static str,
    shapes: Shapes,
}

/// What an operation takes and gives; empty for the families that are not served.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Shapes {
    path: BTreeMap<String, Schema>,
    query: BTreeMap<String, Schema>,
    required_query: Vec<String>,
    body: Option<Schema>,
    body_required: bool,
    answer: Option<Schema>,
}

/// The whole document, read once.
#[derive(Debug)]
pub(crate) struct Document {
    operations: Vec<Operation>,
    schemas: BTreeMap<&'static str, Schema>,
}

/// Read at the first request, not at start.
pub(crate) fn document() -> &'static Document {
    static DOCUMENT: LazyLock<Document> =
        LazyLock::new(|| Document::read(include_str!("../../data/document.txt")));
    &DOCUMENT
}

impl Document {
    fn read(text: &'static str) -> Self {
        let mut document = Self {
            operations: Vec::new(),
            schemas: BTreeMap::new(),
        };
        for line in text.lines() {
            if let Some((name, schema)) =
                line.strip_prefix('#').and_then(|rest| rest.split_once(' '))
            {
                document.schemas.extend(
                    serde_json::from_str(schema)
                        .ok()
                        .map(|schema| (name, schema)),
                );
            } else {
                document.operations.extend(Operation::read(line));
            }
        }
        // The document contradicts itself: a pool can be scaled to 0, but its size is more than that.
        if let Some(pool) = document.schemas.get_mut("instance-pool") {
            pool.include_minimum_of("size");
        }
        document
    }

    pub(crate) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// What is wrong with a request to this operation.
    pub(crate) fn check_request(
        &self,
        operation: &Operation,
        query: &BTreeMap<String, String>,
        body: &[u8],
        strict: bool,
    ) -> Vec<Problem> {
        let shapes = &operation.shapes;
        let mut problems: Vec<Problem> = shapes
            .required_query
            .iter()
            .filter(|name| !query.contains_key(*name))
            .map(|name| Problem::missing(name))
            .collect();
        for (name, schema) in &shapes.query {
            if let Some(value) = query.get(name) {
                problems.extend(self.check(&schema.read(value), schema, name, strict));
            }
        }
        problems.extend(self.check_body(shapes, body, strict));
        problems
    }

    /// What is wrong with the path. An id that is none leads nowhere, which is for the handler to say.
    pub(crate) fn check_path(
        &self,
        operation: &Operation,
        parameters: &BTreeMap<String, String>,
    ) -> Vec<Problem> {
        let chosen = operation
            .shapes
            .path
            .iter()
            .filter(|(_, schema)| schema.is_choice());
        chosen
            .filter_map(|(name, schema)| Some((name, schema, parameters.get(name)?)))
            .flat_map(|(name, schema, value)| self.check(&schema.read(value), schema, name, true))
            .collect()
    }

    fn check_body(&self, shapes: &Shapes, body: &[u8], strict: bool) -> Vec<Problem> {
        let Some(schema) = &shapes.body else {
            return Vec::new();
        };
        let empty = body.iter().all(u8::is_ascii_whitespace);
        match serde_json::from_slice::<Value>(body) {
            Ok(value) => self.check(&value, schema, "", strict),
            Err(_) if empty && !shapes.body_required => Vec::new(),
            Err(_) if empty => vec![Problem::new("", "a body is required")],
            Err(error) => vec![Problem::new("", &format!("not JSON: {error}"))],
        }
    }

    /// What is wrong with our own answer: nothing, or it is a mistake of this crate.
    pub(crate) fn check_answer(&self, operation: &Operation, answer: &Value) -> Vec<Problem> {
        operation
            .shapes
            .answer
            .as_ref()
            .map(|schema| self.check(answer, schema, "", false))
            .unwrap_or_default()
    }

    fn check(&self, value: &Value, schema: &Schema, at: &str, strict: bool) -> Vec<Problem> {
        let mut checker = schema::Checker::new(&self.schemas, strict);
        checker.check(value, schema, schema::Place::Root(at));
        checker.problems
    }
}

impl Operation {
    fn read(line: &'static str) -> Option<Self> {
        let mut words = line.splitn(4, ' ');
        Some(Self {
            method: words.next()?,
            path: words.next()?,
            id: words.next()?,
            shapes: words
                .next()
                .and_then(|shapes| serde_json::from_str(shapes).ok())
                .unwrap_or_default(),
        })
    }

    /// The service whose policy decides over it.
    pub(crate) fn service(&self) -> &'static str {
        let first = self
            .path
            .trim_start_matches('/')
            .split(['/', ':'])
            .next()
            .unwrap_or_default();
        match first {
            "iam-role" | "api-key" | "iam-organization-policy" | "user" => "iam",
            "dns-domain" => "dns",
            "sos" | "sos-buckets-usage" => "sos",
            "ai" => "ai",
            "kms-key" => "kms",
            other if other.starts_with("dbaas") => "dbaas",
            _ => "compute",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn operation(id: &str) -> &'static Operation {
        let found = document().operations().iter().find(|entry| entry.id == id);
        found.unwrap()
    }

    fn problems(id: &str, body: &Value) -> Vec<String> {
        let body = body.to_string();
        let found =
            document().check_request(operation(id), &BTreeMap::new(), body.as_bytes(), true);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_line_is_read() {
        let text = include_str!("../../data/document.txt");
        assert_eq!(document().operations().len(), 371);
        let named = text.lines().filter(|line| line.starts_with('#')).count();
        assert_eq!(document().schemas.len(), named);
        let shaped = text
            .lines()
            .filter(|line| line.contains("\"answer\""))
            .count();
        let read = document().operations().iter();
        assert_eq!(
            read.filter(|entry| entry.shapes.answer.is_some()).count(),
            shaped
        );
    }

    #[test]
    fn services() {
        assert_eq!(operation("update-iam-role-policy").service(), "iam");
        assert_eq!(operation("scale-instance-pool").service(), "compute");
        assert_eq!(operation("get-dbaas-service-pg").service(), "dbaas");
    }

    #[test]
    fn a_wrong_request_is_told_where() {
        let rule = json!({ "flow-direction": "up", "protocol": "tcp", "start-port": 0 });
        let found = problems("add-rule-to-security-group", &rule);
        assert_eq!(
            found,
            [
                "flow-direction must be one of egress, ingress",
                "start-port must be at least 1"
            ]
        );
        assert_eq!(
            problems("create-elastic-ip", &json!({ "nme": "x" })),
            ["nme is not known"]
        );
        assert_eq!(
            problems("scale-instance-pool", &json!({})),
            ["size is required"]
        );
        assert_eq!(
            problems("create-instance-pool", &json!([])),
            ["the body must be an object"]
        );
    }

    #[test]
    fn a_body_that_is_required_must_be_there() {
        let check =
            |id, body: &[u8]| document().check_request(operation(id), &BTreeMap::new(), body, true);
        assert_eq!(check("start-instance", b"").len(), 1);
        assert_eq!(check("start-instance", b"{}"), []);
        assert_eq!(check("stop-instance", b""), []);
        assert_eq!(check("create-instance", b"").len(), 1);
        assert_eq!(check("create-instance", b"{").len(), 1);
    }
}

//! The part of JSON Schema that the document uses.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;

use serde::Deserialize;
use serde_json::{Number, Value};

use crate::wire::time;

/// More would not help anybody.
const PROBLEMS_MAX: usize = 8;
/// Of a long array as many are checked: they were all written by the same code.
const ITEMS_MAX: usize = 32;

/// A schema of the document.
#[expect(clippy::struct_excessive_bools, reason = "JSON Schema has them")]
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct Schema {
    #[serde(rename = "$ref")]
    reference: Option<String>,
    #[serde(rename = "type")]
    kind: Option<Type>,
    format: Option<Format>,
    #[serde(rename = "enum")]
    allowed: Vec<Value>,
    properties: BTreeMap<String, Self>,
    additional_properties: Option<Additional>,
    required: Vec<String>,
    items: Option<Box<Self>>,
    min_length: usize,
    max_length: Option<usize>,
    min_items: usize,
    max_items: Option<usize>,
    unique_items: bool,
    minimum: Option<Number>,
    maximum: Option<Number>,
    exclusive_minimum: bool,
    exclusive_maximum: bool,
    nullable: bool,
    /// The document has one: the name of an SSH key.
    pattern: Option<String>,
    #[serde(rename = "readOnly")]
    _read_only: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Type {
    Array,
    Boolean,
    Integer,
    Number,
    Object,
    String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Format {
    Byte,
    DateTime,
    Double,
    Int64,
    Ipv4,
    UriReference,
    Uuid,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Additional {
    Any(bool),
    Of(Box<Schema>),
}

/// Where in a value; it becomes text only when something is wrong there.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// What is checked as a whole.
    Root(&'a str),
    Property(&'a Self, &'a str),
    Item(&'a Self, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) | Self::Property(Self::Root(""), name) => formatter.write_str(name),
            Self::Property(of, name) => write!(formatter, "{of}.{name}"),
            Self::Item(of, index) => write!(formatter, "{of}[{index}]"),
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    at: String,
    says: String,
}

impl Problem {
    pub(super) fn new(at: &str, says: &str) -> Self {
        Self {
            at: at.to_owned(),
            says: says.to_owned(),
        }
    }

    pub(super) fn missing(at: &str) -> Self {
        Self::new(at, "is required")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.at.as_str(), self.says.as_str()) {
            ("", says) if says.starts_with("must") => write!(formatter, "the body {says}"),
            ("", says) => formatter.write_str(says),
            (at, says) => write!(formatter, "{at} {says}"),
        }
    }
}

impl Schema {
    pub(super) fn is_choice(&self) -> bool {
        !self.allowed.is_empty()
    }

    /// This property may be as small as its minimum.
    pub(super) fn include_minimum_of(&mut self, property: &str) {
        if let Some(schema) = self.properties.get_mut(property) {
            schema.exclusive_minimum = false;
        }
    }

    /// A query parameter is text, whatever it stands for.
    pub(super) fn read(&self, text: &str) -> Value {
        match self.kind {
            Some(Type::Integer | Type::Number | Type::Boolean) => {
                serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
            }
            Some(Type::Array | Type::Object | Type::String) | None => Value::from(text),
        }
    }
}

/// Collects what is wrong with a value.
pub(super) struct Checker<'a> {
    schemas: &'a BTreeMap<&'static str, Schema>,
    /// Are properties that the document does not know a mistake?
    strict: bool,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(schemas: &'a BTreeMap<&'static str, Schema>, strict: bool) -> Self {
        Self {
            schemas,
            strict,
            problems: Vec::new(),
        }
    }

    pub(super) fn check(&mut self, value: &Value, schema: &Schema, at: Place<'_>) {
        if self.problems.len() >= PROBLEMS_MAX || value.is_null() && schema.nullable {
            return;
        }
        if let Some(named) = schema.reference.as_deref() {
            if let Some(schema) = self.schemas.get(named) {
                self.check(value, schema, at);
            }
            return;
        }
        if !schema.allowed.is_empty() && !schema.allowed.contains(value) {
            let allowed: Vec<&str> = schema.allowed.iter().filter_map(Value::as_str).collect();
            return self.say(at, format!("must be one of {}", allowed.join(", ")));
        }
        match (schema.kind, value) {
            (Some(Type::Object), Value::Object(entries)) => {
                for name in &schema.required {
                    if !entries.contains_key(name) {
                        let at = Place::Property(&at, name).to_string();
                        self.problems.push(Problem::missing(&at));
                    }
                }
                for (name, value) in entries {
                    self.property(name, value, schema, at);
                }
            }
            (Some(Type::Array), Value::Array(items)) => self.array(items, schema, at),
            (Some(Type::String), Value::String(text)) => self.text(text, schema, at),
            (Some(Type::Integer), Value::Number(number)) if !number.is_f64() => {
                self.number(number, schema, at);
            }
            (Some(Type::Number), Value::Number(number)) => self.number(number, schema, at),
            (Some(Type::Boolean), Value::Bool(_)) | (None, _) => {}
            (Some(kind), _) => self.say(at, format!("must be {}", kind.article())),
        }
    }

    fn property(&mut self, name: &str, value: &Value, schema: &Schema, at: Place<'_>) {
        let at = Place::Property(&at, name);
        match (schema.properties.get(name), &schema.additional_properties) {
            (Some(schema), _) => self.check(value, schema, at),
            (None, Some(Additional::Of(schema))) => self.check(value, schema, at),
            (None, Some(Additional::Any(false))) => self.say(at, "is not known".to_owned()),
            (None, None) if self.strict && !schema.properties.is_empty() => {
                self.say(at, "is not known".to_owned());
            }
            (None, None | Some(Additional::Any(true))) => {}
        }
    }

    fn array(&mut self, items: &[Value], schema: &Schema, at: Place<'_>) {
        if items.len() < schema.min_items {
            self.say(at, format!("must have at least {} items", schema.min_items));
        }
        if schema.max_items.is_some_and(|most| items.len() > most) {
            let most = schema.max_items.unwrap_or_default();
            self.say(at, format!("must have at most {most} items"));
        }
        let repeats = |(index, item)| items.iter().take(index).any(|other| other == item);
        if schema.unique_items && items.len() <= ITEMS_MAX && items.iter().enumerate().any(repeats)
        {
            self.say(at, "must not repeat an item".to_owned());
        }
        if let Some(schema) = &schema.items {
            for (index, item) in items.iter().enumerate().take(ITEMS_MAX) {
                self.check(item, schema, Place::Item(&at, index));
            }
        }
    }

    fn text(&mut self, text: &str, schema: &Schema, at: Place<'_>) {
        let length = text.chars().count();
        let most = schema.max_length.unwrap_or(usize::MAX);
        if length < schema.min_length || length > most {
            let least = schema.min_length;
            let says = match schema.max_length {
                Some(most) => format!("must have {least} to {most} characters"),
                None => format!("must have at least {least} characters"),
            };
            return self.say(at, says);
        }
        let wrong = match schema.format {
            Some(Format::Uuid) if !is_uuid(text) => Some("must be a UUID"),
            Some(Format::Ipv4) if text.parse::<Ipv4Addr>().is_err() => {
                Some("must be an IPv4 address")
            }
            Some(Format::DateTime) if time::parse(text).is_none() => {
                Some("must be a date and time of RFC 3339")
            }
            Some(Format::Byte) if !is_base64(text) => Some("must be base64"),
            _ if schema.pattern.is_some() && !is_key_name(text) => Some(
                "must begin with a letter or digit, and have only those, dots, dashes and underscores",
            ),
            _ => None,
        };
        if let Some(says) = wrong {
            self.say(at, says.to_owned());
        }
    }

    fn number(&mut self, number: &Number, schema: &Schema, at: Place<'_>) {
        if matches!(schema.format, Some(Format::Int64)) && number.as_i64().is_none() {
            return self.say(at, "must be an integer of 64 bits".to_owned());
        }
        let value = number.as_f64().unwrap_or(f64::NAN);
        let limit = |limit: &Option<Number>| limit.as_ref().and_then(Number::as_f64);
        if let Some(least) = limit(&schema.minimum)
            && (value < least || schema.exclusive_minimum && value <= least)
        {
            let words = if schema.exclusive_minimum {
                "more than"
            } else {
                "at least"
            };
            self.say(at, format!("must be {words} {least}"));
        }
        if let Some(most) = limit(&schema.maximum)
            && (value > most || schema.exclusive_maximum && value >= most)
        {
            let words = if schema.exclusive_maximum {
                "less than"
            } else {
                "at most"
            };
            self.say(at, format!("must be {words} {most}"));
        }
    }

    fn say(&mut self, at: Place<'_>, says: String) {
        self.problems.push(Problem {
            at: at.to_string(),
            says,
        });
    }
}

impl Type {
    fn article(self) -> &'static str {
        match self {
            Self::Array => "an array",
            Self::Boolean => "true or false",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Object => "an object",
            Self::String => "a text",
        }
    }
}

fn is_uuid(text: &str) -> bool {
    let fits = |(index, byte): (usize, u8)| match index {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}

fn is_base64(text: &str) -> bool {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .is_ok()
}

/// `^[a-zA-Z0-9]{1}[a-zA-Z0-9._-]{0,254}$`
fn is_key_name(name: &str) -> bool {
    let first = name.chars().next();
    first.is_some_and(|letter| letter.is_ascii_alphanumeric())
        && name.len() <= 255
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn says(schema: Value, value: &Value) -> Vec<String> {
        let schema: Schema = serde_json::from_value(schema).unwrap();
        let schemas = BTreeMap::new();
        let mut checker = Checker::new(&schemas, true);
        checker.check(value, &schema, Place::Root("it"));
        checker.problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_document_has_one_pattern() {
        let text = include_str!("../../data/document.txt");
        let name = r#""pattern":"^[a-zA-Z0-9]{1}[a-zA-Z0-9._-]{0,254}$""#;
        assert_eq!(
            text.matches("\"pattern\":").count(),
            text.matches(name).count()
        );
        assert!(is_key_name("a.b-c_1") && !is_key_name("-a") && !is_key_name(""));
    }

    #[test]
    fn numbers() {
        let schema = json!({ "type": "integer", "format": "int64", "minimum": 0, "exclusiveMinimum": true, "maximum": 5 });
        assert!(says(schema.clone(), &json!(5)).is_empty());
        assert_eq!(says(schema.clone(), &json!(0)), ["it must be more than 0"]);
        assert_eq!(says(schema.clone(), &json!(6)), ["it must be at most 5"]);
        assert_eq!(says(schema.clone(), &json!(1.5)), ["it must be an integer"]);
        assert_eq!(
            says(schema, &json!(u64::MAX)),
            ["it must be an integer of 64 bits"]
        );
    }

    #[test]
    fn texts_and_formats() {
        let short = json!({ "type": "string", "minLength": 1, "maxLength": 3 });
        assert_eq!(says(short, &json!("")), ["it must have 1 to 3 characters"]);
        for (format, good, bad) in [
            ("uuid", "b6e9d1e8-89fc-4db3-aaa4-9b4c5b1d0844", "b6e9d1e8"),
            ("ipv4", "10.0.0.1", "10.0.0.256"),
            ("date-time", "2026-10-01T00:00:00Z", "yesterday"),
            ("byte", "aGVsbG8=", "!"),
        ] {
            let schema = json!({ "type": "string", "format": format });
            assert!(says(schema.clone(), &json!(good)).is_empty(), "{format}");
            assert_eq!(says(schema, &json!(bad)).len(), 1, "{format}");
        }
    }

    #[test]
    fn arrays_and_objects() {
        let schema = json!({ "type": "array", "uniqueItems": true, "minItems": 1, "items": {
            "type": "object", "required": ["id"], "properties": { "id": { "type": "string", "nullable": true } },
        }});
        assert!(says(schema.clone(), &json!([{ "id": null }])).is_empty());
        assert_eq!(
            says(schema.clone(), &json!([])),
            ["it must have at least 1 items"]
        );
        let odd = json!([{ "id": 1 }, { "no": 2 }]);
        assert_eq!(
            says(schema.clone(), &odd),
            [
                "it[0].id must be a text",
                "it[1].id is required",
                "it[1].no is not known"
            ]
        );
        let twice = json!([{ "id": "a" }, { "id": "a" }]);
        assert_eq!(says(schema, &twice), ["it must not repeat an item"]);
    }
}

//! Reads an answer: what the call asked for, or why there is none.

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_json::{Error, Value};

use super::{
    Call, CallError, Instance, InstanceType, Kind, Listed, Minted, Operation, Organization, Pool,
    Quota, ResourceId, Rule, RulePeer, Snapshot, StandingRule, Template,
};

/// What a call brings back.
#[derive(Clone, Debug)]
pub enum Reply {
    /// An operation, started or polled.
    Operation(Operation),
    /// A new API key: the one call that changes something and answers at once.
    Minted(Minted),
    /// The organisation.
    Organization(Organization),
    /// All quotas.
    Quotas(Vec<Quota>),
    /// All instance types.
    InstanceTypes(Vec<InstanceType>),
    /// Templates: the public ones, or the organisation's own.
    Templates(Vec<Template>),
    /// Every resource of a kind.
    List(Vec<Listed>),
    /// One instance.
    Instance(Instance),
    /// One instance pool.
    Pool(Pool),
    /// The rules of one security group.
    Rules(Vec<StandingRule>),
    /// One snapshot.
    Snapshot(Snapshot),
    /// One resource of another kind, as it came.
    One(Value),
}

impl Reply {
    /// Reads the answer to a call.
    pub fn parse(call: &Call, status: u16, body: &[u8]) -> Result<Self, CallError> {
        // What is not text is not JSON either: it reads like an empty body.
        let body = str::from_utf8(body).unwrap_or_default();
        if !(200..300).contains(&status) {
            return Err(CallError::Refused {
                status,
                message: message(body),
            });
        }
        match call {
            Call::Organization => read(body).map(Self::Organization),
            Call::Quotas => list(body, "quotas").map(Self::Quotas),
            Call::InstanceTypes => list(body, "instance-types").map(Self::InstanceTypes),
            Call::Templates | Call::OwnTemplates => list(body, "templates").map(Self::Templates),
            Call::List(kind) => list(body, kind.plural()).map(Self::List),
            Call::Get(Kind::Instance, _) => read(body).map(Self::Instance),
            Call::Get(Kind::InstancePool, _) => read(body).map(Self::Pool),
            Call::Get(Kind::SecurityGroup, _) => {
                read::<Value>(body).map(|group| Self::Rules(rules(&group)))
            }
            Call::Get(Kind::Snapshot, _) => read(body).map(Self::Snapshot),
            Call::Get(..) => read(body).map(Self::One),
            Call::Create(create) if create.kind() == Kind::ApiKey => read(body).map(Self::Minted),
            Call::Operation(_)
            | Call::Delete(..)
            | Call::Create(_)
            | Call::AddRule { .. }
            | Call::AttachNetwork { .. }
            | Call::AttachAddress { .. }
            | Call::Start(_)
            | Call::Stop(_)
            | Call::SetPolicy { .. }
            | Call::SetLabels { .. }
            | Call::SetPool { .. }
            | Call::RemoveRule { .. }
            | Call::Export(_) => read(body).map(Self::Operation),
        }
    }
}

fn read<T: DeserializeOwned>(body: &str) -> Result<T, CallError> {
    serde_json::from_str(body).map_err(|error| CallError::Unreadable {
        why: without_values(&error),
    })
}

fn list<T: DeserializeOwned>(body: &str, key: &str) -> Result<Vec<T>, CallError> {
    let mut object: serde_json::Map<String, Value> = read(body)?;
    let items = object
        .remove(key)
        .unwrap_or_else(|| Value::Array(Vec::new()));
    serde_json::from_value(items).map_err(|error| CallError::Unreadable {
        why: format!("{key}: {}", without_values(&error)),
    })
}

/// What is wrong with an answer, without a word of the answer itself: it may be a key's secret that stands in the
/// wrong place, and the reason is journalled and shown.
fn without_values(error: &Error) -> String {
    let said = error.to_string();
    let ours = ["missing field", "duplicate field"];
    match said.rsplit_once(", expected ") {
        _ if error.classify() != Category::Data => said,
        Some((_, expected)) => format!("expected {expected}"),
        None if ours.iter().any(|words| said.starts_with(words)) => said,
        None => "a value cannot be read".to_owned(),
    }
}

/// Exoscale's words: the newest endpoints answer with `title` and `detail`, the others with `message`.
fn message(body: &str) -> String {
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let first = text("message")
        .or_else(|| text("detail"))
        .or_else(|| text("title"))
        .unwrap_or("no message");
    let more = value
        .get("errors")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let more = more.filter_map(|error| {
        error
            .get("message")
            .or_else(|| error.get("detail"))
            .and_then(Value::as_str)
    });
    let joined = std::iter::once(first)
        .chain(more.filter(|more| *more != first))
        .collect::<Vec<_>>()
        .join("; ");
    joined.chars().take(MESSAGE_CHARS_MAX).collect()
}

fn rules(group: &Value) -> Vec<StandingRule> {
    group
        .get("rules")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|value| {
            let id = ResourceId::from(value.get("id")?.as_str()?);
            rule(value).map(|rule| StandingRule { id, rule })
        })
        .collect()
}

fn rule(value: &Value) -> Option<Rule> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = |key: &str| {
        value
            .get(key)
            .and_then(Value::as_u64)
            .and_then(|number| u16::try_from(number).ok())
    };
    let icmp = |key: &str| {
        value
            .get("icmp")?
            .get(key)?
            .as_i64()
            .and_then(|number| i16::try_from(number).ok())
    };
    let group_name = || {
        value
            .get("security-group")?
            .get("name")?
            .as_str()
            .map(str::to_owned)
    };
    Some(Rule {
        direction: text("flow-direction")?,
        protocol: text("protocol")?,
        ports: number("start-port").zip(number("end-port")),
        icmp: icmp("type").zip(icmp("code")),
        peer: text("network")
            .map(RulePeer::Network)
            .or_else(|| group_name().map(RulePeer::PublicGroup))?,
        description: text("description").unwrap_or_default(),
    })
}

/// Longer messages say nothing more, and they are kept in the journal.
const MESSAGE_CHARS_MAX: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exoscale::{OperationState, ResourceId};

    #[test]
    fn reads_a_real_operation() {
        let body = br#"{"id":"5b4b4a10-0000-4000-8000-000000000001","reference":{"command":"get-security-group","id":"0b12cb6b-7e3e-4c0e-9e10-1e5d8a7c4b2a","link":"/v2/security-group/0b12cb6b-7e3e-4c0e-9e10-1e5d8a7c4b2a"},"state":"pending"}"#;
        let call = Call::Delete(Kind::SecurityGroup, ResourceId::from("x"));
        let Ok(Reply::Operation(operation)) = Reply::parse(&call, 200, body) else {
            panic!("not an operation")
        };
        assert_eq!(operation.state, OperationState::Pending);
        assert_eq!(
            operation.reference.unwrap().id.unwrap().0,
            "0b12cb6b-7e3e-4c0e-9e10-1e5d8a7c4b2a"
        );
    }

    #[test]
    fn keys_that_are_absent_are_empty() {
        let Ok(Reply::List(listed)) = Reply::parse(&Call::List(Kind::Instance), 200, b"{}") else {
            panic!()
        };
        assert!(listed.is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_not_repeated() {
        for (body, why) in [
            (
                r#""hunter2""#,
                "expected struct Operation at line 1 column 9",
            ),
            (
                r#"{"id":"a","state":"hunter2"}"#,
                "expected one of `pending`, `success`, `failure`, `timeout` at line 1 column 27",
            ),
            (r#"{"id":"a"}"#, "missing field `state` at line 1 column 10"),
            ("<hunter2>", "expected value at line 1 column 1"),
        ] {
            let call = Call::Start(ResourceId::from("x"));
            let error = Reply::parse(&call, 200, body.as_bytes()).unwrap_err();
            assert_eq!(error, CallError::Unreadable { why: why.into() });
        }
    }

    #[test]
    fn a_refusal_keeps_exoscales_words() {
        let body = br#"{"message":"Bad Request","errors":[{"message":"name is too long"}]}"#;
        let error = Reply::parse(&Call::Quotas, 400, body).unwrap_err();
        assert_eq!(
            error,
            CallError::Refused {
                status: 400,
                message: "Bad Request; name is too long".into()
            }
        );
    }
}

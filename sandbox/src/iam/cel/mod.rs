//! The small part of CEL that role policies use. What it does not know is invalid, as on the real API.

mod parse;

use serde_json::{Value, json};

use self::parse::Expression;
use super::policy::Scene;

/// An expression that cannot be parsed or evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Invalid;

/// Is the expression true in this scene?
pub(crate) fn holds(expression: &str, scene: &Scene<'_>) -> Result<bool, Invalid> {
    boolean(evaluate(&parse::parse(expression)?, scene)?)
}

fn evaluate(expression: &Expression, scene: &Scene<'_>) -> Result<Value, Invalid> {
    match expression {
        Expression::Literal(value) => Ok(value.clone()),
        Expression::List(items) => items.iter().map(|item| evaluate(item, scene)).collect(),
        Expression::Name(name) => binding(name, scene),
        Expression::Member(of, name) => evaluate(of, scene)?.get(name).cloned().ok_or(Invalid),
        Expression::Index(of, index) => element(&evaluate(of, scene)?, &evaluate(index, scene)?),
        Expression::Call(of, method, argument) => {
            method_call(&evaluate(of, scene)?, method, &evaluate(argument, scene)?)
        }
        Expression::Not(inner) => Ok(json!(!boolean(evaluate(inner, scene)?)?)),
        Expression::And(left, right) => decided_by(false, left, right, scene),
        Expression::Or(left, right) => decided_by(true, left, right, scene),
        Expression::Equal(left, right) => {
            Ok(json!(evaluate(left, scene)? == evaluate(right, scene)?))
        }
        Expression::NotEqual(left, right) => {
            Ok(json!(evaluate(left, scene)? != evaluate(right, scene)?))
        }
        Expression::In(item, list) => contains(&evaluate(list, scene)?, &evaluate(item, scene)?),
    }
}

/// The names the policy guide binds. `resources` is bound too, but its shape is undocumented for compute:
/// a rule that needs it is invalid.
fn binding(name: &str, scene: &Scene<'_>) -> Result<Value, Invalid> {
    match name {
        "service" => Ok(json!(scene.service)),
        "operation" => Ok(json!(scene.operation)),
        "zone" => Ok(json!(scene.zone)),
        "api_key" => Ok(json!(scene.api_key)),
        "parameters" => Ok(scene.parameters.clone()),
        _ => Err(Invalid),
    }
}

/// CEL's `&&` and `||` take either side that decides, even when the other is an error.
fn decided_by(
    decisive: bool,
    left: &Expression,
    right: &Expression,
    scene: &Scene<'_>,
) -> Result<Value, Invalid> {
    let left = evaluate(left, scene).and_then(boolean);
    let right = evaluate(right, scene).and_then(boolean);
    if left == Ok(decisive) || right == Ok(decisive) {
        return Ok(json!(decisive));
    }
    left.and(right).map(|_| json!(!decisive))
}

fn element(of: &Value, index: &Value) -> Result<Value, Invalid> {
    match index {
        Value::String(key) => of.get(key),
        Value::Number(number) => number
            .as_u64()
            .and_then(|at| usize::try_from(at).ok())
            .and_then(|at| of.get(at)),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
    .cloned()
    .ok_or(Invalid)
}

fn method_call(of: &Value, method: &str, argument: &Value) -> Result<Value, Invalid> {
    let text = argument.as_str().ok_or(Invalid)?;
    match (of, method) {
        (Value::Object(map), "has") => Ok(json!(map.contains_key(text))),
        (Value::String(subject), "startsWith") => Ok(json!(subject.starts_with(text))),
        (Value::String(subject), "endsWith") => Ok(json!(subject.ends_with(text))),
        (Value::String(subject), "contains") => Ok(json!(subject.contains(text))),
        _ => Err(Invalid),
    }
}

fn contains(collection: &Value, item: &Value) -> Result<Value, Invalid> {
    match (collection, item) {
        (Value::Array(items), _) => Ok(json!(items.contains(item))),
        (Value::Object(map), Value::String(key)) => Ok(json!(map.contains_key(key))),
        _ => Err(Invalid),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "takes what `evaluate` gives")]
fn boolean(value: Value) -> Result<bool, Invalid> {
    value.as_bool().ok_or(Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str) -> Result<bool, Invalid> {
        let parameters = json!({ "id": "a1", "instance": { "id": "b2" }, "size": 3 });
        let scene = Scene {
            service: "compute",
            operation: "get-instance",
            zone: "ch-dk-2",
            api_key: "EXOa",
            parameters,
        };
        holds(expression, &scene)
    }

    #[test]
    fn true_ones() {
        for expression in [
            "operation == 'get-instance'",
            "operation in [\"get-zone\", 'get-instance']",
            "!(operation == 'x') && zone == 'ch-dk-2'",
            "parameters.id in ['a1','c3']",
            "parameters['id'] == 'a1'",
            "parameters.has('size') && parameters.size == 3",
            "'id' in parameters",
            "parameters.instance.id == 'b2'",
            "operation.startsWith('get-') || parameters.nothing == 'x'",
            "parameters.nothing == 'x' || true",
            "operation != 'x'",
        ] {
            assert_eq!(check(expression), Ok(true), "{expression}");
        }
    }

    #[test]
    fn false_ones() {
        for expression in [
            "operation == 'x'",
            "parameters.has('ip')",
            "parameters.nothing == 'x' && false",
            "zone in []",
            "!true",
        ] {
            assert_eq!(check(expression), Ok(false), "{expression}");
        }
    }

    #[test]
    fn invalid_ones() {
        for expression in [
            "",
            "operation",
            "resources.instance.id == 'x'",
            "parameters.nothing == 'x'",
            "operation = 'x'",
            "operation == 'x",
            "(operation == 'x'",
            "operation in",
            "unknown == 'x'",
            "zone == 'x' zone",
            "parameters.exists('x')",
        ] {
            assert_eq!(check(expression), Err(Invalid), "{expression}");
        }
    }

    #[test]
    fn deep_nesting_is_invalid_and_not_a_crash() {
        assert_eq!(check(&"(".repeat(100_000)), Err(Invalid));
        assert_eq!(check(&"!".repeat(100_000)), Err(Invalid));
        assert_eq!(check(&"true && ".repeat(100_000)), Err(Invalid));
        assert_eq!(check(&(".a".repeat(100_000))), Err(Invalid));
    }
}

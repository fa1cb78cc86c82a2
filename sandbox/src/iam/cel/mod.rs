//! The small part of CEL that role policies use. What it does not know is invalid, as on the real API.

mod functions;
mod parse;
#[cfg(test)]
mod tests;
mod token;

use std::cmp::Ordering;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};

use self::parse::{Comparison, Expression};
use super::policy::Scene;

/// An expression that cannot be parsed or evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Invalid;

/// What an expression evaluates to.
#[derive(Debug, Clone, PartialEq)]
enum Term {
    Json(Value),
    /// A timestamp, in Unix milliseconds.
    Time(u64),
}

/// An expression as it was written, parsed once: it is evaluated at every request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) struct Program {
    source: String,
    parsed: Result<Expression, Invalid>,
}

impl From<String> for Program {
    fn from(source: String) -> Self {
        let parsed = parse::parse(&source);
        Self { source, parsed }
    }
}

impl Serialize for Program {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.source.serialize(serializer)
    }
}

impl Program {
    /// Is it true in this scene?
    pub(crate) fn holds(&self, scene: &Scene<'_>) -> Result<bool, Invalid> {
        evaluate(self.parsed.as_ref().map_err(|invalid| *invalid)?, scene)?.boolean()
    }
}

fn evaluate(expression: &Expression, scene: &Scene<'_>) -> Result<Term, Invalid> {
    let json = match expression {
        Expression::Literal(value) => value.clone(),
        Expression::List(items) => items
            .iter()
            .map(|item| evaluate(item, scene)?.json())
            .collect::<Result<Value, Invalid>>()?,
        Expression::Name(name) => return binding(name, scene),
        Expression::Member(of, name) => {
            let of = evaluate(of, scene)?.json()?;
            of.get(name).cloned().ok_or(Invalid)?
        }
        Expression::Index(of, index) => {
            let of = evaluate(of, scene)?.json()?;
            element(&of, &evaluate(index, scene)?.json()?)?
        }
        Expression::Has(of, name) => {
            let of = evaluate(of, scene)?.json()?;
            json!(of.as_object().ok_or(Invalid)?.contains_key(name))
        }
        Expression::Function(name, arguments) => {
            return functions::function(name, &all(arguments, scene)?);
        }
        Expression::Method(of, name, arguments) => {
            let of = evaluate(of, scene)?;
            return functions::method(&of, name, &all(arguments, scene)?);
        }
        Expression::Not(inner) => json!(!evaluate(inner, scene)?.boolean()?),
        Expression::And(left, right) => decided_by(false, left, right, scene)?,
        Expression::Or(left, right) => decided_by(true, left, right, scene)?,
        Expression::Choice(condition, then, otherwise) => {
            let chosen = if evaluate(condition, scene)?.boolean()? {
                then
            } else {
                otherwise
            };
            return evaluate(chosen, scene);
        }
        Expression::Compare(comparison, left, right) => {
            let (left, right) = (evaluate(left, scene)?, evaluate(right, scene)?);
            json!(compare(*comparison, &left, &right)?)
        }
    };
    Ok(Term::Json(json))
}

fn all(expressions: &[Expression], scene: &Scene<'_>) -> Result<Vec<Term>, Invalid> {
    expressions
        .iter()
        .map(|expression| evaluate(expression, scene))
        .collect()
}

/// The names the policy guide binds. `resources` is empty: what it holds for compute is undocumented, so that a rule
/// which needs a member of it is invalid.
fn binding(name: &str, scene: &Scene<'_>) -> Result<Term, Invalid> {
    Ok(Term::Json(match name {
        "service" => json!(scene.service),
        "operation" => json!(scene.operation),
        "zone" => json!(scene.zone),
        "api_key" => json!(scene.api_key),
        "source_ip" => json!(scene.source_ip),
        "parameters" => scene.parameters.clone(),
        "resources" => json!({}),
        "now" => return Ok(Term::Time(scene.now)),
        _ => return Err(Invalid),
    }))
}

/// CEL's `&&` and `||` take either side that decides, even when the other is an error.
fn decided_by(
    decisive: bool,
    left: &Expression,
    right: &Expression,
    scene: &Scene<'_>,
) -> Result<Value, Invalid> {
    let left = evaluate(left, scene).and_then(Term::boolean);
    if left == Ok(decisive) {
        return Ok(json!(decisive));
    }
    let right = evaluate(right, scene).and_then(Term::boolean);
    if right == Ok(decisive) {
        return Ok(json!(decisive));
    }
    left.and(right).map(|_| json!(!decisive))
}

fn compare(comparison: Comparison, left: &Term, right: &Term) -> Result<bool, Invalid> {
    Ok(match comparison {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::In => contains(right, left)?,
        Comparison::Less => order(left, right)? == Ordering::Less,
        Comparison::LessOrEqual => order(left, right)? != Ordering::Greater,
        Comparison::Greater => order(left, right)? == Ordering::Greater,
        Comparison::GreaterOrEqual => order(left, right)? != Ordering::Less,
    })
}

/// Only what is of one kind has an order.
fn order(left: &Term, right: &Term) -> Result<Ordering, Invalid> {
    match (left, right) {
        (Term::Time(left), Term::Time(right)) => Ok(left.cmp(right)),
        (Term::Json(Value::String(left)), Term::Json(Value::String(right))) => Ok(left.cmp(right)),
        (Term::Json(Value::Number(left)), Term::Json(Value::Number(right))) => {
            let (left, right) = (left.as_f64(), right.as_f64());
            let order = left
                .zip(right)
                .and_then(|(left, right)| left.partial_cmp(&right));
            order.ok_or(Invalid)
        }
        _ => Err(Invalid),
    }
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

fn contains(collection: &Term, item: &Term) -> Result<bool, Invalid> {
    match (collection, item) {
        (Term::Json(Value::Array(items)), Term::Json(item)) => Ok(items.contains(item)),
        (Term::Json(Value::Object(map)), Term::Json(Value::String(key))) => {
            Ok(map.contains_key(key))
        }
        _ => Err(Invalid),
    }
}

impl Term {
    fn json(self) -> Result<Value, Invalid> {
        match self {
            Self::Json(value) => Ok(value),
            Self::Time(_) => Err(Invalid),
        }
    }

    fn boolean(self) -> Result<bool, Invalid> {
        self.json()?.as_bool().ok_or(Invalid)
    }

    fn text(&self) -> Result<&str, Invalid> {
        match self {
            Self::Json(value) => value.as_str().ok_or(Invalid),
            Self::Time(_) => Err(Invalid),
        }
    }
}

//! The functions of CEL that policies use. Arithmetic, macros over lists and durations are not among them: such a rule
//! is invalid here, and so it is skipped.

use regex_lite::Regex;
use serde_json::{Value, json};

use super::{Invalid, Term};
use crate::wire::time;

/// `size(parameters.instances)`
pub(super) fn function(name: &str, arguments: &[Term]) -> Result<Term, Invalid> {
    match (name, arguments) {
        ("size", [of]) => size(of),
        ("timestamp", [text]) => time::parse(text.text()?).map(Term::Time).ok_or(Invalid),
        _ => Err(Invalid),
    }
}

/// `operation.startsWith('list-')`
pub(super) fn method(of: &Term, name: &str, arguments: &[Term]) -> Result<Term, Invalid> {
    let truth = |truth: bool| Ok(Term::Json(json!(truth)));
    match (of, name, arguments) {
        (_, "size", []) => size(of),
        (Term::Json(Value::Object(map)), "has", [key]) => truth(map.contains_key(key.text()?)),
        (Term::Json(Value::String(text)), "startsWith", [part]) => {
            truth(text.starts_with(part.text()?))
        }
        (Term::Json(Value::String(text)), "endsWith", [part]) => {
            truth(text.ends_with(part.text()?))
        }
        (Term::Json(Value::String(text)), "contains", [part]) => truth(text.contains(part.text()?)),
        (Term::Json(Value::String(text)), "matches", [pattern]) => {
            let pattern = Regex::new(pattern.text()?).map_err(|_| Invalid)?;
            truth(pattern.is_match(text))
        }
        (Term::Time(at), part, []) => part_of(*at, part),
        _ => Err(Invalid),
    }
}

fn size(of: &Term) -> Result<Term, Invalid> {
    let size = match of {
        Term::Json(Value::String(text)) => text.chars().count(),
        Term::Json(Value::Array(items)) => items.len(),
        Term::Json(Value::Object(map)) => map.len(),
        Term::Json(Value::Null | Value::Bool(_) | Value::Number(_)) | Term::Time(_) => {
            return Err(Invalid);
        }
    };
    Ok(Term::Json(json!(size)))
}

/// In UTC; the first of January 1970 was a Thursday, and weeks begin with Sunday.
fn part_of(at: u64, part: &str) -> Result<Term, Invalid> {
    let hours = at / 3_600_000;
    let value = match part {
        "getHours" => hours % 24,
        "getMinutes" => at / 60_000 % 60,
        "getDayOfWeek" => (hours / 24 + 4) % 7,
        _ => return Err(Invalid),
    };
    Ok(Term::Json(json!(value)))
}

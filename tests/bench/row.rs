//! One figure beside its budget, as `tests/bench/bench.mjs` reads it.

use serde_json::{Value, json};

/// Prints a figure. Without a budget it is there for orientation.
pub(crate) fn print(
    figure: &str,
    kind: &str,
    value: (f64, &str),
    budget: Option<f64>,
    method: &str,
) {
    let (value, unit) = value;
    let budget = budget.map_or(Value::Null, Value::from);
    println!(
        "{}",
        json!({ "figure": figure, "kind": kind, "value": value, "unit": unit, "budget": budget, "method": method })
    );
}

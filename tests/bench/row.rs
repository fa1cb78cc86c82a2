//! One figure, as `tools/bench/lives.mjs` reads it.

use serde_json::json;

/// Prints a figure.
pub(crate) fn print(name: &str, value: f64, unit: &str, how: &str) {
    println!(
        "{}",
        json!({ "name": name, "value": value, "unit": unit, "how": how })
    );
}

/// Prints a figure beside the best that there is.
pub(crate) fn print_beside(name: &str, (value, rival): (f64, f64), unit: &str, how: &str) {
    println!(
        "{}",
        json!({ "name": name, "value": value, "rival": rival, "unit": unit, "how": how })
    );
}

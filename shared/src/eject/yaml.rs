//! JSON written as YAML for people to read: blocks by indentation, and every text in JSON's own quotes.

use serde_json::Value;

/// Documents, one after the other.
pub(super) fn documents(documents: &[Value]) -> String {
    let texts: Vec<String> = documents.iter().map(|one| block(one, 0)).collect();
    texts.join("---\n")
}

fn block(value: &Value, depth: usize) -> String {
    let margin = INDENT.repeat(depth);
    let lines: Vec<String> = match value {
        Value::Object(pairs) if !pairs.is_empty() => pairs
            .iter()
            .map(|(key, value)| format!("{margin}{}:{}", quoted(key), beside(value, depth)))
            .collect(),
        Value::Array(values) if !values.is_empty() => values
            .iter()
            .map(|value| block(value, depth.saturating_add(1)))
            .map(|text| format!("{margin}- {}", text.trim_start()))
            .collect(),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_)
        | Value::Array(_) => vec![format!("{margin}{value}\n")],
    };
    lines.concat()
}

/// What stands after a colon: on the same line if it is one word, else below.
fn beside(value: &Value, depth: usize) -> String {
    let is_nested = match value {
        Value::Object(pairs) => !pairs.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    if is_nested {
        format!("\n{}", block(value, depth.saturating_add(1)))
    } else {
        format!(" {value}\n")
    }
}

/// Our keys are words; anything else is quoted.
fn quoted(key: &str) -> String {
    let is_word = key.bytes().all(|byte| byte.is_ascii_alphabetic()) && !key.is_empty();
    if is_word {
        key.to_owned()
    } else {
        Value::from(key).to_string()
    }
}

const INDENT: &str = "  ";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::pki::programs;

    #[test]
    fn another_reader_finds_the_same() {
        let given = json!([
            { "a": { "b-c": [1, "two: #", { "d": [], "e": {} }, [true, null]] }, "f": "\"\n${}" },
            [["x"], { "y": -1 }],
        ]);
        let text = documents(given.as_array().unwrap());
        if let Some(read) = programs::yaml(&text) {
            assert_eq!(read, given, "{text}");
        }
    }
}

//! Damage done to inputs that were good: to their bytes, and to the values inside where they are JSON.

use std::iter::once;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

/// One wound of a row of bytes.
#[derive(Clone, Debug)]
pub(crate) enum Damage {
    /// One bit is the other one.
    Flip(Index, u8),
    /// The end is missing.
    Cut(Index),
    /// A piece is missing.
    Lose(Index, Index),
    /// A piece stands there several times.
    Repeat(Index, Index, u8),
    /// The beginning is followed by the end of another input.
    Splice(Index, Index),
    /// Something is inserted.
    Insert(Index, String),
    /// A number is another number.
    Number(Index, &'static str),
}

/// One wound of a JSON value: at which of its nodes, and what happens there.
#[derive(Clone, Debug)]
pub(crate) struct Wound(Index, Change);

#[derive(Clone, Debug)]
enum Change {
    /// Something else stands there.
    Become(Value),
    /// It stands in so many lists.
    Nest(u8),
    /// A list or an object has this as well.
    Grow(String, Value),
    /// A list has its entries so many times.
    Multiply(u8),
    /// A list or an object loses an entry.
    Shrink(Index),
    /// Another node of the same value, as it is.
    Graft(Index),
}

/// Numbers that somebody forgot to think of.
const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "-0",
    "0.5",
    "1e400",
    "-1e400",
    "1e-400",
    "007",
    "65536",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "9007199254740993",
    "99999999999999999999999999999999999999999999999999",
];

/// Text that means something to somebody on the way.
const TEXTS: &[&str] = &[
    "",
    "\u{0}",
    "\u{85}\u{2028}\u{feff}",
    "\u{202e}gnp.exe",
    "\n#cloud-config\nruncmd: [id]",
    "$(id)`id`${IFS}",
    "../../../etc/passwd",
    "<img src=x onerror=alert(1)>",
    "'; DROP TABLE journal; --",
    "{{ ds.meta_data }}",
    "-----BEGIN EC PRIVATE KEY-----",
    "\\ud800",
    "caller",
    "::ffff:10.0.0.1",
    "10.0.0.0/33",
    "0.0.0.0/0",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "{\"a\":{\"a\":{\"a\":{\"a\":",
];

/// Some damage, mostly a little.
pub(crate) fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let at = any::<Index>;
    let one = prop_oneof![
        4 => (at(), 0..8_u8).prop_map(|(place, bit)| Damage::Flip(place, bit)),
        1 => at().prop_map(Damage::Cut),
        2 => (at(), at()).prop_map(|(from, to)| Damage::Lose(from, to)),
        1 => (at(), at(), 1..40_u8).prop_map(|(from, to, times)| Damage::Repeat(from, to, times)),
        1 => (at(), at()).prop_map(|(here, there)| Damage::Splice(here, there)),
        2 => (at(), text()).prop_map(|(place, text)| Damage::Insert(place, text)),
        2 => (at(), select(NUMBERS)).prop_map(|(place, number)| Damage::Number(place, number)),
    ];
    vec(one, 1..5)
}

/// Some wounds, mostly few.
pub(crate) fn wounds() -> impl Strategy<Value = Vec<Wound>> {
    let change = prop_oneof![
        5 => value().prop_map(Change::Become),
        1 => (1..120_u8).prop_map(Change::Nest),
        2 => (text(), value()).prop_map(|(key, value)| Change::Grow(key, value)),
        1 => any::<u8>().prop_map(Change::Multiply),
        2 => any::<Index>().prop_map(Change::Shrink),
        3 => any::<Index>().prop_map(Change::Graft),
    ];
    let one = (any::<Index>(), change).prop_map(|(place, change)| Wound(place, change));
    vec(one, 1..5)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(TEXTS).prop_map(ToOwned::to_owned),
        1 => (select(TEXTS), 1..2_000_usize).prop_map(|(text, times)| text.repeat(times)),
        2 => ".{0,80}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let number =
        select(NUMBERS).prop_map(|digits| serde_json::from_str(digits).unwrap_or_default());
    prop_oneof![
        2 => select(vec![Value::Null, json!(true), json!([]), json!({}), json!([null]), json!([{}])]),
        3 => number,
        3 => any::<i32>().prop_map(Value::from),
        4 => text().prop_map(Value::from),
    ]
}

/// The bytes with all damage done; `other` is what is spliced in.
pub(crate) fn damaged(bytes: &[u8], other: &[u8], damages: &[Damage]) -> Vec<u8> {
    damages.iter().fold(bytes.to_vec(), |bytes, one| {
        let mut after = hurt(bytes, other, one);
        // Repetitions of repetitions would only fill the memory.
        after.truncate(BYTES_MAX);
        after
    })
}

/// The same of text. What is no text any more reads as most programs would read it.
pub(crate) fn damaged_text(text: &str, other: &str, damages: &[Damage]) -> String {
    let bytes = damaged(text.as_bytes(), other.as_bytes(), damages);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hurt(mut bytes: Vec<u8>, other: &[u8], damage: &Damage) -> Vec<u8> {
    let length = bytes.len();
    // One place more than there are bytes: behind the last.
    let place = |index: &Index| index.index(length + 1);
    let range = |from: &Index, to: &Index| {
        let (from, to) = (place(from), place(to));
        from.min(to)..from.max(to)
    };
    match damage {
        Damage::Flip(at, bit) => {
            if let Some(byte) = bytes.get_mut(place(at)) {
                *byte ^= 1 << bit;
            }
        }
        Damage::Cut(at) => bytes.truncate(place(at)),
        Damage::Lose(from, to) => drop(bytes.drain(range(from, to))),
        Damage::Repeat(from, to, times) => {
            let piece = bytes[range(from, to)].repeat((*times).into());
            let end = range(from, to).end;
            bytes.splice(end..end, piece);
        }
        Damage::Splice(here, there) => {
            bytes.truncate(place(here));
            bytes.extend(&other[there.index(other.len() + 1)..]);
        }
        Damage::Insert(at, text) => {
            let at = place(at);
            bytes.splice(at..at, text.bytes());
        }
        Damage::Number(at, number) => {
            let digits: Vec<usize> = (0..length)
                .filter(|place| bytes[*place].is_ascii_digit())
                .collect();
            if !digits.is_empty() {
                let start = digits[at.index(digits.len())];
                let run = bytes[start..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit());
                let end = start + run.count();
                bytes.splice(start..end, number.bytes());
            }
        }
    }
    bytes
}

/// The value with all its wounds.
pub(crate) fn wounded(value: &Value, wounds: &[Wound]) -> Value {
    wounds.iter().fold(value.clone(), |mut value, wound| {
        let Wound(place, change) = wound;
        let count = nodes(&value).count();
        let graft = |from: &Index| nodes(&value).nth(from.index(count)).cloned();
        let graft = if let Change::Graft(from) = change {
            graft(from)
        } else {
            None
        };
        if let Some(node) = nth(&mut value, &mut place.index(count)) {
            apply(node, change, graft);
        }
        // A graft of a graft grows fast, and no reader of ours is asked to read more.
        if value.to_string().len() > BYTES_MAX {
            Value::Null
        } else {
            value
        }
    })
}

fn apply(node: &mut Value, change: &Change, graft: Option<Value>) {
    match (change, node) {
        (Change::Become(value), node) => *node = value.clone(),
        (Change::Nest(times), node) => {
            *node = (0..*times).fold(node.take(), |inner, _| json!([inner]));
        }
        (Change::Grow(_, more), Value::Array(items)) => items.push(more.clone()),
        (Change::Grow(key, more), Value::Object(fields)) => {
            fields.insert(key.clone(), more.clone());
        }
        (Change::Multiply(times), Value::Array(items)) => {
            *items = std::iter::repeat_n(&*items, (*times).into())
                .flatten()
                .cloned()
                .collect();
        }
        (Change::Shrink(at), Value::Array(items)) if !items.is_empty() => {
            items.remove(at.index(items.len()));
        }
        (Change::Shrink(at), Value::Object(fields)) if !fields.is_empty() => {
            let key = fields.keys().nth(at.index(fields.len())).cloned();
            fields.remove(&key.unwrap_or_default());
        }
        (Change::Graft(_), node) => *node = graft.unwrap_or_default(),
        (Change::Grow(..) | Change::Multiply(_) | Change::Shrink(_), _) => {}
    }
}

/// A value and all that is in it, the outer before the inner.
fn nodes(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(items) => Box::new(once(value).chain(items.iter().flat_map(nodes))),
        Value::Object(fields) => Box::new(once(value).chain(fields.values().flat_map(nodes))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Box::new(once(value)),
    }
}

fn nth<'a>(value: &'a mut Value, places: &mut usize) -> Option<&'a mut Value> {
    if *places == 0 {
        return Some(value);
    }
    *places -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, places)),
        Value::Object(fields) => fields.values_mut().find_map(|field| nth(field, places)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// As much as the edge takes.
const BYTES_MAX: usize = 64 << 10;

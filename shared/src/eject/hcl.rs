//! Terraform's language, written as `terraform fmt` would: blocks, aligned attributes, and strings that hold anything.

/// The right side of an attribute.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Text that stands for itself, whatever is in it.
    Text(String),
    /// A number.
    Number(u64),
    /// True or false.
    Truth(bool),
    /// A reference, a call or a template: our own words, never a person's.
    Expression(String),
    /// Several values.
    List(Vec<Self>),
    /// Named values.
    Map(Vec<(String, Self)>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

/// A block: its type and labels, its attributes, and the blocks inside.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    head: String,
    comment: Option<String>,
    attributes: Vec<(String, Value)>,
    blocks: Vec<Self>,
}

impl Block {
    /// A block without labels.
    pub(super) fn new(kind: &str) -> Self {
        Self {
            head: kind.to_owned(),
            ..Self::default()
        }
    }

    /// A resource or a data source.
    pub(super) fn labelled(kind: &str, of: &str, name: &str) -> Self {
        Self::new(&format!("{kind} {} {}", quoted(of), quoted(name)))
    }

    /// Says above the block what it is for.
    pub(super) fn comment(mut self, text: &str) -> Self {
        self.comment = Some(text.to_owned());
        self
    }

    /// Adds an attribute.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// Adds an attribute where there is one to add.
    pub(super) fn maybe(self, name: &str, value: Option<Value>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a block inside.
    pub(super) fn inside(mut self, block: Self) -> Self {
        self.blocks.push(block);
        self
    }

    fn text(&self, depth: usize) -> String {
        let (margin, inner) = (INDENT.repeat(depth), depth.saturating_add(1));
        let comment = self.comment.as_ref();
        let comment = comment.map(|text| format!("{margin}# {text}\n"));
        let own = (!self.attributes.is_empty()).then(|| attributes(&self.attributes, inner));
        let parts = own.into_iter();
        let parts = parts.chain(self.blocks.iter().map(|block| block.text(inner)));
        [
            comment.unwrap_or_default(),
            format!("{margin}{} {{\n", self.head),
            parts.collect::<Vec<_>>().join("\n"),
            format!("{margin}}}\n"),
        ]
        .concat()
    }
}

/// A file of blocks.
pub(super) fn file(blocks: &[Block]) -> String {
    let texts: Vec<String> = blocks.iter().map(|block| block.text(0)).collect();
    texts.join("\n")
}

/// A string literal. In templates `${` and `%{` begin something, and doubled they stand for themselves.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => out.extend([letter, letter]),
            control if control.is_control() => {
                let code = format!("\\u{:04x}", u32::from(control));
                out.push_str(&code);
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
    out
}

/// What fits on a line stands together, with the equals signs in a column; what takes several lines stands apart.
fn attributes(all: &[(String, Value)], depth: usize) -> String {
    let margin = INDENT.repeat(depth);
    let groups = all.chunk_by(|(_, one), (_, next)| one.is_flat() && next.is_flat());
    let texts = groups.map(|group| {
        let names: Vec<String> = group.iter().map(|(name, _)| key(name)).collect();
        let width = names.iter().map(String::len).max().unwrap_or(0);
        let pairs = names.iter().zip(group);
        pairs
            .map(|(name, (_, value))| format!("{margin}{name:width$} = {}\n", value.text(depth)))
            .collect::<Vec<_>>()
            .concat()
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// An identifier stands bare.
fn key(name: &str) -> String {
    let is_identifier = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if is_identifier {
        name.to_owned()
    } else {
        quoted(name)
    }
}

impl Value {
    fn is_flat(&self) -> bool {
        match self {
            Self::Text(_) | Self::Number(_) | Self::Truth(_) | Self::Expression(_) => true,
            Self::List(values) => values.iter().all(Self::is_flat),
            Self::Map(pairs) => pairs.is_empty(),
        }
    }

    fn text(&self, depth: usize) -> String {
        let (margin, inner) = (INDENT.repeat(depth), depth.saturating_add(1));
        match self {
            Self::Text(text) => quoted(text),
            Self::Number(number) => number.to_string(),
            Self::Truth(truth) => truth.to_string(),
            Self::Expression(expression) => expression.clone(),
            Self::List(values) if self.is_flat() => {
                let texts: Vec<String> = values.iter().map(|value| value.text(depth)).collect();
                format!("[{}]", texts.join(", "))
            }
            Self::List(values) => {
                let line = |value: &Self| format!("{margin}{INDENT}{},\n", value.text(inner));
                let lines: Vec<String> = values.iter().map(line).collect();
                format!("[\n{}{margin}]", lines.concat())
            }
            Self::Map(pairs) if pairs.is_empty() => "{}".to_owned(),
            Self::Map(pairs) => format!("{{\n{}{margin}}}", attributes(pairs, inner)),
        }
    }
}

const INDENT: &str = "  ";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A second reading of HCL's quoted strings, by its specification.
    fn unquoted(literal: &str) -> Option<String> {
        let mut rest = literal.strip_prefix('"')?.strip_suffix('"')?;
        let mut text = String::new();
        while let Some(letter) = rest.chars().next() {
            let (one, length) = match letter {
                '"' | '\n' | '\r' => return None,
                '\\' => match rest.as_bytes().get(1)? {
                    b'n' => ("\n".to_owned(), 2),
                    b'r' => ("\r".to_owned(), 2),
                    b't' => ("\t".to_owned(), 2),
                    b'"' => ("\"".to_owned(), 2),
                    b'\\' => ("\\".to_owned(), 2),
                    b'u' => {
                        let code = u32::from_str_radix(rest.get(2..6)?, 16).ok()?;
                        (char::from_u32(code)?.to_string(), 6)
                    }
                    _ => return None,
                },
                '$' | '%' if rest[1..].starts_with('{') => return None,
                '$' | '%' if rest[1..].starts_with(&format!("{letter}{{")) => {
                    (format!("{letter}{{"), 3)
                }
                plain => (plain.to_string(), plain.len_utf8()),
            };
            text.push_str(&one);
            rest = rest.get(length..)?;
        }
        Some(text)
    }

    proptest! {
        #[test]
        fn any_text_stands_for_itself(text in "([$%]\\{|[\"\\\\\n\r\t$%{}]|\\PC|\\p{Cc}){0,20}") {
            let literal = quoted(&text);
            prop_assert!(!literal.contains('\n'));
            prop_assert_eq!(unquoted(&literal), Some(text), "{}", literal);
        }
    }

    #[test]
    fn blocks_are_aligned_and_what_is_long_stands_apart() {
        let labels = Value::Map(vec![
            ("a/b".into(), "x".into()),
            ("c".into(), "${y}".into()),
        ]);
        let block = Block::labelled("resource", "kind", "one")
            .comment("Why.")
            .with("name", "n")
            .with("disk_size", 25)
            .with("labels", labels)
            .with("ids", Value::List(vec![Value::Expression("a.b".into())]))
            .inside(Block::new("lifecycle").with("x", Value::Truth(true)));
        let expected = "# Why.\nresource \"kind\" \"one\" {\n  name      = \"n\"\n  disk_size = 25\n\n  labels = {\n    \"a/b\" = \"x\"\n    c     = \"$${y}\"\n  }\n\n  ids = [a.b]\n\n  lifecycle {\n    x = true\n  }\n}\n";
        assert_eq!(file(&[block]), expected);
    }
}

//! The string literals of Rust sources, and nothing more of Rust.

use std::fs;
use std::iter::Peekable;
use std::path::{Path, PathBuf};
use std::str::CharIndices;

/// Where the repository begins.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Rust sources below a folder without their tests, each by its path in the repository.
pub(super) fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            let is_test = ["tests", "arbitrary", "tests.rs", "arbitrary.rs"]
                .iter()
                .any(|name| path.ends_with(name));
            if is_test {
            } else if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                let text = text.split("#[cfg(test)]\nmod tests {").next();
                let name = path.strip_prefix(root()).expect("it is in there");
                found.push((
                    name.display().to_string(),
                    text.unwrap_or_default().to_owned(),
                ));
            }
        }
    }
    found
}

/// Every string literal of a source, with what stands between it and the one before.
pub(super) fn literals(source: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut letters = source.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let rest = &source[at..];
        if rest.starts_with("//") {
            letters.find(|(_, letter)| *letter == '\n');
        } else if rest.starts_with("'\"'") {
            letters.nth(1);
        } else if rest.starts_with("'\\\"'") {
            letters.nth(2);
        } else if rest.starts_with("r#\"") {
            let end = rest.find("\"#").expect("it ends");
            letters.nth(rest[..end].chars().count());
        } else if letter == '"' {
            found.push((source[start..at].trim_end(), literal(&mut letters)));
            start = letters.peek().map_or(source.len(), |(at, _)| *at);
        }
    }
    found
}

/// A literal whose quotation mark has been read.
fn literal(letters: &mut Peekable<CharIndices<'_>>) -> String {
    let mut text = String::new();
    while let Some((_, letter)) = letters.next() {
        match letter {
            '"' => break,
            '\\' => match letters.next().map(|(_, next)| next) {
                Some('\n') => while letters.next_if(|(_, next)| next.is_whitespace()).is_some() {},
                Some('n') => text.push('\n'),
                Some(other) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    text
}

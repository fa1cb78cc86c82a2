//! From text to tokens.

use std::iter::Peekable;
use std::str::Chars;

use super::Invalid;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Text(String),
    Number(i64),
    Word(String),
    Mark(&'static str),
}

/// Longest first, so that `!=` is not read as `!`.
const MARKS: [&str; 18] = [
    "&&", "||", "==", "!=", "<=", ">=", "!", "<", ">", "(", ")", "[", "]", ",", ".", "-", "?", ":",
];

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Invalid> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.peek().copied() {
        if next.is_whitespace() {
            rest.next();
        } else if next == '\'' || next == '"' {
            rest.next();
            tokens.push(Token::Text(quoted(&mut rest, next)?));
        } else if next.is_ascii_digit() {
            let digits = run(&mut rest, |letter| letter.is_ascii_digit());
            tokens.push(Token::Number(digits.parse().map_err(|_| Invalid)?));
        } else if next.is_ascii_alphabetic() || next == '_' {
            tokens.push(Token::Word(run(&mut rest, |letter| {
                letter.is_ascii_alphanumeric() || letter == '_'
            })));
        } else {
            tokens.push(Token::Mark(mark(&mut rest)?));
        }
    }
    Ok(tokens)
}

fn quoted(rest: &mut Peekable<Chars<'_>>, quote: char) -> Result<String, Invalid> {
    let mut text = String::new();
    loop {
        match rest.next().ok_or(Invalid)? {
            letter if letter == quote => return Ok(text),
            '\\' => text.push(match rest.next().ok_or(Invalid)? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                letter @ ('\\' | '\'' | '"' | '`' | '?') => letter,
                _ => return Err(Invalid),
            }),
            letter => text.push(letter),
        }
    }
}

fn run(rest: &mut Peekable<Chars<'_>>, belongs: impl Fn(char) -> bool) -> String {
    let mut text = String::new();
    while let Some(letter) = rest.next_if(|letter| belongs(*letter)) {
        text.push(letter);
    }
    text
}

fn mark(rest: &mut Peekable<Chars<'_>>) -> Result<&'static str, Invalid> {
    let mut ahead = rest.clone();
    let pair: String = ahead.by_ref().take(2).collect();
    let found = MARKS
        .into_iter()
        .find(|mark| pair.starts_with(mark))
        .ok_or(Invalid)?;
    for _ in 0..found.len() {
        rest.next();
    }
    Ok(found)
}

//! From text to a tree: `||` below `&&` below comparisons below `!` below members.

use std::iter::Peekable;

use serde_json::{Value, json};

use super::Invalid;
use super::token::{Token, tokens};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    Literal(Value),
    List(Vec<Self>),
    Name(String),
    Member(Box<Self>, String),
    Index(Box<Self>, Box<Self>),
    /// The macro: `has(parameters.ip)`
    Has(Box<Self>, String),
    Function(String, Vec<Self>),
    Method(Box<Self>, String, Vec<Self>),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Choice(Box<Self>, Box<Self>, Box<Self>),
    Compare(Comparison, Box<Self>, Box<Self>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    In,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Their marks; `in` is a word.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<=", Comparison::LessOrEqual),
    ("<", Comparison::Less),
    (">=", Comparison::GreaterOrEqual),
    (">", Comparison::Greater),
];

/// Deeper than any rule written by a person, shallow enough for any stack.
const DEPTH_MAX: u32 = 64;
/// Long chains make deep trees too.
const TOKENS_MAX: usize = 1_000;
pub(super) fn parse(text: &str) -> Result<Expression, Invalid> {
    let tokens = tokens(text)?;
    if tokens.len() > TOKENS_MAX {
        return Err(Invalid);
    }
    let mut parser = Parser {
        tokens: tokens.into_iter().peekable(),
        depth: 0,
    };
    let expression = parser.choice()?;
    if parser.tokens.next().is_some() {
        Err(Invalid)
    } else {
        Ok(expression)
    }
}

struct Parser {
    tokens: Peekable<std::vec::IntoIter<Token>>,
    depth: u32,
}

impl Parser {
    fn choice(&mut self) -> Result<Expression, Invalid> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Invalid);
        }
        let mut expression = self.or()?;
        if self.takes("?") {
            let then = self.choice()?;
            self.expect(":")?;
            let otherwise = self.choice()?;
            expression =
                Expression::Choice(Box::new(expression), Box::new(then), Box::new(otherwise));
        }
        self.depth -= 1;
        Ok(expression)
    }

    fn or(&mut self) -> Result<Expression, Invalid> {
        let mut left = self.and()?;
        while self.takes("||") {
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, Invalid> {
        let mut left = self.comparison()?;
        while self.takes("&&") {
            left = Expression::And(Box::new(left), Box::new(self.comparison()?));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<Expression, Invalid> {
        let left = self.not()?;
        let marked = COMPARISONS.into_iter().find(|(mark, _)| self.takes(mark));
        let comparison = match marked {
            Some((_, comparison)) => comparison,
            None if self.takes_word("in") => Comparison::In,
            None => return Ok(left),
        };
        let right = self.not()?;
        Ok(Expression::Compare(
            comparison,
            Box::new(left),
            Box::new(right),
        ))
    }

    fn not(&mut self) -> Result<Expression, Invalid> {
        let mut negated = false;
        while self.takes("!") {
            negated = !negated;
        }
        let inner = self.member()?;
        Ok(if negated {
            Expression::Not(Box::new(inner))
        } else {
            inner
        })
    }

    fn member(&mut self) -> Result<Expression, Invalid> {
        let mut of = self.primary()?;
        loop {
            if self.takes(".") {
                let Some(Token::Word(name)) = self.tokens.next() else {
                    return Err(Invalid);
                };
                of = if self.takes("(") {
                    Expression::Method(Box::new(of), name, self.list(")")?)
                } else {
                    Expression::Member(Box::new(of), name)
                };
            } else if self.takes("[") {
                let index = self.choice()?;
                self.expect("]")?;
                of = Expression::Index(Box::new(of), Box::new(index));
            } else {
                return Ok(of);
            }
        }
    }

    fn primary(&mut self) -> Result<Expression, Invalid> {
        match self.tokens.next().ok_or(Invalid)? {
            Token::Text(text) => Ok(Expression::Literal(json!(text))),
            Token::Number(number) => Ok(Expression::Literal(json!(number))),
            Token::Mark("-") => match self.tokens.next() {
                Some(Token::Number(number)) => Ok(Expression::Literal(json!(-number))),
                _ => Err(Invalid),
            },
            Token::Word(word) if self.takes("(") => self.call(word),
            Token::Word(word) => Ok(match word.as_str() {
                "true" => Expression::Literal(json!(true)),
                "false" => Expression::Literal(json!(false)),
                "null" => Expression::Literal(Value::Null),
                _ => Expression::Name(word),
            }),
            Token::Mark("(") => {
                let inner = self.choice()?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Mark("[") => self.list("]").map(Expression::List),
            Token::Mark(_) => Err(Invalid),
        }
    }

    fn call(&mut self, name: String) -> Result<Expression, Invalid> {
        let mut arguments = self.list(")")?;
        if name != "has" {
            return Ok(Expression::Function(name, arguments));
        }
        match (arguments.pop(), arguments.pop()) {
            (Some(Expression::Member(of, name)), None) => Ok(Expression::Has(of, name)),
            _ => Err(Invalid),
        }
    }

    /// What stands between here and the mark that ends it.
    fn list(&mut self, end: &str) -> Result<Vec<Expression>, Invalid> {
        let mut items = Vec::new();
        while !self.takes(end) {
            items.push(self.choice()?);
            if !self.takes(",") {
                self.expect(end)?;
                break;
            }
        }
        Ok(items)
    }

    fn takes(&mut self, mark: &str) -> bool {
        self.tokens
            .next_if(|token| matches!(token, Token::Mark(found) if *found == mark))
            .is_some()
    }

    fn takes_word(&mut self, word: &str) -> bool {
        self.tokens
            .next_if(|token| matches!(token, Token::Word(found) if found == word))
            .is_some()
    }

    fn expect(&mut self, mark: &str) -> Result<(), Invalid> {
        if self.takes(mark) {
            Ok(())
        } else {
            Err(Invalid)
        }
    }
}

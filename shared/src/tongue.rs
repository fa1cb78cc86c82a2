//! Sentences in another language. The English text is the key, and `{…}` in it stands for what differs.
//!
//! The page knows its own templates and fills them. What this crate or the Worker has put into words already is
//! recognised by the same templates, so that nobody needs a code for each message.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

/// A captured argument may be a sentence itself, and so on this often.
const DEPTH_MAX: usize = 5;

/// English templates and what they are in one other language.
#[derive(Debug, Default)]
pub struct Catalog {
    /// Templates, whole: what the page looks up, and sentences without arguments.
    whole: BTreeMap<String, String>,
    /// Templates with arguments by which finished sentences are recognised, those that say most first.
    templates: Vec<String>,
}

impl Catalog {
    /// Reads `{"page": {"English": "translation"}, "said": {…}}`: the page's own texts, which it looks up, and what
    /// others say, which it has to recognise. `{least} to {most}` is a price there and nearly anything here.
    pub fn read(json: &str) -> Option<Self> {
        let mut parts: BTreeMap<String, BTreeMap<String, String>> =
            serde_json::from_str(json).ok()?;
        let said = parts.remove("said")?;
        let mut whole = parts.remove("page")?;
        let mut templates: Vec<String> = said
            .keys()
            .filter(|template| template.contains('{'))
            .cloned()
            .collect();
        templates.sort_by_key(|template| std::cmp::Reverse(letters(template)));
        whole.extend(said);
        Some(Self { whole, templates })
    }

    /// The translation of a template.
    pub fn get(&self, template: &str) -> Option<&str> {
        self.whole.get(template).map(String::as_str)
    }

    /// A finished sentence in the catalog's language, if the catalog knows its template.
    pub fn said(&self, text: &str) -> Option<String> {
        self.said_within(text, DEPTH_MAX)
    }

    fn said_within(&self, text: &str, depth: usize) -> Option<String> {
        if let Some(translation) = self.get(text) {
            return Some(translation.to_owned());
        }
        let depth = depth.checked_sub(1)?;
        self.matched(text, depth)
            .or_else(|| self.one_by_one(text, depth))
            .or_else(|| self.labelled(text, depth))
    }

    fn matched(&self, text: &str, depth: usize) -> Option<String> {
        self.templates.iter().find_map(|template| {
            let arguments: Vec<String> = captured(template, text)?
                .into_iter()
                .map(|argument| {
                    self.said_within(argument, depth)
                        .unwrap_or_else(|| argument.to_owned())
                })
                .collect();
            let shown: Vec<&dyn Display> = arguments.iter().map(|text| text as _).collect();
            Some(fill(template, self.get(template)?, &shown))
        })
    }

    /// Several sentences in a row: each by itself, if all of them are known.
    fn one_by_one(&self, text: &str, depth: usize) -> Option<String> {
        let (first, rest) = text.split_once(". ")?;
        let first = self
            .said_within(&format!("{first}."), depth)
            .or_else(|| self.said_within(first, depth).map(|said| said + "."))?;
        let rest = self.said_within(rest, DEPTH_MAX)?;
        Some(format!("{first} {rest}"))
    }

    /// A sentence after the name of what it is about, which may be anything.
    fn labelled(&self, text: &str, depth: usize) -> Option<String> {
        let (label, rest) = text.split_once(": ")?;
        let rest = self.said_within(rest, depth)?;
        Some(format!("{label}: {rest}"))
    }
}

/// How much a template says by itself.
fn letters(template: &str) -> usize {
    pieces(template)
        .filter_map(|piece| match piece {
            Piece::Words(words) => Some(
                words
                    .chars()
                    .filter(|letter| letter.is_alphabetic())
                    .count(),
            ),
            Piece::Hole(_) => None,
        })
        .sum()
}

/// A template is words and holes in turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece<'a> {
    /// Words that stay.
    Words(&'a str),
    /// What is between the braces.
    Hole(&'a str),
}

/// Words and holes of a template, in order.
pub fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((hole, after)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            rest = after;
            return Some(Piece::Hole(hole));
        }
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, letter)| *letter == '{');
        let (words, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(Piece::Words(words))
    })
}

/// The holes of a template: a name that comes again is the same hole, and every `{}` is a new one.
pub fn holes(template: &str) -> Vec<&str> {
    let mut holes: Vec<&str> = Vec::new();
    for piece in pieces(template) {
        if let Piece::Hole(hole) = piece
            && (hole.is_empty() || !holes.contains(&hole))
        {
            holes.push(hole);
        }
    }
    holes
}

/// A translation with its arguments, which are in the order of the holes of the English template.
/// A translation names a hole as the template does; nameless ones follow each other, or have numbers from 0.
pub fn fill(template: &str, translation: &str, arguments: &[&dyn Display]) -> String {
    let holes = holes(template);
    let mut nameless = holes
        .iter()
        .enumerate()
        .filter(|(_, hole)| hole.is_empty())
        .map(|(index, _)| index);
    let mut text = String::with_capacity(translation.len().saturating_add(16));
    for piece in pieces(translation) {
        let index = match piece {
            Piece::Words(words) => {
                text.push_str(words);
                continue;
            }
            Piece::Hole("") => nameless.next(),
            Piece::Hole(hole) => holes
                .iter()
                .position(|wanted| *wanted == hole)
                .or_else(|| hole.parse().ok()),
        };
        if let Some(argument) = index.and_then(|index| arguments.get(index)) {
            // Writing to a string cannot fail.
            let _ = write!(text, "{argument}");
        }
    }
    text
}

/// What of a text stands in the holes of a template, if the rest is the same. Linear: it never goes back.
fn captured<'t>(template: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut found: Vec<(&str, &'t str)> = Vec::new();
    let mut rest = text;
    let mut open: Option<&str> = None;
    let mut pieces = pieces(template).peekable();
    while let Some(piece) = pieces.next() {
        match (piece, open.take()) {
            (Piece::Words(words), None) => rest = rest.strip_prefix(words)?,
            (Piece::Words(words), Some(hole)) => {
                let (argument, after) = if pieces.peek().is_none() {
                    (rest.strip_suffix(words)?, "")
                } else {
                    rest.split_once(words)?
                };
                found.push((hole, argument));
                rest = after;
            }
            (Piece::Hole(hole), None) => open = Some(hole),
            // Nobody can tell where the one ends and the other begins.
            (Piece::Hole(_), Some(_)) => return None,
        }
    }
    match open {
        Some(hole) => found.push((hole, rest)),
        None if !rest.is_empty() => return None,
        None => {}
    }
    let mut arguments: Vec<(&str, &str)> = Vec::new();
    for (hole, argument) in found {
        match arguments
            .iter()
            .find(|(known, _)| !hole.is_empty() && *known == hole)
        {
            None => arguments.push((hole, argument)),
            Some((_, same)) if *same == argument => {}
            Some(_) => return None,
        }
    }
    Some(
        arguments
            .into_iter()
            .map(|(_, argument)| argument)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        Catalog::read(
            r#"{
                "page": { "{least} to {most}": "{least} bis {most}" },
                "said": {
                    "Launch {name}": "{name} starten",
                    "{} of {} steps": "{1} Schritte, {0} fertig",
                    "instance": "Instanz",
                    "Remove the {kind} {name}": "{kind} {name} entfernen",
                    "It is gone.": "Es ist weg."
                }
            }"#,
        )
        .unwrap()
    }

    #[test]
    fn holes_are_filled_by_name_and_by_number() {
        assert_eq!(
            fill("Launch {name}", "{name} starten", &[&"demo"]),
            "demo starten"
        );
        assert_eq!(fill("{} of {}", "{1}: {0}", &[&1, &2]), "2: 1");
        assert_eq!(fill("{a} {} {a} {}", "{} {} {a}", &[&1, &2, &3]), "2 3 1");
    }

    #[test]
    fn sentences_are_recognised() {
        let said = |text| catalog().said(text);
        assert_eq!(said("Launch demo").as_deref(), Some("demo starten"));
        assert_eq!(
            said("3 of 9 steps").as_deref(),
            Some("9 Schritte, 3 fertig")
        );
        assert_eq!(
            said("Remove the instance demo-1").as_deref(),
            Some("Instanz demo-1 entfernen")
        );
        assert_eq!(
            said("It is gone. It is gone.").as_deref(),
            Some("Es ist weg. Es ist weg.")
        );
        assert_eq!(
            said("pools[0]: It is gone.").as_deref(),
            Some("pools[0]: Es ist weg.")
        );
        assert_eq!(said("Nobody knows this."), None);
        assert_eq!(said("Nobody listens to this."), None);
        assert_eq!(said(""), None);
    }

    #[test]
    fn a_name_that_comes_again_is_the_same() {
        assert_eq!(captured("{a} is {a}", "x is x"), Some(vec!["x"]));
        assert_eq!(captured("{a} is {a}", "x is y"), None);
        assert_eq!(captured("{}{}", "xy"), None);
    }
}

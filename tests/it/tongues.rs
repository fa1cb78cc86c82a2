//! German and French are complete: every text of the page is in both catalogs, with the same holes, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use shared::tongue::{Catalog, holes};
use tests::life::{DEFAULT, RUN, launch_plan};

const LANGUAGES: [&str; 2] = ["de", "fr"];

/// Words after which a text of the page follows.
const MARKS: [&str; 2] = ["Text(", "tr!("];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn catalog(language: &str) -> BTreeMap<String, String> {
    let path = root().join(format!("frontend/languages/{language}.json"));
    serde_json::from_str(&fs::read_to_string(path).expect("there is a catalog"))
        .expect("a catalog is an object of texts")
}

/// The Rust sources below a folder, without their tests.
fn sources(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() && !path.ends_with("tongue") {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                let text = text.split("#[cfg(test)]").next().unwrap_or_default();
                found.push(text.to_owned());
            }
        }
    }
    found
}

/// Every string literal of a source, with what stands before it.
fn literals(source: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut letters = source.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '/' if letters.peek().is_some_and(|(_, next)| *next == '/') => {
                for (_, letter) in letters.by_ref() {
                    if letter == '\n' {
                        break;
                    }
                }
            }
            '\'' if source[at..].starts_with("'\"'") => {
                letters.nth(1);
            }
            '"' => {
                let mut text = String::new();
                while let Some((_, letter)) = letters.next() {
                    match letter {
                        '"' => break,
                        '\\' => match letters.next().map(|(_, next)| next) {
                            Some('\n') => {
                                while letters.next_if(|(_, next)| next.is_whitespace()).is_some() {}
                            }
                            Some('n') => text.push('\n'),
                            Some(other) => text.push(other),
                            None => {}
                        },
                        other => text.push(other),
                    }
                }
                found.push((source[start..at].trim_end(), text));
                start = letters.peek().map_or(source.len(), |(at, _)| *at);
            }
            _ => {}
        }
    }
    found
}

/// The texts that the page looks up: those that are marked, and both forms of what is counted.
fn texts() -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for source in sources("frontend/src") {
        let mut forms = 0;
        for (before, text) in literals(&source) {
            if before
                .rsplit(';')
                .next()
                .is_some_and(|last| last.contains("counted(") && !last.contains("fn counted("))
                && !MARKS.iter().any(|mark| before.ends_with(mark))
            {
                forms = 2;
            }
            if forms > 0 || MARKS.iter().any(|mark| before.ends_with(mark)) {
                texts.insert(text);
            }
            forms = usize::saturating_sub(forms, 1);
        }
    }
    assert!(texts.len() > 500, "{} texts were found", texts.len());
    texts
}

#[test]
fn every_text_of_the_page_is_in_every_language() {
    for language in LANGUAGES {
        let catalog = catalog(language);
        let missing: Vec<String> = texts()
            .into_iter()
            .filter(|text| !catalog.contains_key(text))
            .collect();
        assert!(missing.is_empty(), "{language} lacks {missing:#?}");
    }
}

#[test]
fn translations_have_the_same_holes() {
    for language in LANGUAGES {
        for (english, translation) in catalog(language) {
            let wanted = holes(&english);
            let mut have: Vec<&str> = holes(&translation);
            // A number from 0 stands for a nameless hole.
            let numbers = have
                .iter()
                .filter(|hole| hole.parse::<usize>().is_ok())
                .count();
            if numbers > 0 && !wanted.iter().any(|hole| hole.parse::<usize>().is_ok()) {
                for hole in &mut have {
                    if hole.parse::<usize>().is_ok() {
                        *hole = "";
                    }
                }
            }
            let sorted = |mut holes: Vec<&str>| {
                holes.sort_unstable();
                holes.join(",")
            };
            assert_eq!(sorted(have), sorted(wanted), "{language}: {english}");
            assert!(!translation.is_empty(), "{language}: {english}");
        }
    }
}

#[test]
fn nothing_is_translated_that_nobody_says() {
    let mut said: BTreeSet<String> = BTreeSet::new();
    for folder in ["frontend/src", "shared/src", "worker/src"] {
        for source in sources(folder) {
            said.extend(literals(&source).into_iter().map(|(_, text)| text));
        }
    }
    for language in LANGUAGES {
        for english in catalog(language).keys() {
            assert!(said.contains(english), "{language}: nobody says {english}");
        }
    }
    assert_eq!(
        catalog("de").keys().collect::<Vec<_>>(),
        catalog("fr").keys().collect::<Vec<_>>()
    );
}

/// The titles of launches of many shapes.
fn titles() -> BTreeSet<String> {
    let specs = [
        DEFAULT,
        r#"{"name":"demo","zone":"ch-dk-2","controlPlane":{"count":3},"addons":{"csi":true},
            "pools":[{"name":"a","min":2,"max":5},{"name":"b","spread":false}]}"#,
    ];
    let plans = specs.map(|spec| launch_plan(spec, RUN));
    let steps = plans.iter().flat_map(|plan| &plan.steps);
    steps.map(|step| step.title.clone()).collect()
}

/// Each step of a launch is told in both languages, from its finished English title.
#[test]
fn plans_are_told_in_every_language() {
    for language in LANGUAGES {
        let path = root().join(format!("frontend/languages/{language}.json"));
        let catalog = Catalog::read(&fs::read_to_string(path).expect("there is a catalog"))
            .expect("a catalog is an object of texts");
        for title in titles() {
            assert!(catalog.said(&title).is_some(), "{language}: {title}");
        }
    }
}

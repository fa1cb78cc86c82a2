//! German and French are complete: every text of the page is in both catalogs, and everything that shared and the Worker
//! say to a person, with the same holes; and nothing else is.

mod literals;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};
use shared::exoscale::Kind;
use shared::spec::Spec;
use shared::tongue::{Catalog, Piece, holes, pieces};
use tests::life::{DEFAULT, RUN, launch_plan};

use literals::{literals, root, sources};

const LANGUAGES: [&str; 2] = ["de", "fr"];

/// Words after which a text of the page follows.
const MARKS: [&str; 2] = ["Text(", "tr!("];

type Texts = BTreeMap<String, String>;

fn file(language: &str) -> String {
    let path = root().join(format!("frontend/languages/{language}.json"));
    fs::read_to_string(path).expect("there is a catalog")
}

/// What the page says by itself, and what it recognises.
fn parts(language: &str) -> (Texts, Texts) {
    let mut parts: BTreeMap<String, Texts> =
        serde_json::from_str(&file(language)).expect("a catalog has two parts");
    let mut part = |name: &str| parts.remove(name).expect("the part is there");
    (part("page"), part("said"))
}

fn all(language: &str) -> Texts {
    let (page, said) = parts(language);
    page.into_iter().chain(said).collect()
}

fn catalog(language: &str) -> Catalog {
    Catalog::read(&file(language)).expect("it can be read")
}

/// The texts that the page looks up: those that are marked, and both forms of what is counted.
fn texts() -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for (_, source) in sources("frontend/src") {
        let mut forms = 0;
        for (before, text) in literals(&source) {
            let is_marked = MARKS.iter().any(|mark| before.ends_with(mark));
            let last = before.rsplit(';').next().unwrap_or_default();
            if last.contains("counted(") && !last.contains("fn counted(") && !is_marked {
                forms = 2;
            }
            if forms > 0 || is_marked {
                texts.insert(text);
            }
            forms = usize::saturating_sub(forms, 1);
        }
    }
    assert!(texts.len() > 500, "{} texts were found", texts.len());
    texts
}

/// Whether a literal is more than a word, a name or a format.
fn is_sentence(text: &str) -> bool {
    let words: String = pieces(text)
        .map(|piece| match piece {
            Piece::Words(words) => words,
            Piece::Hole(_) => "",
        })
        .collect();
    let in_a_row = |letters: &[u8]| letters.iter().all(u8::is_ascii_lowercase);
    let is_sql = ["SELECT ", "INSERT ", "DELETE ", "CREATE "]
        .iter()
        .any(|start| text.starts_with(start));
    text.trim().contains(' ') && words.as_bytes().windows(2).any(in_a_row) && !is_sql
}

/// What is not shown: folders and files, and literals.
fn not_shown() -> (Vec<&'static str>, BTreeSet<String>) {
    let (_, list) = include_str!("tongues/not_shown.txt")
        .split_once("\n\n")
        .expect("the first lines say what it is");
    let (rooms, texts): (Vec<&str>, Vec<&str>) = list
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty() && !line.starts_with("# "))
        .partition(|line| line.starts_with("shared/") || line.starts_with("worker/"));
    let texts = texts.iter().map(|text| text.replace("\\n", "\n"));
    (rooms, texts.collect())
}

/// What shared and the Worker say to a person.
fn sentences() -> BTreeSet<String> {
    let (rooms, not_shown) = not_shown();
    let mut sentences = BTreeSet::new();
    let mut met = BTreeSet::new();
    for (path, source) in ["shared/src", "worker/src"].into_iter().flat_map(sources) {
        let room = rooms.iter().find(|room| path.starts_with(**room));
        if let Some(room) = room {
            met.insert((*room).to_owned());
            continue;
        }
        for (before, text) in literals(&source) {
            let is_for_readers = before.ends_with("reason =") || before.ends_with("expect(");
            if not_shown.contains(text.trim_end()) {
                met.insert(text.trim_end().to_owned());
            } else if is_sentence(&text) && !is_for_readers {
                sentences.insert(text);
            }
        }
    }
    let rooms = rooms.into_iter().map(str::to_owned);
    let unmet: Vec<String> = rooms
        .chain(not_shown)
        .filter(|line| !met.contains(line))
        .collect();
    assert!(
        unmet.is_empty(),
        "not_shown.txt names what is gone: {unmet:#?}"
    );
    assert!(sentences.len() > 300, "{} were found", sentences.len());
    sentences
}

fn assert_all(known: &Texts, texts: BTreeSet<String>, language: &str) {
    let missing: Vec<String> = texts
        .into_iter()
        .filter(|text| !known.contains_key(text))
        .collect();
    assert!(missing.is_empty(), "{language} lacks {missing:#?}");
}

#[test]
fn every_text_of_the_page_is_in_every_language() {
    for language in LANGUAGES {
        assert_all(&all(language), texts(), language);
    }
}

#[test]
fn every_sentence_of_shared_and_the_worker_is_recognised_in_every_language() {
    for language in LANGUAGES {
        let (_, said) = parts(language);
        assert_all(&said, sentences(), language);
    }
}

#[test]
fn the_page_says_nothing_that_is_not_looked_up() {
    let texts = texts();
    for (path, source) in sources("frontend/src/strings") {
        for (before, text) in literals(&source) {
            let is_command = ["kubectl ", "export ", "ssh ", "chmod "]
                .iter()
                .any(|start| text.starts_with(start));
            let is_for_readers = before.ends_with("reason =");
            assert!(
                texts.contains(&text) || !is_sentence(&text) || is_command || is_for_readers,
                "{path}: {text}"
            );
        }
    }
}

#[test]
fn translations_have_the_same_holes() {
    for language in LANGUAGES {
        for (english, translation) in all(language) {
            // A number from 0 stands for a nameless hole.
            let are_numbered = holes(&english).iter().any(|hole| is_number(hole));
            let sorted = |text| {
                let mut holes = holes(text);
                for hole in &mut holes {
                    if is_number(hole) && !are_numbered {
                        *hole = "";
                    }
                }
                holes.sort_unstable();
                holes.join(",")
            };
            assert_eq!(
                sorted(&translation),
                sorted(&english),
                "{language}: {english}"
            );
            assert!(!translation.is_empty(), "{language}: {english}");
        }
    }
}

fn is_number(hole: &str) -> bool {
    hole.parse::<usize>().is_ok()
}

#[test]
fn nothing_is_translated_that_nobody_says() {
    let said_in = |folders: &[&'static str]| -> BTreeSet<String> {
        let sources = folders.iter().copied().flat_map(sources);
        sources
            .flat_map(|(_, source)| {
                let found = literals(&source).into_iter().map(|(_, text)| text);
                found.collect::<Vec<_>>()
            })
            .collect()
    };
    let on_the_page = texts();
    let elsewhere = said_in(&["shared/src", "worker/src", "sandbox/src"]);
    for language in LANGUAGES {
        let (page, said) = parts(language);
        for english in page.keys() {
            assert!(on_the_page.contains(english), "{language}: {english}");
        }
        for english in said.keys() {
            assert!(elsewhere.contains(english), "{language}: {english}");
        }
    }
    let english = |language| all(language).into_keys().collect::<Vec<_>>();
    assert_eq!(english("de"), english("fr"));
}

/// Each step of a launch is told in both languages, from its finished English title.
#[test]
fn plans_are_told_in_every_language() {
    let specs = [
        DEFAULT,
        r#"{"name":"demo","zone":"ch-dk-2","controlPlane":{"count":3},"addons":{"csi":true},
            "pools":[{"name":"a","min":2,"max":5},{"name":"b","spread":false}]}"#,
    ];
    for language in LANGUAGES {
        let catalog = catalog(language);
        for step in specs.iter().flat_map(|spec| launch_plan(spec, RUN).steps) {
            let title = step.title;
            assert!(catalog.said(&title).is_some(), "{language}: {title}");
        }
        for kind in Kind::ALL {
            let noun = kind.noun();
            assert!(catalog.said(noun).is_some(), "{language}: {noun}");
        }
    }
}

/// What is wrong with a spec is told in both languages, filled in and all.
#[test]
fn refusals_are_told_in_every_language() {
    let wrong = [
        ("/name", json!("Demo!")),
        ("/zone", json!("mars-1")),
        ("/kubernetes", json!("0.1")),
        ("/controlPlane/count", json!(2)),
        ("/controlPlane/type", json!("standard.micro")),
        ("/controlPlane/disk", json!(1)),
        ("/pools", json!([])),
        ("/pools/0/max", json!(100_000)),
        ("/pools/0/min", json!("three")),
        ("/pools/0/labels", json!({"a b": "c"})),
        ("/pools/0/taints", json!(["x"])),
        ("/access/api", json!(["10.0.0.0/8"])),
        ("/access/ssh", json!(["nonsense"])),
        ("/network/pods", json!("10.0.0.0/30")),
        ("/network/services", json!("8.8.8.0/24")),
        ("/network/nodePorts", json!("1-2")),
        ("/network/domain", json!("A")),
        ("/sshKey", json!("ssh-rsa AAAA")),
        ("/kubeconfigHours", json!(0)),
        ("/unheardOf", json!(1)),
    ];
    for language in LANGUAGES {
        let catalog = catalog(language);
        for (pointer, value) in &wrong {
            let raw = changed(pointer, value.clone());
            let problems = Spec::from_json(&raw.to_string()).expect_err(pointer);
            for problem in problems {
                let told = |text: &str| text.is_empty() || catalog.said(text).is_some();
                assert!(told(&problem.rule), "{language}: {}", problem.rule);
                assert!(told(&problem.hint), "{language}: {}", problem.hint);
                assert!(told(&problem.to_string()), "{language}: {problem}");
            }
        }
    }
}

/// A spec with one value changed.
fn changed(pointer: &str, value: Value) -> Value {
    let mut raw = json!({"name": "demo", "zone": "ch-dk-2", "pools": [{"name": "workers"}]});
    let mut place = &mut raw;
    for key in pointer.split('/').skip(1) {
        place = match key.parse::<usize>() {
            Ok(index) => &mut place[index],
            Err(_) => &mut place[key],
        };
    }
    *place = value;
    raw
}

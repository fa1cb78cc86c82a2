//! Style that a lint cannot see. It reads the sources as text and judges no behaviour.

use std::fs;
use std::path::{Path, PathBuf};

/// Without tests. A longer file is two files.
const FILE_LINES_MAX: usize = 300;

/// Marks of unfinished work, written apart so that this file does not carry them itself.
const LEFTOVERS: &[&str] = &[
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
    concat!("to", "do!("),
    concat!("unimpl", "emented!("),
    concat!("#[ig", "nore"),
    concat!("should_", "panic"),
    concat!("test.on", "ly("),
    concat!("test.sk", "ip("),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file below the crates and tools with one of these endings, with its text.
fn sources(endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = ["shared", "worker", "frontend", "sandbox", "tests", "tools"]
        .map(|name| root().join(name))
        .into();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                open.push(path);
            } else if path
                .extension()
                .is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted))
            {
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty());
    found
}

/// The lines of a file without its test modules: from `#[cfg(test)]` to the brace that closes it at the margin.
fn lines_without_tests(text: &str) -> usize {
    let mut count = 0;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line != "#[cfg(test)]" {
            count += 1;
        } else if lines.next().is_some_and(|module| !module.ends_with(';')) {
            lines.by_ref().find(|line| *line == "}");
        }
    }
    count
}

#[test]
fn every_file_says_what_it_is() {
    for (path, text) in sources(&["rs"]) {
        assert!(
            text.starts_with("//! "),
            "{} must open with `//! ` and one sentence",
            path.display()
        );
    }
    for (path, text) in sources(&["mjs", "js"]) {
        assert!(
            text.starts_with("// "),
            "{} must open with `// ` and one sentence",
            path.display()
        );
    }
}

#[test]
fn no_file_is_long() {
    for (path, text) in sources(&["rs", "mjs", "js"]) {
        let is_test =
            path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs");
        let lines = lines_without_tests(&text);
        assert!(
            is_test || lines <= FILE_LINES_MAX,
            "{} has {lines} lines, {FILE_LINES_MAX} are allowed",
            path.display()
        );
    }
}

#[test]
fn test_modules_do_not_count() {
    assert_eq!(
        lines_without_tests("a\n#[cfg(test)]\nmod tests {\n    b\n}\nc\n"),
        2
    );
    assert_eq!(lines_without_tests("a\n#[cfg(test)]\nmod tests;\nc\n"), 2);
}

#[test]
fn nothing_is_left_over() {
    for (path, text) in sources(&["rs", "mjs", "js", "py", "sh", "css", "html"]) {
        for mark in LEFTOVERS {
            assert!(!text.contains(mark), "{} still says {mark}", path.display());
        }
    }
}

#[test]
fn documented_commands_exist() {
    let makefile = fs::read_to_string(root().join("Makefile")).expect("there is a Makefile");
    let exists = |target: &str| {
        makefile
            .lines()
            .any(|line| line.starts_with(&format!("{target}:")))
    };
    for document in ["README.md", "ARCHITECTURE.md"] {
        let Ok(text) = fs::read_to_string(root().join(document)) else {
            continue;
        };
        // Commands stand in backticks or open a line of a code block.
        let commands = text
            .split(['`', '\n'])
            .filter_map(|piece| piece.trim().strip_prefix("make "));
        for target in commands
            .filter_map(|command| command.split_whitespace().find(|word| !word.contains('=')))
        {
            assert!(
                exists(target),
                "{document} names `make {target}`, which does not exist"
            );
        }
    }
}

/// How a test of this name begins, by its file's ending.
fn head_of_test(path: &str, name: &str) -> String {
    match path.rsplit('.').next() {
        Some("rs") => format!("fn {name}("),
        Some("py") => format!("def {name}("),
        _ => format!("('{name}', "),
    }
}

/// What a piece of a page cites: each file of ours that stands in backticks, with the tests that are quoted right
/// behind it. What does not exist fails.
fn cited<'a>(what: &str, text: &'a str) -> Vec<(&'a str, Vec<&'a str>)> {
    let rooms = [
        "shared/",
        "worker/",
        "frontend/",
        "sandbox/",
        "tests/",
        "tools/",
        "docs/",
    ];
    let at_the_top = [
        "Cargo.toml",
        "Cargo.lock",
        "package-lock.json",
        "wrangler.toml",
    ];
    let pieces: Vec<&str> = text.split('`').skip(1).collect();
    let mut found = Vec::new();
    for pair in pieces.chunks(2) {
        let [path, rest] = *pair else {
            panic!("{what} has a backtick too many");
        };
        if rooms.iter().any(|room| path.starts_with(room)) || at_the_top.contains(&path) {
            let source = fs::read_to_string(root().join(path))
                .unwrap_or_else(|_| panic!("{what} names {path}, which does not exist"));
            let tests = quoted(rest);
            for name in &tests {
                let head = head_of_test(path, name);
                assert!(source.contains(&head), "{what}: {path} has no test {name}");
            }
            found.push((path, tests));
        }
    }
    found
}

/// The names in quotes with which a text begins, one after the other. What is quoted later belongs to another sentence.
fn quoted(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text.strip_prefix(" \"");
    while let Some((name, behind)) = rest.and_then(|rest| rest.split_once('"')) {
        names.push(name);
        rest = behind.strip_prefix(", \"");
    }
    names
}

/// The cells of each row of a page's tables, without heads and rulers.
fn rows(page: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join(page)).expect("there is the page");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    let cells = |row: &str| -> Vec<String> {
        let cells = row.trim_end_matches(" |").split(" | ");
        cells.map(str::to_owned).collect()
    };
    let heads = ["id", "chapter", "what", "use"];
    rows.map(cells)
        .filter(|cells| !heads.contains(&cells[0].as_str()))
        .collect()
}

#[test]
fn behaviours_name_tests_that_exist() {
    let (mut ids, mut named) = (Vec::new(), 0);
    for row in rows("docs/behaviours.md") {
        let [id, _, _, shown] = &row[..] else {
            panic!("{row:?} has not four columns");
        };
        ids.push(id.clone());
        for (path, tests) in cited(id, shown) {
            assert!(!tests.is_empty(), "{id} names no test in {path}");
            named += tests.len();
        }
        let evident = shown.contains('"') || shown.contains("Not shown");
        assert!(
            evident,
            "{id} says neither what shows it nor that nothing does"
        );
    }
    let seed = (1..=30).map(|number| format!("S{number:02}"));
    let defects = (1..=13).map(|number| format!("D{number}"));
    let traps = (1..=35).map(|number| number.to_string());
    assert_eq!(ids, seed.chain(defects).chain(traps).collect::<Vec<_>>());
    assert!(named > 100, "only {named} tests are named");
}

#[test]
fn every_item_of_the_standard_has_its_place_and_its_evidence() {
    let is_item = |word: &str| {
        let numbers = word.split('.').map(str::parse::<u8>);
        numbers
            .collect::<Result<Vec<_>, _>>()
            .is_ok_and(|all| all.len() == 3)
    };
    let text = fs::read_to_string(root().join("docs/asvs.md")).expect("there is the page");
    let (unmet, _) = text.split_once("## Met").expect("there are both tables");
    let mut items = Vec::new();
    for row in rows("docs/asvs.md") {
        let [first, middle, last] = &row[..] else {
            panic!("{row:?} has not three columns");
        };
        if is_item(first) {
            items.push(first.clone());
            let evident = !cited(first, last).is_empty() || unmet.contains(&format!("| {first} |"));
            assert!(evident, "{first} is met by nothing");
        } else {
            items.extend(middle.split(' ').map(str::to_owned));
        }
    }
    assert!(items.iter().all(|item| is_item(item)), "{items:?}");
    let once: std::collections::BTreeSet<&String> = items.iter().collect();
    assert_eq!(
        (items.len(), once.len()),
        (129, 129),
        "each item stands there once"
    );
}

#[test]
fn what_is_said_about_security_names_what_exists() {
    let text = fs::read_to_string(root().join("SECURITY.md")).expect("there is the page");
    let tests = cited("SECURITY.md", &text)
        .into_iter()
        .map(|(_, tests)| tests.len());
    let tests: usize = tests.sum();
    assert!(tests > 25, "only {tests} tests are named");
}

#[test]
fn the_makefile_stays_small() {
    let makefile = fs::read_to_string(root().join("Makefile")).expect("there is a Makefile");
    assert!(makefile.lines().count() <= 48, "logic belongs into tools/");
    let commands = makefile
        .lines()
        .filter(|line| line.contains(": ") && line.contains("## "));
    assert!(commands.count() <= 12, "a dozen commands is enough");
}

/// Not of each change: a release is when people look at them.
#[test]
fn the_pictures_are_of_this_version() {
    let docs = root().join("docs");
    let of = fs::read_to_string(docs.join("pictures.txt"))
        .expect("pictures.txt says of which version they are");
    let this = concat!("Slipway ", env!("CARGO_PKG_VERSION"));
    assert_eq!(of.trim(), this, "`make pictures` takes them anew");
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    for picture in ["compose", "plan", "run", "cluster", "receipt"] {
        let bytes = fs::metadata(docs.join(format!("{picture}.png")))
            .expect("it is there")
            .len();
        assert!(bytes < 250_000, "{picture}.png has {bytes} bytes");
        assert!(
            readme.contains(&format!("](docs/{picture}.png)")),
            "{picture}.png is nowhere in README.md"
        );
    }
}

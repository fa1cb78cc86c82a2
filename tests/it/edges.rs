//! The house has allowed directions, and its pure rooms have no door to the world.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde::Deserialize;

/// Who may know whom. A crate that is not here fails the test: decide where it stands first.
const ALLOWED: &[(&str, &[&str])] = &[
    ("shared", &[]),
    ("sandbox", &[]),
    ("worker-edge", &["shared", "sandbox"]),
    ("frontend", &["shared"]),
    (
        "tests",
        &[
            "shared",
            "sandbox",
            "worker-edge",
            "frontend",
            "bench-engine",
        ],
    ),
    ("bench-engine", &["shared"]),
];

/// Rooms that only think: no IO, no clock, no async, no randomness of their own.
const PURE: &[&str] = &["shared", "sandbox"];

/// What a pure room may not depend on, directly or through others. Compared with the whole name or its first part.
const DOORS: &[&str] = &[
    "async",
    "futures",
    "getrandom",
    "gloo",
    "hyper",
    "js",
    "leptos",
    "mio",
    "rand",
    "reqwest",
    "smol",
    "tokio",
    "wasm",
    "web",
    "worker",
];

/// Looks like a door and is none: only traits, by which randomness comes in.
const HARMLESS: &[&str] = &["rand_core"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    path: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Deserialize)]
struct EdgeKind {
    /// Absent for what is linked into the program; else `dev` or `build`.
    kind: Option<String>,
}

impl Metadata {
    /// As the page and the Worker are built: dependencies of other targets do not count.
    fn read() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version=1", "--locked"])
            .args([
                "--filter-platform=wasm32-unknown-unknown",
                "--manifest-path",
            ])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
            .output()
            .expect("cargo runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).expect("cargo's metadata is as documented")
    }

    fn package(&self, id: &str) -> &Package {
        self.packages
            .iter()
            .find(|package| package.id == id)
            .expect("every id has its package")
    }

    fn member(&self, name: &str) -> &Package {
        self.workspace_members
            .iter()
            .map(|id| self.package(id))
            .find(|package| package.name == name)
            .unwrap_or_else(|| panic!("{name} is not in the workspace"))
    }

    /// The names of everything that is linked into this crate.
    fn linked(&self, root: &Package) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut open = vec![root.id.as_str()];
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let node = self
                .resolve
                .nodes
                .iter()
                .find(|node| node.id == id)
                .expect("every package has its node");
            let linked = node
                .deps
                .iter()
                .filter(|edge| edge.dep_kinds.iter().any(|kind| kind.kind.is_none()));
            open.extend(linked.map(|edge| edge.pkg.as_str()));
        }
        seen.into_iter()
            .map(|id| self.package(id).name.as_str())
            .collect()
    }
}

#[test]
fn crates_know_only_whom_they_may() {
    let metadata = Metadata::read();
    let allowed: BTreeMap<_, _> = ALLOWED.iter().copied().collect();
    for id in &metadata.workspace_members {
        let package = metadata.package(id);
        let may = allowed
            .get(package.name.as_str())
            .unwrap_or_else(|| panic!("{} has no place in the house yet", package.name));
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| dependency.path.is_some())
        {
            let (from, to) = (&package.name, &dependency.name);
            assert!(may.contains(&to.as_str()), "{from} must not depend on {to}");
        }
    }
}

#[test]
fn pure_crates_have_no_door_to_the_world() {
    let metadata = Metadata::read();
    for name in PURE {
        for linked in metadata.linked(metadata.member(name)) {
            let first = linked.split(['-', '_']).next().unwrap_or(linked);
            assert!(
                HARMLESS.contains(&linked) || !DOORS.contains(&first),
                "{name} must stay pure, but {linked} is linked into it"
            );
        }
    }
}

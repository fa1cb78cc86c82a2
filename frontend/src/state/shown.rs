//! What the form says about itself: which problems it is polite to show, and what differs from the defaults.
//!
//! While a person types, nothing new is said and nothing that stands there moves.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::spec::Problem;

use super::Compose;
use crate::clock;

impl Compose {
    /// A person types.
    pub fn typing(self) {
        if self.frozen.with_untracked(Option::is_none) {
            self.frozen.set(Some(untrack(|| self.due())));
        }
        self.typed
            .update_value(|typed| *typed = typed.wrapping_add(1));
    }

    /// A person has left a field. What moves then moves a moment later, so that a click that ended the visit still
    /// meets what it was aimed at.
    pub fn visit(self, path: &str) {
        let path = path.to_owned();
        let typed = self.typed.get_value();
        spawn_local(async move {
            clock::pause(SHOWN_AFTER_MS).await;
            self.visited.update(|visited| {
                if let Some(pool) = path.strip_suffix(".min") {
                    // What is wrong between two bounds is reported at the upper one.
                    visited.insert(format!("{pool}.max"));
                }
                visited.insert(path);
            });
            // The form may be gone by now.
            if self.typed.try_get_value() == Some(typed) {
                self.frozen.set(None);
            }
        });
    }

    /// A launch was tried: from now on every problem shows.
    pub fn submit(self) {
        self.submitted.set(true);
        self.frozen.set(None);
    }

    /// What is wrong with a field, once it is polite to say so.
    pub fn problem(self, path: &str) -> Option<Problem> {
        let mut shown = self.shown_problems().into_iter();
        shown.find(|problem| is_at(&problem.field, path))
    }

    /// Whether what is shown at a field is wrong no longer.
    pub fn is_mended(self, path: &str) -> bool {
        let problems = self.parsed.get().err().unwrap_or_default();
        !problems.iter().any(|problem| is_at(&problem.field, path))
    }

    /// What is shown to be wrong.
    pub fn shown_problems(self) -> Vec<Problem> {
        self.frozen.get().unwrap_or_else(|| self.due())
    }

    /// What is wrong and may be said.
    fn due(self) -> Vec<Problem> {
        let all = self.submitted.get();
        let visited = self.visited.get();
        let due = |problem: &Problem| all || visited.iter().any(|path| is_at(&problem.field, path));
        let problems = self.parsed.get().err().unwrap_or_default();
        problems.into_iter().filter(due).collect()
    }

    /// Which of these fields differ from the default cluster. A pool is compared with the default pool.
    pub fn changed(self, paths: &[String]) -> Vec<String> {
        let differs = |path: &&String| {
            let default = self
                .defaults
                .with_value(|defaults| defaults.value(&default_of(path)).cloned());
            self.draft.with(|draft| draft.value(path).cloned()) != default
        };
        paths.iter().filter(differs).cloned().collect()
    }
}

/// `pools[3].disk` is by default what `pools[0].disk` is.
fn default_of(path: &str) -> String {
    let pool = path
        .strip_prefix("pools[")
        .and_then(|rest| rest.split_once(']'));
    pool.map_or_else(|| path.to_owned(), |(_, field)| format!("pools[0]{field}"))
}

/// Whether a problem belongs to a field: `access.api[0]` does to `access.api`.
fn is_at(problem: &str, path: &str) -> bool {
    problem
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
}

/// Longer than a button of a mouse is held down.
const SHOWN_AFTER_MS: u32 = 200;

//! What the browser remembers for us: the runs and the pretend account of this tab, the theme and the language.
//! Capabilities of runs may stand here, API secrets and private keys may not; those of a pretend account are neither.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::plan::PlanKind;
use shared::spec::Spec;

use crate::api::{RunLink, SandboxAccount, from_text};
use crate::{browser, clock};

/// The browser's storage by name of what is in it.
pub struct Memory;

/// A run that this tab has started or opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownRun {
    /// What reaches it.
    pub link: RunLink,
    /// The cluster's name.
    pub name: String,
    /// The spec as a link, for the picture.
    #[serde(default)]
    pub spec: Option<String>,
    /// The pretend account that it works on.
    #[serde(default)]
    pub sandbox: Option<SandboxAccount>,
    /// What it does.
    #[serde(default)]
    pub kind: PlanKind,
}

impl KnownRun {
    /// A launch of this spec.
    pub fn launch(link: RunLink, spec: &Spec, sandbox: Option<SandboxAccount>) -> Self {
        let name = spec.name().as_str().to_owned();
        Self {
            link,
            name,
            spec: Some(shared::link::encode(spec)),
            sandbox,
            kind: PlanKind::Launch,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct OpenedAccount {
    account: SandboxAccount,
    opened_ms: u64,
}

/// Light, dark, or what the computer prefers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// What the computer prefers.
    #[default]
    Auto,
    /// Dark ink on paper.
    Light,
    /// Light ink on night.
    Dark,
}

impl Theme {
    /// Every theme.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// As the style sheet knows it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

const RUNS: &str = "slipway.runs";
const ACCOUNT: &str = "slipway.sandbox";
const THEME: &str = "slipway.theme";
/// Read by `boot.js`, too, which loads the catalog.
const LANGUAGE: &str = "slipway.language";

/// Pretend accounts are swept after two hours; one is not begun on that may end under the person's hands.
const ACCOUNT_GOOD_FOR_MS: u64 = 60 * 60 * 1_000;

/// Runs that a tab remembers.
const RUNS_MAX: usize = 20;

impl Memory {
    /// The runs of this tab, the newest first.
    pub fn runs() -> Vec<KnownRun> {
        read(browser::tab_storage(), RUNS).unwrap_or_default()
    }

    /// Remembers the runs of this tab.
    pub fn keep_runs(runs: &[KnownRun]) {
        let newest: Vec<&KnownRun> = runs.iter().take(RUNS_MAX).collect();
        write(browser::tab_storage(), RUNS, &newest);
    }

    /// The pretend account of this tab, while it is fresh.
    pub fn account() -> Option<SandboxAccount> {
        let opened: OpenedAccount = read(browser::tab_storage(), ACCOUNT)?;
        (clock::now().millis().saturating_sub(opened.opened_ms) < ACCOUNT_GOOD_FOR_MS)
            .then_some(opened.account)
    }

    /// Remembers the pretend account of this tab.
    pub fn keep_account(account: &SandboxAccount) {
        let opened = OpenedAccount {
            account: account.clone(),
            opened_ms: clock::now().millis(),
        };
        write(browser::tab_storage(), ACCOUNT, &opened);
    }

    /// The theme that was chosen.
    pub fn theme() -> Theme {
        read(browser::browser_storage(), THEME).unwrap_or_default()
    }

    /// Remembers the language.
    pub fn keep_language(name: &str) {
        write(browser::browser_storage(), LANGUAGE, &name);
    }

    /// Remembers the theme.
    pub fn keep_theme(theme: Theme) {
        write(browser::browser_storage(), THEME, &theme);
    }
}

fn read<T: DeserializeOwned>(storage: Option<web_sys::Storage>, key: &str) -> Option<T> {
    let text = storage?.get_item(key).ok()??;
    from_text(&text)
}

fn write<T: Serialize>(storage: Option<web_sys::Storage>, key: &str, value: &T) {
    let text = serde_json::to_string(value).unwrap_or_default();
    // A browser that remembers nothing only makes the page forget sooner.
    let _ = storage.map(|storage| storage.set_item(key, &text));
}

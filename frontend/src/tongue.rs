//! The language of the page. English texts are the keys of a catalog that is loaded when another language is asked for.

mod text;

use std::cell::Cell;
use std::fmt::Display;

use leptos::wasm_split::{SplitLoaderError, wasm_split};
use shared::tongue::{Catalog, fill};

use crate::browser;

pub use text::Text;

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Needs no catalog.
    #[default]
    English,
    /// `frontend/languages/de.json`.
    German,
    /// `frontend/languages/fr.json`.
    French,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::English, Self::German, Self::French];

    /// As HTML names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
        }
    }

    /// As those who speak it call it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::French => "Français",
        }
    }

    /// The language of this name, English if there is none.
    pub fn named(name: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|language| language.as_str() == name)
            .unwrap_or_default()
    }
}

/// What knows a language other than English: a catalog, whose program is loaded with the first one.
trait Tongue {
    fn text(&self, english: &str) -> Option<&str>;
    fn said(&self, english: &str) -> Option<String>;
}

impl Tongue for Catalog {
    fn text(&self, english: &str) -> Option<&str> {
        self.get(english)
    }

    fn said(&self, english: &str) -> Option<String> {
        Self::said(self, english)
    }
}

type Spoken = (Language, Option<&'static dyn Tongue>);

thread_local! {
    static NOW: Cell<Spoken> = const { Cell::new((Language::English, None)) };
}

/// Speaks what the browser has loaded from now on; English, if that makes no sense. What is on screen has to be drawn again.
pub async fn listen() {
    let language = Language::named(&browser::language());
    let tongue = match language {
        Language::English => None,
        Language::German | Language::French => learn(&browser::catalog()).await.ok().flatten(),
    };
    let spoken = tongue.map_or((Language::English, None), |tongue| (language, Some(tongue)));
    browser::set_language(spoken.0.as_str());
    NOW.set(spoken);
}

#[wasm_split(tongue, wasm_split_path = leptos::wasm_split, fallible)]
fn learn(catalog: &str) -> Result<Option<&'static dyn Tongue>, SplitLoaderError> {
    // A catalog lives as long as the page: texts are borrowed from it everywhere.
    Ok(Catalog::read(catalog).map(|catalog| Box::leak(Box::new(catalog)) as &dyn Tongue))
}

/// The language that is spoken.
pub fn language() -> Language {
    NOW.get().0
}

/// A text without arguments.
pub fn word(english: &'static str) -> &'static str {
    let tongue = NOW.get().1;
    tongue
        .and_then(|tongue| tongue.text(english))
        .unwrap_or(english)
}

/// A text with arguments, in the order of its holes.
pub fn filled(english: &'static str, arguments: &[&dyn Display]) -> String {
    fill(english, word(english), arguments)
}

/// A sentence that was made elsewhere, by the launcher or by the planner.
pub fn said(english: &str) -> String {
    let tongue = NOW.get().1;
    tongue
        .and_then(|tongue| tongue.said(english))
        .unwrap_or_else(|| english.to_owned())
}

/// A text in the language of the page: `tr!("Pool {pool}", pool)`. Arguments stand in the order of the holes.
macro_rules! tr {
    ($english:literal) => {
        $crate::tongue::word($english)
    };
    ($english:literal, $($argument:expr),+ $(,)?) => {
        $crate::tongue::filled($english, &[$(&$argument as &dyn ::std::fmt::Display),+])
    };
}
pub(crate) use tr;

//! A text that is looked up when it is shown.

use std::fmt;
use std::ops::Deref;

use leptos::prelude::*;

use super::word;

/// An English text of the page, which is shown in the page's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text(pub &'static str);

impl Text {
    /// In the language of the page.
    pub fn shown(self) -> &'static str {
        word(self.0)
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.shown()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.shown())
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.shown().to_owned()
    }
}

impl From<Text> for Signal<String> {
    fn from(text: Text) -> Self {
        text.shown().into()
    }
}

impl IntoRender for Text {
    type Output = &'static str;

    fn into_render(self) -> Self::Output {
        self.shown()
    }
}

impl IntoAttributeValue for Text {
    type Output = &'static str;

    fn into_attribute_value(self) -> Self::Output {
        self.shown()
    }
}

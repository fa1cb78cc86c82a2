//! A text that is looked up when it is shown.

use std::fmt;
use std::ops::Deref;

use leptos::attr::{Attribute, AttributeValue};
use leptos::prelude::*;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::types::Element;
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::{Position, PositionState};

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

impl From<Text> for &'static str {
    fn from(text: Text) -> Self {
        text.shown()
    }
}

impl From<Text> for Signal<String> {
    fn from(text: Text) -> Self {
        text.shown().into()
    }
}

impl Render for Text {
    type State = <&'static str as Render>::State;

    fn build(self) -> Self::State {
        Render::build(self.shown())
    }

    fn rebuild(self, state: &mut Self::State) {
        Render::rebuild(self.shown(), state);
    }
}

impl AddAnyAttr for Text {
    type Output<NewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> Self {
        self
    }
}

// The page is never rendered on a server; components still ask for it.
impl RenderHtml for Text {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.shown()
            .to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(
        self,
        cursor: &Cursor,
        position: &PositionState,
    ) -> Self::State {
        RenderHtml::hydrate::<FROM_SERVER>(self.shown(), cursor, position)
    }

    fn into_owned(self) -> Self {
        self
    }
}

impl AttributeValue for Text {
    type State = <&'static str as AttributeValue>::State;
    type AsyncOutput = Self;
    type Cloneable = Self;
    type CloneableOwned = Self;

    fn html_len(&self) -> usize {
        self.len()
    }

    fn to_html(self, key: &str, buf: &mut String) {
        AttributeValue::to_html(self.shown(), key, buf);
    }

    fn to_template(_: &str, _: &mut String) {}

    fn hydrate<const FROM_SERVER: bool>(self, key: &str, element: &Element) -> Self::State {
        AttributeValue::hydrate::<FROM_SERVER>(self.shown(), key, element)
    }

    fn build(self, element: &Element, key: &str) -> Self::State {
        AttributeValue::build(self.shown(), element, key)
    }

    fn rebuild(self, key: &str, state: &mut Self::State) {
        AttributeValue::rebuild(self.shown(), key, state);
    }

    fn into_cloneable(self) -> Self {
        self
    }

    fn into_cloneable_owned(self) -> Self {
        self
    }

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }
}

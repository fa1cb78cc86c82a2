//! What came of a link: what it sets, or why it could not be read. Nothing is launched by opening one.

use leptos::prelude::*;

use super::differences::Differences;
use super::price_difference::{Period, PriceDifference};
use crate::format::sentence;
use crate::parts::Prose;
use crate::state::{Compose, Opened};
use crate::strings::compose as t;

/// The id of the notice, for the focus.
pub const NOTICE: &str = "opened";

/// What came of a link.
#[component]
pub fn LinkNotice() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let notice = move |opened: Opened| match opened {
        Opened::Bad(why) => view! {
            <div class="notice notice--failed" role="alert">
                <p class="notice__title">{t::BAD_LINK}</p>
                <p><Prose text=sentence(&why) />" "{t::BAD_LINK_HINT}</p>
            </div>
        }
        .into_any(),
        Opened::Read { defaults, spec } if defaults == spec => {
            view! { <div class="notice"><p>{t::LINK_OF_DEFAULTS}</p></div> }.into_any()
        }
        Opened::Read { defaults, spec } => view! {
            <div class="notice">
                <p class="notice__title">{t::LINK_SETS}</p>
                <Differences differences=defaults.differences(&spec) />
                <PriceDifference from=*defaults to=*spec period=Period::Hour />
                <p>{t::LINK_HINT}</p>
            </div>
        }
        .into_any(),
    };
    // There before any link is opened, so that the focus can go to it from what the link replaces.
    view! { <div id=NOTICE tabindex="-1">{move || compose.opened.get().map(notice)}</div> }
}

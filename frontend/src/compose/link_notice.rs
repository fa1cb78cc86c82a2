//! What came of a link: what it sets, or why it could not be read. Nothing is launched by opening one.

use leptos::prelude::*;

use super::differences::Differences;
use crate::format::sentence;
use crate::parts::Prose;
use crate::state::{Compose, Opened};
use crate::strings::compose as t;

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
        Opened::Read(differences) if differences.is_empty() => {
            view! { <div class="notice"><p>{t::LINK_OF_DEFAULTS}</p></div> }.into_any()
        }
        Opened::Read(differences) => view! {
            <div class="notice">
                <p class="notice__title">{t::LINK_SETS}</p>
                <Differences differences />
                <p>{t::LINK_HINT}</p>
            </div>
        }
        .into_any(),
    };
    move || compose.opened.get().map(notice)
}

//! What can be done with a link beside copying it: a QR code, a badge for a page, a comparison with another link.
//! Nothing of it is loaded until it is asked for.

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use shared::qr::QrCode;

use super::compare::Compare;
use crate::parts::{CopyButton, LateFold, Part};
use crate::state::Compose;
use crate::strings::sharing as t;

/// What can be done with a link.
#[component]
pub fn LinkTools() -> impl IntoView {
    view! {
        <div class="tools">
            <LateFold title=t::QR.shown() part=|| Box::pin(qr_picture()) />
            <LateFold title=t::BADGE.shown() part=|| Box::pin(badge()) />
            <LateFold title=t::COMPARE.shown() part=|| Box::pin(compare()) />
        </div>
    }
}

#[wasm_split(asides, wasm_split_path = leptos::wasm_split, fallible)]
fn qr_picture() -> Part {
    Ok(view! { <QrPicture /> }.into_any())
}

#[wasm_split(asides, wasm_split_path = leptos::wasm_split, fallible)]
fn badge() -> Part {
    Ok(view! { <Badge /> }.into_any())
}

#[wasm_split(asides, wasm_split_path = leptos::wasm_split, fallible)]
fn compare() -> Part {
    Ok(view! { <Compare /> }.into_any())
}

/// The quiet zone that the standard wants.
const QUIET: usize = 4;

#[component]
fn QrPicture() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let drawn = move || {
        let Some(link) = compose.current_link() else {
            return view! { <p>{t::INCOMPLETE}</p> }.into_any();
        };
        let Some(code) = QrCode::of(&link) else {
            return view! { <p>{t::TOO_LONG}</p> }.into_any();
        };
        let size = code.size().saturating_add(2 * QUIET);
        view! {
            <svg class="qr" viewBox=format!("0 0 {size} {size}") role="img" aria-label=t::QR_NAME shape-rendering="crispEdges">
                <rect width=size height=size fill="#fff" />
                <path d=code.path(QUIET) fill="#000" />
            </svg>
        }
        .into_any()
    };
    view! {
        <p class="field__hint">{t::QR_HINT}</p>
        {drawn}
    }
}

/// Where the badge lies; it stays there for ever, since pages elsewhere show it.
const BADGE: &str = "/launch-on-exoscale.svg";

#[component]
fn Badge() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let markdown = move || {
        let link = compose.current_link()?;
        let badge = format!("{}{BADGE}", crate::browser::origin());
        Some(format!("[![{}]({badge})]({link})", t::BADGE_ALT))
    };
    let shown = move || markdown().unwrap_or_else(|| t::INCOMPLETE.shown().to_owned());
    view! {
        <p class="field__hint">{t::BADGE_HINT}</p>
        <img class="badge" src=BADGE width="172" height="28" alt=t::BADGE_ALT />
        <code class="command">{shown}</code>
        <CopyButton label=t::COPY_MARKDOWN text=move |()| untrack(markdown) />
    }
}

//! What can be done with a link beside copying it: a QR code, a badge for a page, a comparison with another link.
//! Nothing of it is computed until it is asked for.

use leptos::prelude::*;
use shared::qr::QrCode;

use super::compare::Compare;
use crate::parts::CopyButton;
use crate::state::Compose;
use crate::strings::sharing as t;

/// What can be done with a link.
#[component]
pub fn LinkTools() -> impl IntoView {
    view! {
        <div class="tools">
            <Tool title=t::QR.shown()><QrPicture /></Tool>
            <Tool title=t::BADGE.shown()><Badge /></Tool>
            <Tool title=t::COMPARE.shown()><Compare /></Tool>
        </div>
    }
}

/// A part that does not exist while it is closed.
#[component]
fn Tool(
    /// What it is called.
    title: &'static str,
    /// What is in it.
    children: ChildrenFn,
) -> impl IntoView {
    let details = NodeRef::<leptos::html::Details>::new();
    let open = RwSignal::new(false);
    let look = move |_| {
        open.set(
            details
                .get_untracked()
                .is_some_and(|details| details.open()),
        );
    };
    view! {
        <details class="fold" node_ref=details on:toggle=look>
            <summary class="fold__summary"><span class="fold__title">{title}</span></summary>
            <div class="fold__content"><Show when=move || open.get()>{children()}</Show></div>
        </details>
    }
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

//! Why there is no news: no connection, a page that is too old, or a refusal.

use leptos::prelude::*;

use crate::api::ApiError;
use crate::parts::Failure;
use crate::state::Following;
use crate::strings::connection as t;
use crate::{browser, clock};

/// Why there is no news.
#[component]
pub(super) fn ConnectionNotice() -> impl IntoView {
    let following = expect_context::<Following>();
    let cut = move || {
        let silent = matches!(following.trouble.get(), Some(ApiError::NoAnswer));
        let seen = following.view.with(Option::is_some);
        seen && (silent || following.offline.get())
    };
    let old = move || matches!(following.trouble.get(), Some(ApiError::Unreadable));
    let since = move || t::cut(&clock::time_of_day(following.heard_at.get()));
    let other = move || {
        let trouble = following.trouble.get();
        trouble
            .filter(|_| !cut() && !old())
            .or_else(|| following.refusal.get())
    };
    view! {
        <div role="status">
            <Show when=cut><p class="notice notice--attention">{since}</p></Show>
            <Show when=old>
                <div class="notice notice--attention">
                    <p class="notice__title">{t::OLD}</p>
                    <p>{t::OLD_HINT}</p>
                    <button type="button" class="button" on:click=|_| browser::reload()>{t::RELOAD}</button>
                </div>
            </Show>
        </div>
        <Failure error=Signal::derive(other) />
    }
}

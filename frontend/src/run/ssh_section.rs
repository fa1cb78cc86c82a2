//! The SSH key that was born in this tab, while the tab lives.

use leptos::prelude::*;

use crate::browser;
use crate::state::Following;
use crate::strings::ssh as t;

/// The SSH key that was born in this tab.
#[component]
pub(super) fn SshSection() -> impl IntoView {
    let following = expect_context::<Following>();
    let key = move || {
        let id = following.link.with_value(|link| link.id.clone());
        following
            .tab
            .keys
            .with(|keys| keys.get(&id).and_then(|keys| keys.ssh.clone()))
    };
    let download = move |_| {
        if let Some((key, comment)) = untrack(key) {
            // The person sees the browser's own download.
            let _ = browser::download(&comment, key.private_file(&comment).expose());
        }
    };
    view! {
        <section class="aside" aria-labelledby="ssh-heading" hidden=move || key().is_none()>
            <h2 id="ssh-heading">{t::HEADING}</h2>
            <p>{t::TEXT}</p>
            <button type="button" class="button" on:click=download>{t::DOWNLOAD}</button>
        </section>
    }
}

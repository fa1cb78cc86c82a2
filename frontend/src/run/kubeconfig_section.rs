//! The kubeconfig, put together in this tab: its private key has never been anywhere else.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::parts::{CopyButton, Held};
use crate::state::{Certificate, Following};
use crate::strings::kubeconfig as t;

/// The kubeconfig.
#[component]
pub(super) fn KubeconfigSection() -> impl IntoView {
    let following = expect_context::<Following>();
    let content = move || {
        match following.certificate() {
        _ if following.watching.get() => view! { <p>{t::WATCHING}</p> }.into_any(),
        Certificate::NotYet => view! { <p>{t::MAKING}</p> }.into_any(),
        Certificate::Asked => view! {
            <p>{t::WAITING}</p>
            <Held><button type="button" class="button" on:click=move |_| spawn_local(following.ask_for_certificate())>{t::ASK_AGAIN}</button></Held>
        }.into_any(),
        Certificate::Here(_) => view! { <Here /> }.into_any(),
        Certificate::Gone => view! { <p>{t::GONE}</p><p>{t::GONE_HINT}</p> }.into_any(),
    }
    };
    view! {
        <section class="aside kubeconfig" aria-labelledby="kubeconfig-heading">
            <h2 id="kubeconfig-heading">{t::HEADING}</h2>
            {content}
        </section>
    }
}

#[component]
fn Here() -> impl IntoView {
    let following = expect_context::<Following>();
    let text = move || match untrack(|| following.certificate()) {
        Certificate::Here(text) => Some(text),
        Certificate::NotYet | Certificate::Asked | Certificate::Gone => None,
    };
    let file = move || {
        let name = following
            .view
            .with(|view| view.as_ref().map(|view| view.cluster.name.clone()));
        format!("{}.kubeconfig", name.unwrap_or_default())
    };
    let download = move |_| {
        let saved = text().is_some_and(|text| browser::download(&untrack(file), text.expose()));
        if saved {
            spawn_local(following.collect());
        }
    };
    view! {
        <p>{t::TEXT}</p>
        <div class="buttons">
            <button type="button" class="button button--main" on:click=download>{t::DOWNLOAD}</button>
            <CopyButton label=t::COPY text=move |()| text().map(|text| text.expose().clone())
                copied=move |()| spawn_local(following.collect()) />
        </div>
        <p class="field__hint mono">{file}</p>
    }
}

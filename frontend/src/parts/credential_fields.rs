//! The person's API key and its secret, and where they go. They are typed once a tab.

use leptos::prelude::*;
use shared::secret::Secret;

use crate::state::Tab;
use crate::strings::account as t;

/// The person's API key and its secret.
#[component]
pub fn CredentialFields(
    /// The launcher does not take the key.
    #[prop(optional, into)]
    refused: Signal<bool>,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    let shown = RwSignal::new(false);
    let invalid = move || refused.get().then_some("true");
    view! {
        <div class="field" class:field--wrong=move || refused.get()>
            <label class="field__label" for="account-key">{t::KEY}</label>
            <input class="input mono" id="account-key" type="text" autocomplete="off" autocapitalize="none" spellcheck="false"
                placeholder="EXO…" aria-describedby="account-where" aria-invalid=invalid
                prop:value=move || tab.key.get() on:input:target=move |input| tab.key.set(input.target().value()) />
        </div>
        <div class="field" class:field--wrong=move || refused.get()>
            <label class="field__label" for="account-secret">{t::SECRET}</label>
            <div class="secret">
                <input class="input mono" id="account-secret" type=move || if shown.get() { "text" } else { "password" }
                    autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="account-where" aria-invalid=invalid
                    prop:value=move || tab.secret.with(|secret| secret.expose().clone())
                    on:input:target=move |input| tab.secret.set(Secret::new(input.target().value())) />
                <button type="button" class="button button--quiet" aria-pressed=move || shown.get().to_string()
                    on:click=move |_| shown.update(|shown| *shown = !*shown)>{t::SHOW}</button>
            </div>
            <p class="field__hint" id="account-where">{t::WHERE_IT_GOES}</p>
        </div>
    }
}

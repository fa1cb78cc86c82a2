//! What a key must be allowed, as a role that somebody makes by hand, and the roles that an administrator makes
//! beforehand so that the key that launches is not an administrator's.

use leptos::prelude::*;
use serde_json::Value;
use shared::run::RoleToMake;

use crate::parts::{CopyButton, Fold};
use crate::state::{Compose, Tab, least_now};
use crate::strings::key_roles as t;

/// What a key must be allowed.
#[component]
pub fn KeyRoles() -> impl IntoView {
    let (tab, compose) = (expect_context::<Tab>(), expect_context::<Compose>());
    let least = Memo::new(move |_| least_now(tab, compose));
    let alone = Signal::derive(move || least.get().map(|least| least.alone));
    let launcher = Signal::derive(move || least.get().map(|least| least.launcher));
    let beforehand = move || {
        least
            .get()
            .map(|least| least.beforehand)
            .unwrap_or_default()
    };
    let complete = move || {
        let roles = tab.roles.get();
        let named = |role: &RoleToMake| roles.contains_key(&role.purpose);
        beforehand().iter().all(named)
    };
    view! {
        <Fold title=t::ALONE summary=t::ALONE_NOTE>
            <p>{t::ALONE_TEXT}</p>
            <p class="field__hint">{t::ALONE_WARNING}</p>
            <RoleSheet role=alone />
        </Fold>
        <Fold title=t::BEFOREHAND summary=t::BEFOREHAND_NOTE needed=Signal::derive(move || !tab.roles.with_untracked(std::collections::BTreeMap::is_empty))>
            <p>{t::BEFOREHAND_TEXT}</p>
            <p class="field__hint">{t::BEFOREHAND_LIMITS}</p>
            <ol class="role-list">
                <For each=beforehand key=|role| role.purpose.clone() children=move |role| {
                    let purpose = role.purpose.clone();
                    let shown = Signal::derive(move || beforehand().into_iter().find(|one| one.purpose == purpose));
                    view! { <li><RoleSheet role=shown /><RoleField purpose=role.purpose /></li> }
                } />
                <li>
                    <p>{move || if complete() { t::LAUNCHER.shown() } else { t::LAUNCHER_LATER.shown() }}</p>
                    <RoleSheet role=launcher />
                </li>
            </ol>
        </Fold>
    }
}

/// A role as Exoscale's API takes it, and as commands.
#[component]
fn RoleSheet(
    /// The role.
    role: Signal<Option<RoleToMake>>,
) -> impl IntoView {
    let commands = move || {
        role.get()
            .map(|role| role.commands.join("\n"))
            .unwrap_or_default()
    };
    let body = move || {
        role.get()
            .map(|role| pretty(&role.body))
            .unwrap_or_default()
    };
    view! {
        <div class="role-sheet">
            <pre class="command mono" tabindex="0" aria-label=t::COMMANDS>{commands}</pre>
            <div class="buttons">
                <CopyButton label=t::COPY_COMMANDS text=move |()| Some(untrack(commands)) />
                <CopyButton label=t::COPY_JSON text=move |()| Some(untrack(body)) />
            </div>
            <details class="role-sheet__json">
                <summary>{t::JSON}</summary>
                <pre class="command mono" tabindex="0" aria-label=t::JSON>{body}</pre>
            </details>
        </div>
    }
}

/// The id of a role that was made beforehand.
#[component]
fn RoleField(
    /// Whose role.
    purpose: String,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    let (id, label) = (format!("role-{purpose}"), t::role_id(&purpose));
    let purpose = StoredValue::new(purpose);
    let text = move || {
        let typed = tab
            .roles
            .with(|roles| purpose.with_value(|name| roles.get(name).cloned()));
        typed.unwrap_or_default()
    };
    let wrong = move || {
        let text = text();
        !text.is_empty() && !is_id(&text)
    };
    let typed = move |text: String| {
        tab.roles.update(|roles| {
            let (name, text) = (purpose.get_value(), text.trim().to_owned());
            if text.is_empty() {
                roles.remove(&name);
            } else {
                roles.insert(name, text);
            }
        });
    };
    view! {
        <div class="field" class:field--wrong=wrong>
            <label class="field__label" for=id.clone()>{label}</label>
            <input class="input mono" id=id.clone() type="text" autocomplete="off" autocapitalize="none" spellcheck="false"
                aria-describedby=format!("{id}-problem") aria-invalid=move || wrong().then_some("true")
                prop:value=text on:change:target=move |input| typed(input.target().value()) />
            <p class="field__problem" id=format!("{id}-problem")>{move || wrong().then(|| t::NO_ID.shown())}</p>
        </div>
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn is_id(text: &str) -> bool {
    text.len() == 36
        && text
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

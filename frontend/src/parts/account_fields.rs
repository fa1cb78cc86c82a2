//! Whose account: a pretend one, or the person's, with its key and secret. They are typed once a tab.

use leptos::prelude::*;

use super::{Choice, ChoiceOption, CredentialFields};
use crate::state::{AccountChoice, Tab};
use crate::strings::account as t;

const SPEEDS: [u32; 3] = [1, 20, 60];

/// Whose account.
#[component]
pub fn AccountFields(
    /// Whether to ask how fast a pretend account's time passes.
    #[prop(optional)]
    with_speed: bool,
    /// The launcher does not take the key.
    #[prop(optional, into)]
    refused: Signal<bool>,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    let real = move || tab.choice.get() == AccountChoice::Exoscale;
    let speed = move || with_speed.then(|| view! { <Speed /> });
    let credentials = move || view! { <CredentialFields refused /> };
    let none = move || tab.offer().is_some_and(|catalog| !catalog.sandbox);
    let sandbox = ChoiceOption::new("sandbox", t::SANDBOX.shown(), t::SANDBOX_HINT.shown());
    let exoscale = ChoiceOption::new("exoscale", t::EXOSCALE.shown(), t::EXOSCALE_HINT.shown());
    let options = vec![
        ChoiceOption {
            more: speed.into(),
            hidden: Signal::derive(none),
            ..sandbox
        },
        ChoiceOption {
            more: credentials.into(),
            ..exoscale
        },
    ];
    let chosen = move || if real() { "exoscale" } else { "sandbox" }.to_owned();
    let choose = move |value: &'static str| {
        tab.choice.set(if value == "exoscale" {
            AccountChoice::Exoscale
        } else {
            AccountChoice::Sandbox
        });
    };
    view! {
        <Choice name="account" legend=t::WHOSE.shown() options chosen=Signal::derive(chosen) choose />
    }
}

#[component]
fn Speed() -> impl IntoView {
    let tab = expect_context::<Tab>();
    let one = move |speed: u32| {
        view! {
            <option value=speed.to_string() prop:selected=move || tab.speed.get() == speed>{t::speed(speed)}</option>
        }
    };
    view! {
        <div class="field">
            <label class="field__label" for="account-speed">{t::SPEED}</label>
            <select class="input" id="account-speed"
                on:change:target=move |change| tab.speed.set(change.target().value().parse().unwrap_or(1))>
                {SPEEDS.map(one).collect_view()}
            </select>
        </div>
    }
}

//! Tries the person's key on what is on screen, when they ask for it: each check with its mark, and what to do.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::run::{Check, Verdict};

use crate::browser;
use crate::format::sentence;
use crate::parts::{Failure, Prose};
use crate::state::{Asked, Checking, Compose, Tab, check_key};
use crate::strings::{checks, key_check as t};

/// The id of the result, for the focus.
const RESULT: &str = "key-check";

/// Tries the person's key.
#[component]
pub fn KeyCheck(
    /// How far it is.
    checking: RwSignal<Checking>,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    let compose = expect_context::<Compose>();
    let asking = move || checking.with(|checking| matches!(checking, Checking::Asking));
    let ask = move |_| {
        if asking() {
            return;
        }
        if compose.parsed.get_untracked().is_err() {
            compose.submitted.set(true);
            return browser::focus_soon(super::SUMMARY);
        }
        spawn_local(async move {
            check_key(tab, compose, checking).await;
            browser::focus_soon(RESULT);
        });
    };
    let failed = move || {
        checking.with(|checking| match checking {
            Checking::Failed(error) => Some(error.clone()),
            Checking::No | Checking::Asking | Checking::Checked(..) => None,
        })
    };
    let found = move || {
        checking.with(|checking| match checking {
            Checking::Checked(checks, asked) => Some((checks.clone(), asked.clone())),
            Checking::No | Checking::Asking | Checking::Failed(_) => None,
        })
    };
    view! {
        <div class="key-check">
            <button type="button" class="button" aria-disabled=move || asking().to_string() on:click=ask>
                {move || if asking() { t::ASKING.shown() } else { t::CHECK.shown() }}
            </button>
            <p class="field__hint">{t::CHECK_HINT}</p>
            <div id=RESULT tabindex="-1">
                <Failure error=Signal::derive(failed) />
                {move || found().map(|(checks, asked)| view! { <Found checks asked /> })}
            </div>
        </div>
    }
}

#[component]
fn Found(
    /// The worst first.
    checks: Vec<Check>,
    /// What was asked about.
    asked: Asked,
) -> impl IntoView {
    let (tab, compose) = (expect_context::<Tab>(), expect_context::<Compose>());
    let stale = move || Asked::now(tab, compose) != asked;
    let count = |verdict| {
        checks
            .iter()
            .filter(|check| check.verdict == verdict)
            .count()
    };
    let failed = count(Verdict::Fail);
    let summary = t::summary(failed, count(Verdict::Warn), count(Verdict::Unknown));
    let kind = if failed > 0 { "failed" } else { "calm" };
    view! {
        <div class=format!("notice notice--{kind}") role="alert">
            <h3 class="notice__title">{summary}</h3>
            <p hidden=move || !stale()>{t::STALE}</p>
        </div>
        <ul class="check-list" aria-label=t::LIST>
            {checks.into_iter().map(|check| view! { <CheckRow check /> }).collect_view()}
        </ul>
    }
}

#[component]
fn CheckRow(
    /// One check.
    check: Check,
) -> impl IntoView {
    let hint = (!check.hint.is_empty()).then(|| {
        view! { <p class="check__fix"><Prose text=check.hint.clone() /></p> }
    });
    view! {
        <li class=format!("check check--{}", as_str(check.verdict))>
            <svg class="step-row__shape check__shape" viewBox="0 0 20 20" aria-hidden="true"><path d=shape(check.verdict) /></svg>
            <p class="check__what"><strong>{t::name(&check.name)}</strong>" "<span class="check__word">{checks::verdict(check.verdict)}</span></p>
            <p class="check__detail"><Prose text=sentence(&check.detail) /></p>
            {hint}
        </li>
    }
}

/// A verdict as the style sheet knows it.
const fn as_str(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Warn => "warn",
        Verdict::Fail => "fail",
        Verdict::Unknown => "unknown",
    }
}

/// A verdict as a shape: a tick, an exclamation mark, a cross, a question mark.
const fn shape(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "M4 10.5l4 4 8-9",
        Verdict::Warn => "M10 3v9M10 16.5v.5",
        Verdict::Fail => "M5 5l10 10M15 5L5 15",
        Verdict::Unknown => "M6 7a4 4 0 1 1 5.5 3.7c-1 .4-1.5 1-1.5 2.3M10 16.5v.5",
    }
}

//! Why it is being taken back, or is stuck: what failed, whose turn it is, what is left, and one next step.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::exoscale::Mender;
use shared::run::{Check, Leftover, Verdict};
use shared::view::{RunState, UnknownView, View};

use super::part;
use crate::browser;
use crate::parts::{CopyButton, CredentialFields};
use crate::state::Following;
use crate::strings::problem as t;
use crate::tongue::said;

/// What failed, and what to do.
#[component]
pub(super) fn ProblemSection() -> impl IntoView {
    let following = expect_context::<Following>();
    let told = Memo::new(move |_| {
        part(following, |view| {
            (view.problem.clone(), view.state, failed_checks(view))
        })()
    });
    let shown = move || {
        told.get()
            .filter(|(problem, state, _)| problem.is_some() || *state == RunState::Stuck)
    };
    let notice = move |(problem, state, checks): (
        Option<shared::run::Problem>,
        RunState,
        Vec<Check>,
    )| {
        let stuck = state == RunState::Stuck;
        let checks = checks
            .into_iter()
            .map(|check| view! { <li><strong>{said(&check.detail)}</strong>" "{said(&check.hint)}</li> })
            .collect_view();
        view! {
            <section class="notice" class:notice--failed=stuck class:notice--attention=!stuck aria-labelledby="problem-heading">
                <h2 class="notice__title" id="problem-heading">{t::heading(state)}</h2>
                {problem.map(|problem| view! { <p>{said(&problem.what)}</p><p class="mono">{said(&problem.why)}</p><p>{said(&problem.hint)}</p> })}
                <Ahead />
                <ul>{checks}</ul>
                {stuck.then(|| view! { <Leftovers /> })}
            </section>
        }
    };
    view! { <div role="alert">{move || shown().map(notice)}</div> }
}

/// Who can mend it, and what is tried again by itself, and when.
#[component]
fn Ahead() -> impl IntoView {
    let following = expect_context::<Following>();
    let told = Memo::new(move |_| {
        part(following, |view| {
            let stuck = view.state == RunState::Stuck;
            let mut told: Vec<String> = view.retries.iter().map(t::retry).collect();
            told.extend(stuck.then(|| t::UNTIL_ASKED.shown().to_owned()));
            (view.mender, told, view.unknown.clone())
        })()
    });
    let lines = move |(mender, told, unknown): (Option<Mender>, Vec<String>, Vec<UnknownView>)| {
        let some = !unknown.is_empty();
        let told = told.into_iter().map(|line| view! { <p>{line}</p> });
        let unknown = unknown.into_iter().map(|one| {
            view! { <li>{said(one.kind.noun())}" "{said(&one.why)}<p class="command mono">{one.command}</p></li> }
        });
        view! {
            {mender.map(|mender| view! { <p>{t::who(mender)}</p> })}
            {told.collect_view()}
            {some.then(|| view! { <p>{t::UNKNOWN}</p> })}
            <ul class="plain">{unknown.collect_view()}</ul>
        }
    };
    move || told.get().map(lines)
}

/// What could not be removed, and the commands that remove it.
#[component]
fn Leftovers() -> impl IntoView {
    let following = expect_context::<Following>();
    let leftovers =
        Memo::new(move |_| part(following, |view| view.leftovers.clone())().unwrap_or_default());
    let cost = move || {
        leftovers.with(|all| {
            let kinds: Vec<_> = all.iter().map(|leftover| leftover.item.kind).collect();
            t::bills(&kinds)
        })
    };
    let acts = move || !following.watching.get();
    let retry = move |_| {
        browser::begin_at_top();
        spawn_local(following.retry());
    };
    let needs_account = move || {
        let id = following.link.with_value(|link| link.id.clone());
        acts() && following.tab.account_of(&id).is_none()
    };
    let one = |leftover: Leftover| {
        view! {
            <li>
                <p>
                    <strong>{said(leftover.item.kind.noun())}" "{leftover.item.name.clone()}</strong>
                    {t::left(&leftover.item, &leftover.why)}" "{leftover.mender.map(t::who)}
                </p>
                <p class="command mono">{leftover.command}</p>
            </li>
        }
    };
    let commands = move |()| {
        leftovers.try_with_untracked(|all| {
            all.iter()
                .map(|leftover| leftover.command.clone())
                .collect::<Vec<_>>()
                .join("\n")
        })
    };
    view! {
        <p>{cost}</p>
        <p>{t::LEFT}</p>
        <ul class="plain">{move || leftovers.get().into_iter().map(one).collect_view()}</ul>
        <Show when=needs_account><CredentialFields /></Show>
        <div class="buttons">
            <Show when=acts>
                <button type="button" class="button button--main" on:click=retry>{t::RETRY}</button>
            </Show>
            <CopyButton label=t::COPY_COMMANDS text=commands />
        </div>
    }
}

fn failed_checks(view: &View) -> Vec<Check> {
    view.checks
        .iter()
        .filter(|check| matches!(check.verdict, Verdict::Fail))
        .cloned()
        .collect()
}

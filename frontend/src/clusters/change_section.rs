//! A resize, or a change of who may reach the cluster: an editor, and before it starts, all that it will do.

use leptos::context::Provider;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::plan::PlanKind;
use shared::spec::{Problem, Source, Spec};

use super::drift_section::Differences;
use crate::api::StandingCluster;
use crate::browser;
use crate::compose::{AccessSection, PoolsSection};
use crate::format;
use crate::parts::{Failure, Fold, Prose, field_id};
use crate::state::{Berth, Change, Planned};
use crate::strings::change as t;
use crate::tongue::said;

/// A change to the cluster.
#[component]
pub(super) fn ChangeSection(
    /// The cluster.
    cluster: StandingCluster,
    /// A resize, or a change of access.
    kind: PlanKind,
) -> impl IntoView {
    let berth = expect_context::<Berth>();
    let before = StoredValue::new(cluster.standing.spec.clone());
    let change = Change::new(berth, cluster, kind);
    let resizes = kind == PlanKind::Resize;
    let (id, heading, text, edit) = if resizes {
        ("resize-heading", t::RESIZE, t::RESIZE_TEXT, t::EDIT_POOLS)
    } else {
        ("doors-heading", t::ACCESS, t::ACCESS_TEXT, t::EDIT_ACCESS)
    };
    let fields = move || {
        if resizes {
            view! { <PoolsSection /> }.into_any()
        } else {
            view! { <AccessSection /><OwnAddress change /> }.into_any()
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        spawn_local(change.start());
    };
    view! {
        <section class="section" aria-labelledby=id>
            <h2 id=id>{heading}</h2>
            <p class="section__text">{text}</p>
            <Fold title=edit>
                <form class="change" novalidate on:submit=submit>
                    // The fields belong to this form and not to that of the page.
                    <Provider value=change.form>{fields()}</Provider>
                    <Summary change before />
                    <Failure error=change.failed />
                </form>
            </Fold>
        </section>
    }
}

/// Offers the address that the person comes from, and says when they would shut themselves out.
#[component]
fn OwnAddress(
    /// The change.
    change: Change,
) -> impl IntoView {
    let form = change.form;
    let callers = move || {
        let offer = change.berth.tab.offer();
        offer.map(|offer| offer.callers()).unwrap_or_default()
    };
    let shut_out = move || {
        let callers = callers();
        let spec = form.parsed.get().ok();
        spec.is_some_and(|spec| !callers.is_empty() && !lets_in(&spec, &callers))
    };
    let add = move |_| {
        let mut lines = form.text("access.api");
        lines.push_str("\ncaller");
        form.draft
            .update(|draft| draft.set_lines("access.api", &lines));
        // The button goes away with what it mends.
        browser::focus_soon(field_id("access.api"));
    };
    view! {
        <div role="status">
            <Show when=shut_out>
                <div class="notice notice--attention">
                    <p>{t::SHUT_OUT}</p>
                    <button type="button" class="button" on:click=add>{t::LET_ME_IN}</button>
                </div>
            </Show>
        </div>
    }
}

fn lets_in(spec: &Spec, callers: &[std::net::IpAddr]) -> bool {
    spec.access().api.iter().any(|source| match source {
        Source::Caller => true,
        Source::Net(net) => callers.iter().any(|caller| net.contains(caller)),
    })
}

/// All that the change will do, and the button.
#[component]
fn Summary(
    /// The change.
    change: Change,
    /// The spec of today.
    before: StoredValue<Spec>,
) -> impl IntoView {
    let name = change.berth.stands.with_value(|stands| stands.name.clone());
    let button = move || {
        if change.busy.get() {
            return t::STARTING.shown().to_owned();
        }
        let after = change.planned.get().ok().flatten();
        let after = after.map_or_else(|| before.get_value(), |planned| planned.spec);
        t::button(change.kind, &name, &amounts(change.berth, &after))
    };
    let idle = move || change.busy.get() || !matches!(change.planned.get(), Ok(Some(_)));
    let told = move || match change.planned.get() {
        Ok(None) => view! { <p class="quiet">{t::NOTHING}</p> }.into_any(),
        Ok(Some(planned)) => view! { <Told change planned before /> }.into_any(),
        Err(problems) => view! { <Refused problems /> }.into_any(),
    };
    view! {
        <div class="change__told" aria-live="polite">{told}</div>
        <button type="submit" class="button button--main" aria-disabled=move || idle().to_string()>{button}</button>
    }
}

/// What changes, what does not, what it costs then, and what is done.
#[component]
fn Told(
    /// The change.
    change: Change,
    /// What it would do.
    planned: Planned,
    /// The spec of today.
    before: StoredValue<Spec>,
) -> impl IntoView {
    let before = before.get_value();
    let stay: Vec<String> = before
        .pools()
        .iter()
        .filter(|pool| planned.spec.pool(pool.name.as_str()) == Some(*pool))
        .map(|pool| pool.name.as_str().to_owned())
        .collect();
    let (was, is) = (
        amounts(change.berth, &before),
        amounts(change.berth, &planned.spec),
    );
    let price = if was == is {
        t::same_price(&is)
    } else {
        t::price(&was, &is)
    };
    let steps = t::steps(planned.titles.len(), &format::roughly(planned.time_ms));
    let title = |title: String| view! { <li>{said(&title)}</li> };
    view! {
        <h3>{t::CHANGES}</h3>
        <Differences differences=planned.differences />
        <dl class="facts facts--start">
            <dt>{t::UNTOUCHED}</dt><dd>{t::untouched(change.kind, &stay)}</dd>
            <dt>{t::PRICE}</dt><dd>{price}</dd>
        </dl>
        <Fold title=t::STEPS summary=steps>
            <ol class="titles">{planned.titles.into_iter().map(title).collect_view()}</ol>
        </Fold>
    }
}

/// Why it cannot be done.
#[component]
fn Refused(
    /// What is wrong.
    problems: Vec<Problem>,
) -> impl IntoView {
    let one = |problem: Problem| view! { <li><Prose text=format!("{} {}", problem.rule, problem.hint) /></li> };
    view! {
        <div class="notice notice--failed">
            <p class="notice__title">{t::PROBLEMS}</p>
            <ul>{problems.into_iter().map(one).collect_view()}</ul>
        </div>
    }
}

fn amounts(berth: Berth, spec: &Spec) -> String {
    let (least, most) = berth.price(spec);
    format::amounts(least, most, berth.tab.prices().currency)
}

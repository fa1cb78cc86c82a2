//! What exists now and what it costs.

use leptos::prelude::*;
use shared::catalog::Money;
use shared::view::ResourceView;

use super::part;
use crate::format;
use crate::parts::Fold;
use crate::state::Following;
use crate::strings::resources as t;
use crate::tongue::said;

/// What exists now and what it costs.
#[component]
pub(super) fn ResourcesSection() -> impl IntoView {
    let following = expect_context::<Following>();
    let resources =
        Memo::new(move |_| part(following, |view| view.resources.clone())().unwrap_or_default());
    let total = move || {
        resources.with(|resources| {
            resources
                .iter()
                .map(|resource| resource.hourly)
                .sum::<Money>()
        })
    };
    let summary = move || t::summary(resources.with(Vec::len), total());
    let one = |resource: ResourceView| {
        let price = if resource.unpriced {
            t::UNPRICED.shown().to_owned()
        } else if resource.hourly == Money::ZERO {
            t::FREE.shown().to_owned()
        } else {
            format::rate(resource.hourly)
        };
        view! {
            <li class="resource">
                <span class="resource__kind">{said(resource.kind.noun())}</span>
                <span class="resource__name">{resource.name}</span>
                <span class="resource__id mono">{resource.id}</span>
                <span class="resource__price mono">{price}</span>
            </li>
        }
    };
    view! {
        <section class="aside" aria-labelledby="resources-heading" hidden=move || resources.with(Vec::is_empty)>
            <h2 id="resources-heading">{t::HEADING}</h2>
            <Fold title=Signal::derive(summary)>
                <ul class="plain">{move || resources.get().into_iter().map(one).collect_view()}</ul>
            </Fold>
        </section>
    }
}

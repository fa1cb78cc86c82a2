//! Two links compared: what another link says differently from the form, and what the difference costs.

use leptos::prelude::*;
use shared::link;
use shared::spec::Spec;

use super::differences::Differences;
use super::link_notice::NOTICE;
use super::price_difference::{Period, PriceDifference};
use crate::browser;
use crate::format::sentence;
use crate::parts::Prose;
use crate::state::Compose;
use crate::strings::sharing as t;

/// Another link beside the form.
#[component]
pub fn Compare() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let pasted = RwSignal::new(String::new());
    let other = Memo::new(move |_| pasted.with(|text| read(text)));
    let outcome = move || match (other.get(), compose.parsed.get()) {
        (None, _) => ().into_any(),
        (Some(Err(why)), _) => {
            view! { <p class="field__problem"><Prose text=sentence(&why) /></p> }.into_any()
        }
        (Some(Ok(_)), Err(_)) => view! { <p>{t::INCOMPLETE}</p> }.into_any(),
        (Some(Ok(other)), Ok(form)) => view! { <Outcome form other /> }.into_any(),
    };
    let invalid = move || matches!(other.get(), Some(Err(_))).then_some("true");
    view! {
        <div class="field">
            <label class="field__label" for="compare">{t::OTHER}</label>
            <input class="input mono" id="compare" type="text" autocomplete="off" autocapitalize="none" spellcheck="false"
                aria-describedby="compare-hint compare-outcome" aria-invalid=invalid
                on:input:target=move |input| pasted.set(input.target().value()) />
            <p class="field__hint" id="compare-hint">{t::OTHER_HINT}</p>
        </div>
        <div id="compare-outcome" aria-live="polite">{outcome}</div>
    }
}

/// The spec of what was pasted: a whole address or its end; none where nothing was.
fn read(text: &str) -> Option<Result<Spec, String>> {
    let text = text.trim();
    let fragment = text.rsplit_once('#').map_or(text, |(_, fragment)| fragment);
    (!text.is_empty()).then(|| link::decode(fragment).map_err(|error| error.to_string()))
}

#[component]
fn Outcome(
    /// What the form says.
    form: Spec,
    /// What the link says.
    other: Spec,
) -> impl IntoView {
    let differences = form.differences(&other);
    if differences.is_empty() {
        return view! { <p>{t::SAME}</p> }.into_any();
    }
    let open = format!("/#{}", link::encode(&other));
    view! {
        <p>{t::DIFFERS}</p>
        <Differences differences />
        <PriceDifference from=form to=other period=Period::Month />
        <p><a href=open on:click=|_| browser::focus_soon(NOTICE)>{t::OPEN_OTHER}</a></p>
    }
    .into_any()
}

//! Who may reach the API, SSH and `NodePorts`.

use leptos::prelude::*;

use crate::parts::{Field, TextArea};
use crate::state::{Compose, Tab};
use crate::strings::access as t;

/// Who may reach what.
#[component]
pub fn AccessSection() -> impl IntoView {
    let tab = expect_context::<Tab>();
    let compose = expect_context::<Compose>();
    let put = move |path: &'static str| {
        move |text: String| compose.draft.update(|draft| draft.set_lines(path, &text))
    };
    let caller = move || {
        let addresses = tab
            .offer()
            .map(|catalog| catalog.callers())
            .unwrap_or_default();
        t::caller(&addresses)
    };
    view! {
        <section class="section" aria-labelledby="access-heading">
            <h2 id="access-heading">{t::HEADING}</h2>
            <p class="section__text">{t::TEXT}<code>"caller"</code>{caller}</p>
            <div class="fields">
                <TextArea field=Field::at("access.api") label=t::API hint=t::API_HINT change=put("access.api") />
                <TextArea field=Field::at("access.ssh") label=t::SSH hint=t::SSH_HINT change=put("access.ssh") />
            </div>
            <TextArea field=Field::at("access.nodePorts") label=t::NODE_PORTS hint=t::NODE_PORTS_HINT change=put("access.nodePorts") />
        </section>
    }
}

//! Who may reach the API, SSH and `NodePorts`.

use leptos::prelude::*;
use shared::spec::Source;

use super::sources_field::SourcesField;
use crate::state::Tab;
use crate::strings::access as t;

/// What stands for whoever launches.
const CALLER: &[&str] = &[t::CALLER];
/// Every address there is.
const EVERYBODY: &[&str] = &["0.0.0.0/0", "::/0"];

/// Who may reach what.
#[component]
pub fn AccessSection() -> impl IntoView {
    let tab = expect_context::<Tab>();
    let callers = move || {
        tab.offer()
            .map(|catalog| catalog.callers())
            .unwrap_or_default()
    };
    let you = Signal::derive(move || t::you(&callers()));
    let own = Signal::derive(move || {
        let hosts = callers().into_iter().map(Source::from);
        hosts.map(|host| host.to_string()).collect()
    });
    let everybody = Signal::stored(t::EVERYBODY.shown().to_owned());
    view! {
        <section class="section" aria-labelledby="access-heading">
            <h2 id="access-heading">{t::HEADING}</h2>
            <p class="section__text">{t::TEXT}</p>
            <div class="fields">
                <SourcesField path="access.api" label=t::API.shown() hint=t::API_HINT.shown() usual=CALLER became=own offer=you />
                <SourcesField path="access.ssh" label=t::SSH.shown() hint=t::SSH_HINT.shown() usual=CALLER became=own offer=you />
            </div>
            <SourcesField path="access.nodePorts" label=t::NODE_PORTS.shown() hint=t::NODE_PORTS_HINT.shown() usual=EVERYBODY offer=everybody />
        </section>
    }
}

//! What the cluster is called, where it stands, and which Kubernetes it runs.

use leptos::prelude::*;
use shared::catalog::{Minor, Zone, bill};

use crate::parts::{Field, SelectField, SelectOption, TextField};
use crate::state::Compose;
use crate::strings::cluster as t;

/// Name, zone and version.
#[component]
pub fn ClusterSection() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let zones = Zone::ALL.iter().map(|zone| SelectOption {
        value: zone.as_str().to_owned(),
        text: t::zone(*zone),
        group: String::new(),
    });
    let minors = Minor::ALL.iter().rev().map(|minor| SelectOption {
        value: minor.as_str().to_owned(),
        text: t::minor(*minor, *minor == Minor::default()),
        group: String::new(),
    });
    let version_hint = move || {
        let minor: Minor = compose.text("kubernetes").parse().unwrap_or_default();
        t::version_hint(&bill(minor))
    };
    let zones: Vec<SelectOption> = zones.collect();
    let minors: Vec<SelectOption> = minors.collect();
    view! {
        <section class="section" aria-labelledby="cluster-heading">
            <h2 id="cluster-heading">{t::HEADING}</h2>
            <TextField field=Field::at("name") label=t::NAME hint=t::NAME_HINT />
            <div class="fields">
                <SelectField field=Field::at("zone") label=t::ZONE hint=t::ZONE_HINT options=zones />
                <SelectField field=Field::at("kubernetes") label=t::KUBERNETES hint=Signal::derive(version_hint) options=minors />
            </div>
        </section>
    }
}

/// Where the cluster stands now, as far as the form knows.
pub(super) fn zone(compose: Compose) -> Zone {
    compose.text("zone").parse().unwrap_or(Zone::ChDk2)
}

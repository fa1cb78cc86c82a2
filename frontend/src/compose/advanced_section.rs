//! What most people leave alone: egress, image, add-ons, the kubeconfig's lifetime, the SSH key.

use leptos::prelude::*;
use serde_json::{Value, json};
use shared::limits;

use crate::parts::{
    Field, Fold, NumberField, SelectField, SelectOption, SwitchField, TextArea, TextField,
};
use crate::state::Compose;
use crate::strings::{advanced as t, fields::folded};
use crate::tongue::Text;

const FIELDS: [&str; 8] = [
    "egress",
    "image",
    "image.controlPlane",
    "image.nodes",
    "addons",
    "kubeconfigHours",
    "sshKey",
    "ingressPool",
];

/// What most people leave alone.
#[component]
pub fn AdvancedSection() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let needed = move || FIELDS.iter().any(|field| compose.problem(field).is_some());
    let summary = move || folded(t::SUMMARY.shown(), &changed(compose));
    let put_key = move |text: String| {
        let line = text.trim();
        compose.set(
            "sshKey",
            if line.is_empty() {
                Value::Null
            } else {
                line.into()
            },
        );
    };
    let hours = (1, u64::from(limits::KUBECONFIG_HOURS_MAX));
    view! {
        <section class="section section--fold" aria-labelledby="advanced-heading">
            <h2 class="unseen" id="advanced-heading">{t::HEADING}</h2>
            <Fold title=t::HEADING summary=Signal::derive(summary) needed=Signal::derive(needed)>
                <SelectField field=Field::at("egress") label=t::EGRESS hint=t::EGRESS_HINT options=two(t::EGRESS_OPTIONS) />
                <ImageFields />
                <SwitchField field=Field::at("addons.metricsServer") label=t::METRICS hint=t::METRICS_HINT />
                <SwitchField field=Field::at("addons.csi") label=t::CSI hint=t::CSI_HINT />
                <NumberField field=Field::at("kubeconfigHours") label=t::HOURS hint=t::HOURS_HINT bounds=hours step=24 />
                <TextArea field=Field::at("sshKey") label=t::SSH_KEY hint=t::SSH_KEY_HINT rows=3 change=put_key />
                <IngressField />
            </Fold>
        </section>
    }
}

/// What differs from the default cluster. Where there is one pool, load balancers have no choice.
fn changed(compose: Compose) -> Vec<String> {
    let paths = [
        "egress",
        "image",
        "addons.metricsServer",
        "addons.csi",
        "kubeconfigHours",
        "sshKey",
    ];
    let mut changed = compose.changed(&paths.map(str::to_owned));
    if compose.pool_count() > 1 && compose.text("ingressPool") != compose.text("pools[0].name") {
        changed.push("ingressPool".to_owned());
    }
    changed
}

/// Where machines start from: ours, the plain one, or the person's own two.
#[component]
fn ImageFields() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let own = move || {
        compose
            .draft
            .with(|draft| draft.value("image").is_some_and(Value::is_object))
    };
    let choose = move |value: String| {
        let own = json!({ "controlPlane": "", "nodes": "" });
        compose.set("image", if value == "own" { own } else { value.into() });
    };
    let chosen = move || {
        if own() {
            "own".to_owned()
        } else {
            compose.text("image")
        }
    };
    let one = move |(value, text): (&'static str, Text)| {
        view! { <option value=value prop:selected=move || chosen() == value>{text}</option> }
    };
    view! {
        <div class="field">
            <label class="field__label" for="field-image">{t::IMAGE}</label>
            <select class="input" id="field-image" aria-describedby="field-image-hint"
                on:change:target=move |change| choose(change.target().value())>
                {t::IMAGE_OPTIONS.map(one).collect_view()}
            </select>
            <p class="field__hint" id="field-image-hint">{t::IMAGE_HINT}</p>
        </div>
        <Show when=own>
            <TextField field=Field::at("image.controlPlane") label=t::OWN_CONTROL_PLANE hint=t::OWN_HINT exact=true />
            <TextField field=Field::at("image.nodes") label=t::OWN_NODES hint=t::OWN_HINT exact=true />
        </Show>
    }
}

/// Where load balancers send traffic, as soon as there is a choice.
#[component]
fn IngressField() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let names = move || {
        let name = |index| compose.text(&format!("pools[{index}].name"));
        let option = |name: String| SelectOption {
            value: name.clone(),
            text: name,
            group: String::new(),
        };
        (0..compose.pool_count())
            .map(name)
            .map(option)
            .collect::<Vec<_>>()
    };
    view! {
        <Show when=move || { compose.pool_count() > 1 }>
            <SelectField field=Field::at("ingressPool") label=t::INGRESS hint=t::INGRESS_HINT options=Signal::derive(names) />
        </Show>
    }
}

fn two(options: [(&'static str, Text); 2]) -> Vec<SelectOption> {
    let option = |(value, text): (&str, Text)| SelectOption {
        value: value.to_owned(),
        text: text.into(),
        group: String::new(),
    };
    options.into_iter().map(option).collect()
}

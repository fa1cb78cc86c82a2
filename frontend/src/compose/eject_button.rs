//! The way out: everything that makes the same cluster without Slipway, packed in this tab.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use shared::eject;
use shared::plan::Facts;
use shared::spec::{Source, Spec};

use crate::state::Compose;
use crate::strings::compose as t;
use crate::{browser, crypto};

/// Downloads the spec as Terraform.
#[component]
pub fn EjectButton() -> impl IntoView {
    let compose = expect_context::<Compose>();
    let said = RwSignal::new("");
    let download = move |_| {
        spawn_local(async move {
            let packed = pack(compose).await;
            said.set(packed.unwrap_or_else(|_| t::NOT_SAVED.shown()));
        });
    };
    view! {
        <span class="copy">
            <button type="button" class="button button--quiet" title=t::EJECT_HINT on:click=download>{t::EJECT}</button>
            <span class="copy__said" role="status">{move || said.get()}</span>
        </span>
    }
}

/// Packs and saves; what to say of it. The SSH key of this tab stays out: it is for one launch.
#[wasm_split(asides, wasm_split_path = leptos::wasm_split, fallible)]
fn pack(compose: Compose) -> Result<&'static str, SplitLoaderError> {
    Ok(packed(compose))
}

fn packed(compose: Compose) -> &'static str {
    let (Ok(spec), Some(preview)) = (
        compose.parsed.get_untracked(),
        compose.preview.get_untracked(),
    ) else {
        return t::NOT_EJECTED.shown();
    };
    if preview.plan.facts.caller.is_empty() && names_caller(&spec) {
        return t::NO_ADDRESS.shown();
    }
    // An id of its own: the names must not be those of the cluster that may be launched next.
    let Ok(run) = crypto::run_id() else {
        return t::NOT_SAVED.shown();
    };
    let facts = Facts {
        run,
        ..preview.plan.facts
    };
    let archive = eject::zip(&eject::eject(&spec, facts));
    if browser::download_bytes(&t::archive(spec.name().as_str()), &archive) {
        t::EJECTED.shown()
    } else {
        t::NOT_SAVED.shown()
    }
}

/// Whether a door is open to the person's own address, which must then be known.
fn names_caller(spec: &Spec) -> bool {
    let access = spec.access();
    [&access.api, &access.ssh, &access.node_ports]
        .into_iter()
        .any(|sources| sources.contains(&Source::Caller))
}

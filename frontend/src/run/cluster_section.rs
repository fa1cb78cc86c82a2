//! The cluster once it is ready: the kubeconfig, what people type next, the SSH key, and the way to everything else.

use leptos::prelude::*;
use shared::link as spec_link;
use shared::plan::PlanKind;
use shared::spec::Spec;
use shared::view::{ClusterView, RunState};

use super::kubeconfig_section::KubeconfigSection;
use super::part;
use super::ssh_section::SshSection;
use crate::parts::{FirstSteps, PlaceLink, scale_test_pods};
use crate::state::{Following, Stands};
use crate::strings::{first_steps, share};

/// The cluster once it is ready.
#[component]
pub(super) fn ClusterSection() -> impl IntoView {
    let following = expect_context::<Following>();
    let ready = part(following, |view| {
        matches!(
            (view.kind, view.state),
            (PlanKind::Launch, RunState::Ready) | (PlanKind::Renew, RunState::Done)
        )
    });
    let ready = Memo::new(move |_| ready().unwrap_or(false));
    view! {
        <Show when=move || ready.get()>
            <div class="ready">
                <div class="ready__keys">
                    <KubeconfigSection />
                    <SshSection />
                </div>
                <NextCommands />
            </div>
        </Show>
        <Manage />
    }
}

/// The way to the cluster's own page, after anything that leaves one standing.
#[component]
fn Manage() -> impl IntoView {
    let following = expect_context::<Following>();
    let stands = part(following, |view| {
        let stays = matches!(view.state, RunState::Ready | RunState::Done)
            && view.kind != PlanKind::Bake
            && view.kind != PlanKind::Destroy;
        let ClusterView { name, id, zone, .. } = view.cluster.clone();
        (stays && id.is_some()).then_some(Stands { name, id, zone })
    });
    let stands = Memo::new(move |_| stands().flatten());
    let link = move |stands: Stands| {
        view! { <p class="manage"><PlaceLink href=stands.address() class="button">{share::MANAGE}</PlaceLink></p> }
    };
    move || stands.get().filter(|_| !following.watching.get()).map(link)
}

/// What people type next.
#[component]
fn NextCommands() -> impl IntoView {
    let following = expect_context::<Following>();
    let cluster = Memo::new(move |_| {
        part(following, |view| {
            (view.cluster.name.clone(), view.cluster.endpoint.clone())
        })()
        .unwrap_or_default()
    });
    let id = following.link.with_value(|link| link.id.clone());
    let spec: Option<Spec> = following
        .tab
        .known(&id)
        .and_then(|run| spec_link::decode(&run.spec?).ok());
    // A tab that does not know the spec goes by the default one.
    let pods = spec.as_ref().map_or(PODS_DEFAULT, scale_test_pods);
    let name = move || cluster.get().0;
    let own_key = spec.is_some_and(|spec| {
        let comment = format!("slipway-{}", spec.name().as_str());
        spec.ssh_key().is_some_and(|key| key.comment() != comment)
    });
    let ssh = move || {
        let (name, endpoint) = cluster.get();
        let address = endpoint?
            .strip_prefix("https://")?
            .strip_suffix(":6443")?
            .to_owned();
        Some(first_steps::ssh(&name, &address, own_key))
    };
    view! { <FirstSteps name=Signal::derive(name) pods=Signal::stored(pods) ssh=Signal::derive(ssh) /> }
}

/// More than one node of two cores has room for.
const PODS_DEFAULT: u64 = 5;

//! How to destroy a cluster that is ready, and what that takes away and saves.

use leptos::prelude::*;
use shared::plan::PlanKind;
use shared::view::{ClusterView, RunState};

use super::{DestroyForm, part};
use crate::state::{Following, Stands};
use crate::strings::destroy as t;

/// How to destroy a cluster that is ready.
#[component]
pub fn DestroySection() -> impl IntoView {
    let following = expect_context::<Following>();
    let id = following.link.with_value(|link| link.id.clone());
    let cluster = part(following, |view| {
        let ready = view.kind == PlanKind::Launch && view.state == RunState::Ready;
        let ClusterView { name, id, zone, .. } = view.cluster.clone();
        ready.then_some(Stands { name, id, zone })
    });
    let cluster = Memo::new(move |_| cluster().flatten());
    let goes = part(following, |view| t::goes(&view.resources));
    let goes = Memo::new(move |_| goes());
    let section = move |cluster: Stands| {
        let account = following.tab.account_of(&id);
        let view = following.view.get_untracked();
        let of_another_tab = account.is_none() && view.is_some_and(|view| view.sandbox);
        view! {
            <section class="section destroy" aria-labelledby="destroy-heading" hidden=move || following.watching.get()>
                <h2 id="destroy-heading">{t::HEADING}</h2>
                <p>{goes}</p>
                {of_another_tab.then(|| view! { <p class="notice">{t::OF_ANOTHER_TAB}</p> })}
                <DestroyForm cluster account />
            </section>
        }
    };
    move || cluster.get().map(&section)
}

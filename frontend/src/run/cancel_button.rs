//! Cancels a launch, after saying what that does.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::plan::PlanKind;
use shared::view::RunState;

use super::part;
use crate::browser;
use crate::parts::Held;
use crate::state::Following;
use crate::strings::cancel as t;

/// Cancels a launch.
#[component]
pub(super) fn CancelButton() -> impl IntoView {
    let following = expect_context::<Following>();
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    let possible = part(following, |view| {
        view.kind == PlanKind::Launch && view.state == RunState::Running
    });
    let shown = Memo::new(move |_| possible().unwrap_or(false) && !following.watching.get());
    let text = move || part(following, |view| t::text(&view.resources))();
    let close = move || {
        let _ = dialog.get_untracked().map(|dialog| dialog.close());
    };
    let open = move |_| {
        let _ = dialog
            .get_untracked()
            .map(|dialog| browser::open_dialog(&dialog));
    };
    let cancel = move |_| {
        close();
        spawn_local(following.cancel());
    };
    view! {
        <Show when=move || shown.get()>
            <Held>
            <button type="button" class="button" on:click=open>{t::CANCEL}</button>
            <dialog class="dialog" node_ref=dialog aria-labelledby="cancel-heading">
                <h2 id="cancel-heading">{t::HEADING}</h2>
                <p>{text}</p>
                <div class="dialog__buttons">
                    <button type="button" class="button button--danger" on:click=cancel>{t::CONFIRM}</button>
                    <button type="button" class="button" on:click=move |_| close()>{t::BACK}</button>
                </div>
            </dialog>
            </Held>
        </Show>
    }
}

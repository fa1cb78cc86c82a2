//! A link between places of the page: it loads nothing, so that keys in memory stay.

use leptos::prelude::*;

use crate::state::Tab;

/// A link between places of the page.
#[component]
pub fn PlaceLink(
    /// The address.
    #[prop(into)]
    href: Signal<String>,
    /// `page` where it leads to where we are.
    #[prop(optional, into)]
    current: Signal<Option<&'static str>>,
    /// The style sheet's name for it.
    #[prop(optional)]
    class: &'static str,
    /// What it says.
    children: Children,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    let follow = move |click: leptos::ev::MouseEvent| {
        let plain =
            click.button() == 0 && !click.meta_key() && !click.ctrl_key() && !click.shift_key();
        if plain {
            click.prevent_default();
            tab.go(&href.get_untracked());
        }
    };
    view! {
        <a class=class href=move || href.get() aria-current=move || current.get() on:click=follow>
            {children()}
        </a>
    }
}

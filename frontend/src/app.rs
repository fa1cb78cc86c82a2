//! The whole page: a header, one of four places, a footer.

mod footer;
mod header;
mod language_choice;
mod theme_choice;

use leptos::ev;
use leptos::prelude::*;

use crate::browser;
use crate::clusters::{ClusterPage, ClustersPage};
use crate::compose::ComposePage;
use crate::inside::InsidePage;
use crate::run::RunPage;
use crate::state::{Compose, Place, Tab};
use crate::strings::app as t;
use crate::tongue;
use footer::Footer;
use header::Header;

/// The whole page.
#[component]
pub fn App() -> impl IntoView {
    let tab = Tab::new();
    let compose = Compose::new(tab);
    provide_context(tab);
    provide_context(compose);
    for moved in [
        window_event_listener(ev::popstate, move |_| tab.arrive()),
        window_event_listener(ev::hashchange, move |_| tab.arrive()),
    ] {
        on_cleanup(move || moved.remove());
    }
    let _reader = window_event_listener(ev::hashchange, move |_| read_link(tab, compose));
    let spoken = RwSignal::new(tongue::language());
    Effect::new(move || {
        spoken.track();
        match tab.place.get() {
            Place::Compose => {
                browser::set_title(&t::TITLE);
                read_link(tab, compose);
                compose.write_link();
            }
            Place::Clusters(None) => browser::set_title(&t::TITLE_CLUSTERS),
            Place::Inside => browser::set_title(&t::TITLE_INSIDE),
            Place::Run(_) | Place::Clusters(Some(_)) => {}
        }
    });
    let drawn = move || {
        view! {
            <a class="skip" href="#main" on:click=|click| { click.prevent_default(); browser::focus("main"); }>{t::SKIP}</a>
            <Header spoken />
            {move || match tab.place.get() {
                Place::Compose => view! { <ComposePage /> }.into_any(),
                Place::Run(link) => view! { <RunPage link=link /> }.into_any(),
                Place::Clusters(None) => view! { <ClustersPage /> }.into_any(),
                Place::Clusters(Some(stands)) => view! { <ClusterPage stands /> }.into_any(),
                Place::Inside => view! { <InsidePage /> }.into_any(),
            }}
            <Footer />
        }
    };
    move || {
        spoken.track();
        drawn().into_any()
    }
}

/// A link is read when it is opened, and when it is pasted into a page that is open already.
fn read_link(tab: Tab, compose: Compose) {
    if tab.place.with_untracked(|place| *place == Place::Compose) {
        untrack(|| compose.read_link());
    }
}

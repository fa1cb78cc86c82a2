//! The whole page: a header, one of four places, a footer.

mod footer;
mod header;
mod language_choice;
mod theme_choice;

use leptos::ev;
use leptos::prelude::*;

use crate::browser;
use crate::compose::ComposePage;
use crate::parts::later;
use crate::state::{Compose, Place, Tab};
use crate::strings::app as t;
use crate::tongue;
use crate::{clusters, inside, run};
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
            <a class="skip" href="#main" on:click=|click| { click.prevent_default(); browser::focus(browser::CONTENT); }>{t::SKIP}</a>
            <Header spoken />
            {move || match tab.place.get() {
                Place::Compose if compose.reading.get() => ().into_any(),
                Place::Compose => view! { <ComposePage /> }.into_any(),
                Place::Run(link) => later(Box::pin(run::place(link))),
                Place::Clusters(stands) => later(Box::pin(clusters::place(stands))),
                Place::Inside => later(Box::pin(inside::place())),
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

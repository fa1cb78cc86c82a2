//! Name, mark, the three places, the language and the theme.

use leptos::prelude::*;

use super::language_choice::LanguageChoice;
use super::theme_choice::ThemeChoice;
use crate::parts::{Mark, PlaceLink};
use crate::state::{Place, Tab};
use crate::strings::app as t;
use crate::tongue::Language;

/// The header.
#[component]
pub fn Header(
    /// The language that the page is drawn in.
    spoken: RwSignal<Language>,
) -> impl IntoView {
    let tab = expect_context::<Tab>();
    let is = move |wanted: fn(&Place) -> bool| move || tab.place.with(wanted).then_some("page");
    let run_address = move || {
        let newest = tab
            .runs
            .with(|runs| runs.first().map(|run| run.link.address()));
        newest.unwrap_or_else(|| "/run".to_owned())
    };
    view! {
        <header class="header">
            <div class="header__inner">
                <PlaceLink href="/" class="header__name"><Mark />{t::NAME}</PlaceLink>
                <nav class="header__places" aria-label=t::PLACES>
                    <PlaceLink href="/" current=Signal::derive(is(|place| *place == Place::Compose))>{t::COMPOSE}</PlaceLink>
                    <PlaceLink href=Signal::derive(run_address) current=Signal::derive(is(|place| matches!(place, Place::Run(_))))>
                        {t::RUN}
                    </PlaceLink>
                    <PlaceLink href="/clusters" current=Signal::derive(is(|place| matches!(place, Place::Clusters(_))))>{t::CLUSTERS}</PlaceLink>
                </nav>
                <LanguageChoice spoken />
                <ThemeChoice />
            </div>
        </header>
    }
}

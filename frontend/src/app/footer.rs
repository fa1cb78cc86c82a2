//! Version, docs, licence.

use leptos::prelude::*;

use crate::strings::app as t;

/// The footer.
#[component]
pub fn Footer() -> impl IntoView {
    view! {
        <footer class="footer">
            <div class="footer__inner">
                <p>{t::NAME}" "<span class="mono">{env!("CARGO_PKG_VERSION")}</span></p>
                <p>{t::LICENCE}</p>
                <p>
                    <a href=t::DOCS_API>{t::DOCS_API_NAME}</a>" · "
                    <a href=t::DOCS_EXOSCALE rel="noreferrer">{t::DOCS_EXOSCALE_NAME}</a>" · "
                    <a href=t::DOCS_KUBERNETES rel="noreferrer">{t::DOCS_KUBERNETES_NAME}</a>
                </p>
            </div>
        </footer>
    }
}

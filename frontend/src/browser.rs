//! What the page asks of the browser beside the network and the clock. Nothing secret goes through its storage.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, Document, HtmlAnchorElement, HtmlDialogElement, HtmlElement, Storage,
    Url, Window,
};

use crate::clock;

fn window() -> Option<Window> {
    web_sys::window()
}

fn document() -> Option<Document> {
    window()?.document()
}

/// The address bar's path.
pub fn path() -> String {
    window()
        .and_then(|window| window.location().pathname().ok())
        .unwrap_or_default()
}

/// The address bar's fragment, without `#`.
pub fn fragment() -> String {
    let hash = window()
        .and_then(|window| window.location().hash().ok())
        .unwrap_or_default();
    hash.trim_start_matches('#').to_owned()
}

/// What `boot.js` has left for us.
fn booted(name: &str) -> Option<JsValue> {
    let left = Reflect::get(&js_sys::global(), &"slipway".into()).ok()?;
    Reflect::get(&left, &name.into()).ok()
}

/// The language of the document.
pub fn language() -> String {
    let root = document().and_then(|document| document.document_element());
    root.and_then(|root| root.get_attribute("lang"))
        .unwrap_or_default()
}

/// The catalog of that language; nothing for English.
pub fn catalog() -> String {
    booted("catalog")
        .and_then(|catalog| catalog.as_string())
        .unwrap_or_default()
}

/// Loads another language's catalog. Where it cannot be had, the language is English.
pub async fn load_language(name: &str) {
    let left = Reflect::get(&js_sys::global(), &"slipway".into()).unwrap_or_default();
    let asked = booted("speak")
        .and_then(|speak| speak.dyn_into::<Function>().ok())
        .and_then(|speak| speak.call1(&left, &name.into()).ok())
        .and_then(|asked| asked.dyn_into::<Promise>().ok());
    if let Some(asked) = asked {
        let _ = JsFuture::from(asked).await;
    }
}

/// Scheme and host of the page.
pub fn origin() -> String {
    window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default()
}

/// Goes to another address without loading anything.
pub fn push_address(address: &str) {
    let history = window().and_then(|window| window.history().ok());
    // The browser refuses only foreign origins and floods; the place on screen changes either way.
    let _ = history.map(|history| history.push_state_with_url(&JsValue::NULL, "", Some(address)));
}

/// Rewrites the address bar in place.
pub fn replace_address(address: &str) {
    let history = window().and_then(|window| window.history().ok());
    let _ =
        history.map(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(address)));
}

/// Shows the top of the page and gives its content the focus: after going somewhere else, and when what had the focus goes
/// away with what it did.
pub fn begin_at_top() {
    if let Some(window) = window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
    focus_soon(CONTENT);
}

/// The id of the content of every place.
pub const CONTENT: &str = "main";

/// Names the tab.
pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Gives the tab an icon of its own, or back the page's.
pub fn set_icon(address: Option<&str>) {
    let Some(document) = document() else { return };
    let link = document.query_selector("link[rel=icon]").ok().flatten();
    let Some(link) = link else { return };
    let own = link.get_attribute(OWN_ICON);
    let before = own.clone().or_else(|| link.get_attribute("href"));
    if own.is_none() {
        // Setting an attribute fails only for names that are none.
        let _ = link.set_attribute(OWN_ICON, before.as_deref().unwrap_or_default());
    }
    let _ = address
        .or(before.as_deref())
        .map(|address| link.set_attribute("href", address));
}

/// Where the page's own icon is kept meanwhile.
const OWN_ICON: &str = "data-own";

/// Loads the page anew.
pub fn reload() {
    let _ = window().map(|window| window.location().reload());
}

/// Whether the browser knows that it has no network.
pub fn is_offline() -> bool {
    window().is_some_and(|window| !window.navigator().on_line())
}

/// Scrolls something to its end.
pub fn scroll_to_end(element: &web_sys::Element) {
    element.set_scroll_top(element.scroll_height());
}

/// Gives an element the focus as soon as it is on screen, be its program still on its way.
pub fn focus_soon(id: impl Into<String>) {
    let id = id.into();
    spawn_local(async move {
        clock::pause(0).await;
        for _ in 0..LOOKS_FOR_FOCUS {
            if focus(&id) {
                return;
            }
            clock::pause(LOOK_FOR_FOCUS_MS).await;
        }
    });
}

const LOOK_FOR_FOCUS_MS: u32 = 20;
const LOOKS_FOR_FOCUS: u32 = 500;

/// Gives an element the focus and brings it into view, if it is there.
pub fn focus(id: &str) -> bool {
    // An element that cannot take the focus is a mistake of ours that costs nobody anything.
    html_element(id).is_some_and(|element| element.focus().is_ok())
}

/// Whether what has the focus is there.
pub fn has_focus_within(place: &web_sys::Node) -> bool {
    let focused = document().and_then(|document| document.active_element());
    focused.is_some_and(|focused| place.contains(Some(&focused)))
}

fn html_element(id: &str) -> Option<HtmlElement> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// The element into which the page is mounted, emptied.
pub fn empty_mount_point(id: &str) -> Option<HtmlElement> {
    let element = html_element(id)?;
    element.set_text_content(None);
    Some(element)
}

/// Opens a dialog over everything else.
pub fn open_dialog(dialog: &HtmlDialogElement) {
    // It refuses only when it is open already.
    let _ = dialog.show_modal();
}

/// Chooses light, dark, or what the computer prefers, for the whole document.
pub fn set_theme(theme: &str) {
    let root = document().and_then(|document| document.document_element());
    let _ = root.map(|root| root.set_attribute("data-theme", theme));
}

/// Says what language the document is in.
pub fn set_language(name: &str) {
    let root = document().and_then(|document| document.document_element());
    let _ = root.map(|root| root.set_attribute("lang", name));
}

/// Puts text on the clipboard; whether that worked.
pub async fn copy(text: &str) -> bool {
    let Some(window) = window() else { return false };
    JsFuture::from(window.navigator().clipboard().write_text(text))
        .await
        .is_ok()
}

/// Saves text as a file; whether that worked.
pub fn download(name: &str, text: &str) -> bool {
    download_bytes(name, text.as_bytes())
}

/// Saves bytes as a file; whether that worked.
pub fn download_bytes(name: &str, bytes: &[u8]) -> bool {
    try_download(name, bytes).is_some()
}

fn try_download(name: &str, bytes: &[u8]) -> Option<()> {
    let kind = BlobPropertyBag::new();
    kind.set_type("application/octet-stream");
    let parts = Array::of1(&Uint8Array::from(bytes).into());
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &kind).ok()?;
    let url = Url::create_object_url_with_blob(&blob).ok()?;
    let anchor: HtmlAnchorElement = document()?.create_element("a").ok()?.dyn_into().ok()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    Url::revoke_object_url(&url).ok()
}

/// What this tab remembers until it is closed.
pub fn tab_storage() -> Option<Storage> {
    window()?.session_storage().ok()?
}

/// What this browser remembers.
pub fn browser_storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

//! A run's WebSocket: says what it hears until it is closed.

use js_sys::{Array, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, WebSocket};

use super::{RunLink, RunUpdate};
use crate::browser;

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Something was said before it ended.
    Something,
    /// There was never a word.
    Nothing,
}

/// Listens to a run until the socket closes or `wanted` says to stop, which is asked at each word.
pub async fn listen(
    run: &RunLink,
    wanted: impl Fn() -> bool + 'static,
    hear: impl Fn(RunUpdate) + 'static,
) -> Heard {
    let heard = std::rc::Rc::new(std::cell::Cell::new(Heard::Nothing));
    let Ok(socket) = open(run) else {
        return Heard::Nothing;
    };
    let (told, closing) = (heard.clone(), socket.clone());
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if !wanted() {
            // Closing twice is no error.
            let _ = closing.close();
            return;
        }
        let text = event.data().as_string().unwrap_or_default();
        if let Some(update) = super::from_text(&text) {
            told.set(Heard::Something);
            hear(update);
        }
    });
    socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    let closed = Promise::new(&mut |resolve, _| socket.set_onclose(Some(&resolve)));
    // It never rejects.
    let _ = JsFuture::from(closed).await;
    socket.set_onmessage(None);
    heard.get()
}

/// Browsers can set no header on a WebSocket, so that the capability goes as a subprotocol.
fn open(run: &RunLink) -> Result<WebSocket, JsValue> {
    let origin = browser::origin().replacen("http", "ws", 1);
    let protocols = Array::of2(
        &"slipway".into(),
        &format!("bearer.{}", run.capability).into(),
    );
    WebSocket::new_with_str_sequence(&format!("{origin}/api/runs/{}/live", run.id), &protocols)
}

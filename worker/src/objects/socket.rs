//! Live events over sockets that hibernate: the same lines as the events route, as they are written.

use serde::Serialize;
use shared::pace::Pace;
use shared::run::Entry;
use shared::view::{View, is_told};
use worker::{Error, Response, ResponseBuilder, Result, State, WebSocket, WebSocketPair};

/// Those who listen.
pub(super) struct Listeners(Vec<WebSocket>);

/// What is told: lines of the journal in wall time, and what they add up to.
#[derive(Serialize)]
pub(super) struct Told<'a> {
    entries: Vec<Entry>,
    view: &'a View,
}

impl Told<'_> {
    pub(super) fn new<'a>(entries: &[Entry], view: &'a View, pace: &Pace) -> Told<'a> {
        let told = entries.iter().filter(|entry| is_told(&entry.event));
        let entries = told
            .map(|entry| Entry {
                at: pace.wall_at(entry.at),
                ..entry.clone()
            })
            .collect();
        Told { entries, view }
    }
}

impl Listeners {
    pub(super) fn of(state: &State) -> Self {
        Self(state.get_websockets())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A listener that has gone is not told, and nobody else minds.
    pub(super) fn tell(&self, entries: &[Entry], view: &View, pace: &Pace) {
        if let Ok(text) = serde_json::to_string(&Told::new(entries, view, pace)) {
            for socket in &self.0 {
                let _gone = socket.send_with_str(&text);
            }
        }
    }
}

/// Takes a listener in, and tells it where things stand.
pub(super) fn accept(state: &State, view: &View, pace: &Pace) -> Result<Response> {
    let pair = WebSocketPair::new()?;
    state.accept_web_socket(&pair.server);
    let text = serde_json::to_string(&Told::new(&[], view, pace)).map_err(Error::from)?;
    pair.server.send_with_str(&text)?;
    let answer = ResponseBuilder::new()
        .with_status(101)
        .with_header("sec-websocket-protocol", PROTOCOL)?;
    Ok(answer.with_websocket(pair.client).empty())
}

/// The subprotocol; the capability travels as a second one that is not repeated.
const PROTOCOL: &str = "slipway";

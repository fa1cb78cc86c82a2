//! The wire: from a request's bytes to a route and back to an answer.

pub(crate) mod door;
pub(crate) mod object;
pub(crate) mod refusal;
pub(crate) mod route;
pub(crate) mod target;
pub(crate) mod time;

/// A request as it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The zone whose host was asked.
    pub zone: &'a str,
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'a str,
    /// Path and query exactly as received, with whatever stands before `/v2`: that is what was signed.
    pub target: &'a str,
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The body exactly as received.
    pub body: &'a [u8],
}

/// What reaches the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A status and a JSON body.
    Response {
        /// The HTTP status.
        status: u16,
        /// JSON.
        body: String,
    },
    /// No answer reaches the client; whether the request was applied is not said.
    Lost,
}

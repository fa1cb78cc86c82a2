//! Asks the outside for something that the page can do without: through the cache, with patience that ends, and never
//! more of an answer than fits.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use worker::{CfProperties, Delay, Fetch, Request, RequestInit, RequestRedirect};

/// What is asked for.
pub(crate) struct Question<'a> {
    /// Where.
    pub(crate) url: &'a str,
    /// What is done with an answer that only leads elsewhere.
    pub(crate) redirect: RequestRedirect,
    /// Bytes that an answer may have.
    pub(crate) bytes_max: usize,
}

/// The answer; none if it is late, too long, or none.
pub(crate) async fn ask(question: &Question<'_>) -> Option<Vec<u8>> {
    let asked = Box::pin(answer(question));
    match select(asked, Delay::from(PATIENCE)).await {
        Either::Left((answer, _)) => answer.ok().flatten(),
        Either::Right(_) => None,
    }
}

async fn answer(question: &Question<'_>) -> worker::Result<Option<Vec<u8>>> {
    let mut init = RequestInit::new();
    init.with_redirect(question.redirect)
        .with_cf_properties(CfProperties {
            cache_everything: Some(true),
            cache_ttl: Some(CACHED_S),
            ..CfProperties::default()
        });
    let request = Request::new_with_init(question.url, &init)?;
    let mut answer = Fetch::Request(request).send().await?;
    if answer.status_code() != 200 {
        return Ok(None);
    }
    let mut body = Vec::new();
    let mut pieces = answer.stream()?;
    while let Some(piece) = pieces.next().await {
        body.extend(piece?);
        if body.len() > question.bytes_max {
            return Ok(None);
        }
    }
    Ok(Some(body))
}

/// A page that waits longer than this would seem broken.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// A patch comes once a month, other prices less often.
const CACHED_S: i32 = 3_600;

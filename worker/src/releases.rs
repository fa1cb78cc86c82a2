//! Which patch of a Kubernetes minor is the newest. A launch asks once; its plan keeps the answer for every later node.

use std::time::Duration;

use futures_util::future::{Either, select};
use shared::catalog::{Minor, bill, patch_of};
use worker::{CfProperties, Delay, Env, Fetch, Request, RequestInit};

use crate::config;

/// The newest patch, or the newest that was known when this software was made. Where no machine of a real account
/// could report to, nothing is asked.
pub(crate) async fn newest(env: &Env, origin: &str, minor: Minor) -> String {
    let known = bill(minor).kubernetes_floor.to_owned();
    let Some(releases) = config::releases(env, origin) else {
        return known;
    };
    let url = format!("{releases}/stable-{minor}.txt");
    let asked = Box::pin(ask(&url));
    let late = Delay::from(PATIENCE);
    match select(asked, late).await {
        Either::Left((Ok(text), _)) => patch_of(minor, &text).unwrap_or(known),
        Either::Left((Err(_), _)) | Either::Right(_) => known,
    }
}

async fn ask(url: &str) -> worker::Result<String> {
    let mut init = RequestInit::new();
    init.with_cf_properties(CfProperties {
        cache_everything: Some(true),
        cache_ttl: Some(CACHED_S),
        ..CfProperties::default()
    });
    let request = Request::new_with_init(url, &init)?;
    let mut answer = Fetch::Request(request).send().await?;
    if answer.status_code() == 200 {
        answer.text().await
    } else {
        Err(worker::Error::RustError("no release there".to_owned()))
    }
}

/// A page that waits longer for a version than this would seem broken.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// A patch comes once a month.
const CACHED_S: i32 = 3_600;

//! Which patch of a Kubernetes minor is the newest. A launch asks once; its plan keeps the answer for every later node.

use shared::catalog::{Minor, bill, patch_of};
use worker::{Env, RequestRedirect};

use crate::ask::{Question, ask};
use crate::config;

/// The newest patch, or the newest that was known when this software was made. Where no machine of a real account
/// could report to, nothing is asked.
pub(crate) async fn newest(env: &Env, origin: &str, minor: Minor) -> String {
    let asked = match config::releases(env, origin) {
        Some(releases) => ask(&question(&format!("{releases}/stable-{minor}.txt"))).await,
        None => None,
    };
    let told = asked.and_then(|text| patch_of(minor, &String::from_utf8_lossy(&text)));
    told.unwrap_or_else(|| bill(minor).kubernetes_floor.to_owned())
}

const fn question(url: &str) -> Question<'_> {
    Question {
        url,
        // The releases lie on a network of their own, to which this leads.
        redirect: RequestRedirect::Follow,
        bytes_max: VERSION_BYTES_MAX,
    }
}

/// `v1.36.4` has seven.
const VERSION_BYTES_MAX: usize = 64;

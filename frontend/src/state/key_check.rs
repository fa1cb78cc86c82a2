//! What a key was checked for: asked for by the person, never by itself, and kept nowhere.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::run::{Check, Least, Verdict, least};
use shared::spec::Spec;

use super::{Compose, Tab};
use crate::api::{self, ApiError};
use crate::strings::launch as t;

/// How far a check is.
#[derive(Clone, Debug, Default)]
pub enum Checking {
    /// Nobody has asked for it.
    #[default]
    No,
    /// The launcher is being asked.
    Asking,
    /// What was found, the worst first, for this key and this plan.
    Checked(Vec<Check>, Asked),
    /// It came to nothing.
    Failed(ApiError),
}

/// What was checked: the key, and the digest of the plan. When either is another one the result says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked(String, String);

impl Asked {
    /// What would be asked now.
    pub fn now(tab: Tab, compose: Compose) -> Self {
        let digest = compose.preview.with(|preview| {
            let preview = preview.as_ref();
            preview.map(|preview| preview.plan.digest())
        });
        Self(tab.key.get().trim().to_owned(), digest.unwrap_or_default())
    }
}

/// Asks the launcher what stands in the way of this key and this spec.
pub async fn check_key(tab: Tab, compose: Compose, checking: RwSignal<Checking>) {
    let Some(preview) = compose.preview.get_untracked() else {
        return;
    };
    let Some(account) = tab.typed_account() else {
        return checking.set(Checking::Failed(ApiError::about_credentials(
            t::NO_CREDENTIALS.shown(),
        )));
    };
    let asked = untrack(|| Asked::now(tab, compose));
    checking.set(Checking::Asking);
    let roles = tab.given_roles();
    let found = api::preflight(&preview.spec, &account.credentials, &roles).await;
    checking.set(match found {
        Ok(mut checks) => {
            checks.sort_by_key(|check| rank(check.verdict));
            Checking::Checked(checks, asked)
        }
        Err(error) => Checking::Failed(error),
    });
}

/// The least that a key needs for what is on screen.
pub fn least_now(tab: Tab, compose: Compose) -> Option<Least> {
    let preview = compose.preview.get()?;
    let (spec, facts): (&Spec, _) = (&preview.spec, &preview.plan.facts);
    let given = tab.roles.get();
    least(spec, facts, &given)
        .or_else(|_| least(spec, facts, &BTreeMap::new()))
        .ok()
}

/// What is most in the way comes first.
const fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Warn => 1,
        Verdict::Unknown => 2,
        Verdict::Ok => 3,
    }
}

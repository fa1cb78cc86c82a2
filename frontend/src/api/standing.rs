//! A cluster that stands, as the account alone says.

use serde::Deserialize;
use shared::plan::{Drift, Seen, Standing};
use shared::spec::Difference;

/// A cluster that stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StandingCluster {
    /// Its spec of today as a link.
    pub link: String,
    /// Where its API answers.
    pub endpoint: Option<String>,
    /// What a change of it is planned on.
    pub standing: Standing,
    /// What the account shows of it.
    pub seen: Seen,
    /// What is different from its launch.
    pub changed: Vec<Difference>,
    /// What is not as it should be.
    pub drift: Vec<Drift>,
    /// What its next nodes may boot from.
    pub image: GoldenImage,
}

/// The golden image that a cluster's next nodes would like.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GoldenImage {
    /// What it is called, whether it is there or not.
    pub name: String,
    /// Since when it is there, in RFC 3339.
    pub created_at: Option<String>,
    /// Whether it is young enough to be used.
    pub fresh: bool,
    /// The pools whose next nodes boot from it.
    pub pools: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Answer {
    pub(super) cluster: StandingCluster,
}

#[derive(Deserialize)]
pub(super) struct Shared {
    pub(super) token: String,
}

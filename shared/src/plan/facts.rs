//! What is known when a plan is made. A plan is stored with its facts and never made again.

use std::collections::BTreeMap;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Standing, StepId};
use crate::exoscale::ResourceId;

/// What is known when a plan is made, and is not the person's to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Facts {
    /// The run: 128 bits in base32, chosen by who starts it.
    pub run: String,
    /// Where machines reach the launcher, without a slash at the end.
    pub origin: String,
    /// The addresses that `caller` stands for, as networks of one address.
    pub caller: Vec<IpNet>,
    /// The exact Kubernetes version, without `v`.
    pub kubernetes: String,
    /// The name of the API key that the run works with, never its secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Roles that an administrator made beforehand, by the step that would make them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<StepId, ResourceId>,
    /// What stands of the cluster; a launch, a destroy and a bake need not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Box<Standing>>,
}

impl Facts {
    /// The cluster's short random id: five characters from the run's own randomness.
    pub fn cluster_id(&self) -> String {
        self.run.chars().take(CLUSTER_ID_CHARS).collect()
    }
}

/// 25 bits: enough to tell the clusters of one organisation apart, short enough for every name.
const CLUSTER_ID_CHARS: usize = 5;

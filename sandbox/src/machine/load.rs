//! What people run on a cluster, as far as its controllers notice: set from outside, kept with the cluster.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything that makes the controllers of a cluster move.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Load {
    /// How many nodes' worth of pods want to run in each pool, by the pool's name. A pool that is not named has
    /// just what fits onto its nodes.
    pub nodes: BTreeMap<String, u32>,
    /// On how many nodes of each pool a pod has local storage.
    pub local_storage: BTreeMap<String, u32>,
    /// Services of type `LoadBalancer`.
    pub services: Vec<Service>,
    /// How many volumes are claimed.
    pub volumes: u32,
}

/// A Service of type `LoadBalancer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Unique in its cluster.
    pub name: String,
    /// The annotation `…-loadbalancer-service-instancepool-id`.
    pub pool: Option<String>,
}

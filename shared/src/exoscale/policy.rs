//! What a role may do, in Exoscale's words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a role may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Policy {
    /// What holds for services that are not named: `allow` or `deny`.
    pub default_service_strategy: String,
    /// By service.
    pub services: BTreeMap<String, ServicePolicy>,
}

/// What a role may do with one service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServicePolicy {
    /// `allow`, `deny` or `rules`.
    #[serde(rename = "type")]
    pub kind: String,
    /// In order; the first that holds decides.
    pub rules: Vec<PolicyRule>,
}

/// One rule of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRule {
    /// `allow` or `deny`.
    pub action: String,
    /// In CEL.
    pub expression: String,
}

impl Policy {
    /// Denies everything but what one of these expressions of the compute service allows.
    pub fn only_compute(expressions: &[String]) -> Self {
        let rules = expressions
            .iter()
            .map(|expression| PolicyRule {
                action: "allow".to_owned(),
                expression: expression.clone(),
            })
            .collect();
        let compute = ServicePolicy {
            kind: "rules".to_owned(),
            rules,
        };
        Self {
            default_service_strategy: "deny".to_owned(),
            services: BTreeMap::from([("compute".to_owned(), compute)]),
        }
    }
}

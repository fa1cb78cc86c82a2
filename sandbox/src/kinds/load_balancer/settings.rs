//! The settings of a load balancer's service, and what the document cannot say about them.

use serde::{Deserialize, Serialize};

use super::service::Service;
use crate::kinds::common::Reference as Given;
use crate::wire::refusal::Refusal;

/// As on the wire.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Settings {
    pub(super) name: String,
    #[serde(default)]
    description: Option<String>,
    pub(super) instance_pool: Given,
    pub(super) protocol: String,
    strategy: String,
    pub(super) port: u16,
    pub(super) target_port: u16,
    pub(super) healthcheck: Healthcheck,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Healthcheck {
    #[serde(default = "tcp")]
    pub(super) mode: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) port: Option<u16>,
    #[serde(default = "ten")]
    interval: u32,
    #[serde(default = "two")]
    timeout: u32,
    #[serde(default = "one")]
    retries: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tls_sni: Option<String>,
}

fn tcp() -> String {
    "tcp".to_owned()
}

fn ten() -> u32 {
    10
}

fn two() -> u32 {
    2
}

fn one() -> u32 {
    1
}

impl Settings {
    /// What the document cannot say. `others` are the load balancer's other services.
    pub(super) fn check<'a>(
        &self,
        mut others: impl Iterator<Item = &'a Service>,
    ) -> Result<(), Refusal> {
        let check = &self.healthcheck;
        let wrong = |reason: &str| Err(Refusal::invalid(format!("Invalid request body: {reason}")));
        if check.timeout > check.interval {
            return wrong("healthcheck.timeout must not exceed healthcheck.interval");
        }
        if check.mode != "tcp" && check.uri.is_none() {
            return wrong("healthcheck.uri is required for http and https");
        }
        let taken = |other: &Service| {
            other.settings.port == self.port && other.settings.protocol == self.protocol
        };
        if others.any(taken) {
            return Err(Refusal::conflict(
                "The load balancer has a service with this port and protocol already",
            ));
        }
        Ok(())
    }
}

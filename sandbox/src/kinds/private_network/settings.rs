//! The settings of a private network: its name, and its range when it is managed.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::addresses::Range;
use crate::kinds::common::Labels;
use crate::wire::refusal::Refusal;

/// What a create has and an update replaces.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Settings {
    name: String,
    description: Option<String>,
    netmask: Option<Ipv4Addr>,
    start_ip: Option<Ipv4Addr>,
    end_ip: Option<Ipv4Addr>,
    labels: Labels,
    options: Option<Value>,
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        match (self.start_ip, self.end_ip, self.netmask) {
            (None, None, None) => Ok(()),
            (Some(start), Some(end), Some(_)) if start > end => {
                Err(Refusal::invalid("start-ip must not be greater than end-ip"))
            }
            (Some(_), Some(_), Some(_)) if self.range().is_some() => Ok(()),
            (Some(_), Some(_), Some(_)) => Err(Refusal::invalid(
                "start-ip and end-ip are not of one subnet",
            )),
            _ => Err(Refusal::invalid("start-ip, end-ip and netmask go together")),
        }
    }

    /// `None` when the network is not managed.
    pub(super) fn range(&self) -> Option<Range> {
        Range::new(self.start_ip?, self.end_ip?, self.netmask?)
    }
}

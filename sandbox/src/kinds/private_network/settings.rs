//! The settings of a private network: its name, and its range when it is managed.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::addresses::Range;
use crate::kinds::common::{Labels, check_description, check_name};
use crate::wire::refusal::Refusal;

/// What a create has and an update replaces.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct Settings {
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) netmask: Option<Ipv4Addr>,
    pub(super) start_ip: Option<Ipv4Addr>,
    pub(super) end_ip: Option<Ipv4Addr>,
    pub(super) labels: Option<Labels>,
    pub(super) options: Option<Value>,
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if let Some(name) = &self.name {
            check_name(name)?;
        }
        check_description(self.description.as_ref())?;
        match (self.start_ip, self.end_ip, self.netmask) {
            (None, None, None) => Ok(()),
            (Some(start), Some(end), Some(_)) if start > end => {
                Err(Refusal::invalid("start-ip must not be greater than end-ip"))
            }
            (Some(start), Some(end), Some(netmask))
                if Range::new(start, end, netmask).is_some() =>
            {
                Ok(())
            }
            (Some(_), Some(_), Some(_)) => Err(Refusal::invalid(
                "start-ip and end-ip are not of one subnet",
            )),
            _ => Err(Refusal::invalid("start-ip, end-ip and netmask go together")),
        }
    }

    /// These settings over the older ones.
    pub(super) fn over(self, older: &Self) -> Self {
        Self {
            name: self.name.or_else(|| older.name.clone()),
            description: self.description.or_else(|| older.description.clone()),
            netmask: self.netmask.or(older.netmask),
            start_ip: self.start_ip.or(older.start_ip),
            end_ip: self.end_ip.or(older.end_ip),
            labels: self.labels.or_else(|| older.labels.clone()),
            options: self.options.or_else(|| older.options.clone()),
        }
    }
}

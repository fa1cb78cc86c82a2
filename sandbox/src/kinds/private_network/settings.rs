//! The settings of a private network: its name, and its range when it is managed.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

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
    options: Option<Options>,
}

/// What DHCP says besides the address.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Options {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    routers: Vec<Ipv4Addr>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dns_servers: Vec<Ipv4Addr>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ntp_servers: Vec<Ipv4Addr>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    domain_search: Vec<String>,
}

/// All search domains together, in octets (facts §5).
const SEARCH_MAX: usize = 255;

impl Settings {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let search = self.options.iter().flat_map(|some| &some.domain_search);
        if search.map(String::len).sum::<usize>() > SEARCH_MAX {
            return Err(Refusal::invalid(format!(
                "options.domain-search must not exceed {SEARCH_MAX} octets"
            )));
        }
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

//! Who a door is open to: the person who launches, or public addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use super::Refusal;

/// One entry of an access list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Source {
    /// Whoever launches: resolved to addresses at launch, a symbol in every link.
    Caller,
    /// A range of public addresses, written in its shortest form.
    Net(IpNet),
}

impl Source {
    /// Everybody, over IPv4 and IPv6.
    pub const fn anywhere() -> [Self; 2] {
        [
            Self::Net(IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0))),
            Self::Net(IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 0))),
        ]
    }
}

/// The symbol of [`Source::Caller`].
const CALLER: &str = "caller";

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller => f.write_str(CALLER),
            Self::Net(net) => write!(f, "{net}"),
        }
    }
}

impl From<IpAddr> for Source {
    fn from(host: IpAddr) -> Self {
        Self::Net(host.into())
    }
}

impl FromStr for Source {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == CALLER {
            return Ok(Self::Caller);
        }
        let net: IpNet = match text.parse() {
            Ok(net) => net,
            Err(_) => text
                .parse::<IpAddr>()
                .map(IpNet::from)
                .map_err(|_| unreadable())?,
        };
        if net.trunc() != net {
            return Err(Refusal::new(
                "A range begins with its first address.",
                format!("Write `{}`.", net.trunc()),
            ));
        }
        if never_seen_in_public(&net) {
            return Err(Refusal::new(
                "Firewalls see public addresses only.",
                "This one never arrives at a machine's public interface; `caller` stands for the one that you launch from.",
            ));
        }
        Ok(Self::Net(net))
    }
}

fn unreadable() -> Refusal {
    Refusal::new(
        "An entry is an IPv4 or IPv6 address, a range of them, or `caller`: the address that you launch from.",
        "For instance `203.0.113.7`, `2001:db8::/32` or `caller`.",
    )
}

/// Ranges that no packet from the internet comes from: private, carrier, loopback, link-local, multicast,
/// and IPv4 in IPv6's clothes.
const NEVER_PUBLIC: [&str; 12] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
    "::1/128",
    "::ffff:0:0/96",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

fn never_seen_in_public(net: &IpNet) -> bool {
    NEVER_PUBLIC
        .iter()
        .filter_map(|text| text.parse::<IpNet>().ok())
        .any(|range| range.contains(net))
}

impl TryFrom<String> for Source {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.to_string()
    }
}

//! Names and identifiers of a spec: each a type of its own that holds only what its rule allows.

use super::Refusal;
use crate::limits;

/// A newtype over text: parsed by `$canonical`, written as it is, the same in JSON.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $canonical:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::spec::Refusal;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $canonical(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::spec::Refusal;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    };
}

pub(super) use text;

text! {
    /// A cluster's name: an RFC 1123 label of at most 20 characters.
    ClusterName, cluster_name
}

text! {
    /// A pool's name: an RFC 1123 label of at most 20 characters, unique in its spec.
    PoolName, pool_name
}

text! {
    /// The cluster's DNS domain, for instance `cluster.internal`.
    DnsDomain, dns_domain
}

text! {
    /// The id of a template, a lower-case UUID.
    TemplateId, uuid
}

impl PoolName {
    pub(super) fn workers() -> Self {
        Self("workers".to_owned())
    }
}

impl Default for DnsDomain {
    fn default() -> Self {
        Self("cluster.internal".to_owned())
    }
}

fn cluster_name(text: &str) -> Result<String, Refusal> {
    if is_label(text) && text.len() <= limits::CLUSTER_NAME_CHARS_MAX {
        return Ok(text.to_owned());
    }
    Err(Refusal::new(
        format!(
            "A cluster's name has 1 to {} small letters, digits and dashes, with a letter or digit at both ends.",
            limits::CLUSTER_NAME_CHARS_MAX
        ),
        "It becomes a part of host names, for instance `demo`.",
    ))
}

/// What the names of control planes, and of the groups around them, begin with.
const RESERVED: &str = "control-plane";

fn pool_name(text: &str) -> Result<String, Refusal> {
    if text.starts_with(RESERVED) {
        return Err(Refusal::new(
            format!("A pool's name does not begin with `{RESERVED}`."),
            "Those names belong to the control planes; choose one like `workers`.",
        ));
    }
    if is_label(text) && text.len() <= limits::POOL_NAME_CHARS_MAX {
        return Ok(text.to_owned());
    }
    Err(Refusal::new(
        format!(
            "A pool's name has 1 to {} small letters, digits and dashes, with a letter or digit at both ends.",
            limits::POOL_NAME_CHARS_MAX
        ),
        "It becomes a part of its nodes' host names, for instance `workers`.",
    ))
}

fn dns_domain(text: &str) -> Result<String, Refusal> {
    if text.len() <= limits::DOMAIN_CHARS_MAX && is_domain(text) {
        return Ok(text.to_owned());
    }
    Err(Refusal::new(
        format!(
            "A DNS domain has at most {} characters: labels of small letters, digits and dashes, joined by dots.",
            limits::DOMAIN_CHARS_MAX
        ),
        "For instance `cluster.internal`.",
    ))
}

fn uuid(text: &str) -> Result<String, Refusal> {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    let lower = text.to_ascii_lowercase();
    let groups: Vec<&str> = lower.split('-').collect();
    let right = groups.len() == GROUPS.len()
        && groups.iter().zip(GROUPS).all(|(group, length)| {
            group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
    if right {
        return Ok(lower);
    }
    Err(Refusal::new(
        "A template is named by its id, a UUID.",
        "Find it with `exo compute instance-template list`; ids differ from zone to zone.",
    ))
}

/// Whether the text is a label after RFC 1123: it may begin with a digit.
pub(super) fn is_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty()
        && text.len() <= 63
        && text.bytes().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Whether the text is labels joined by dots.
pub(super) fn is_domain(text: &str) -> bool {
    text.split('.').all(is_label)
}

//! A request's target: the path as signed, the path below `/v2`, and the query.

use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target<'a> {
    /// As received, without the query: what the signature covers.
    pub(crate) signed_path: &'a str,
    /// What follows `/v2`, or `None` when there is no such part.
    pub(crate) path: Option<&'a str>,
    /// Decoded; of a repeated name the last value.
    pub(crate) query: BTreeMap<String, String>,
}

impl<'a> Target<'a> {
    pub(crate) fn parse(target: &'a str) -> Self {
        let (signed_path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = signed_path
            .match_indices("/v2")
            .filter_map(|(index, _)| signed_path.get(index + 3..))
            .find(|rest| rest.starts_with('/'));
        let query = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect();
        Self {
            signed_path,
            path,
            query,
        }
    }
}

/// Percent-decoding; `+` is a space in a query.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut ahead = rest.clone();
                let digits = ahead.next().zip(ahead.next());
                match digits.and_then(|(high, low)| hex(high).zip(hex(low))) {
                    Some((high, low)) => {
                        bytes.push(high * 16 + low);
                        rest = ahead;
                    }
                    None => bytes.push(b'%'),
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_signed_but_not_routed() {
        let target = Target::parse("/sandbox/ch-dk-2/v2/instance?labels=a%20b+c");
        assert_eq!(target.signed_path, "/sandbox/ch-dk-2/v2/instance");
        assert_eq!(target.path, Some("/instance"));
        assert_eq!(target.query["labels"], "a b c");
    }

    #[test]
    fn paths_without_a_version_lead_nowhere() {
        assert_eq!(Target::parse("/v1/instance").path, None);
        assert_eq!(Target::parse("/v20/instance").path, None);
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%41"), "%zzA");
    }
}

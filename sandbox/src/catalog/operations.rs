//! Every operation of the API's document (`OpenAPI` of September 2026), so that what is not served can be named.

/// One line of the document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Documented {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) operation: &'static str,
}

pub(crate) fn documented() -> impl Iterator<Item = Documented> {
    include_str!("../../data/operations.txt")
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some(Documented {
                method: words.next()?,
                path: words.next()?,
                operation: words.next()?,
            })
        })
}

/// The service whose policy decides over a path.
pub(crate) fn service_of(path: &str) -> &'static str {
    let first = path
        .trim_start_matches('/')
        .split(['/', ':'])
        .next()
        .unwrap_or_default();
    match first {
        "iam-role" | "api-key" | "iam-organization-policy" | "user" => "iam",
        "dns-domain" => "dns",
        "sos" | "sos-buckets-usage" => "sos",
        "ai" => "ai",
        "kms-key" => "kms",
        other if other.starts_with("dbaas") => "dbaas",
        _ => "compute",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_371_operations() {
        assert_eq!(documented().count(), 371);
    }

    #[test]
    fn services() {
        assert_eq!(service_of("/iam-role/x:policy"), "iam");
        assert_eq!(service_of("/instance-pool/x:scale"), "compute");
        assert_eq!(service_of("/dbaas-postgres/x"), "dbaas");
    }
}

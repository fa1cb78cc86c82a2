//! How much a person may write into a spec, so that it always fits into a link.

use super::fields::Report;
use super::{Access, DnsDomain, Pool, Refusal, Source, SshPublicKey};
use crate::limits;

/// Whatever in a spec is text of the person's own.
pub(super) struct FreeText<'a> {
    pub(super) pools: &'a [Option<Pool>],
    pub(super) access: Option<&'a Access>,
    pub(super) ssh_key: Option<&'a Option<SshPublicKey>>,
}

/// Keeps links short, whatever a person writes.
pub(super) fn check(texts: &FreeText<'_>, domain: Option<&DnsDomain>, report: &mut Report) {
    let entry = |length: usize| length.saturating_add(limits::FREE_TEXT_ENTRY_CHARS);
    let sources = |sources: &[Source]| {
        sources
            .iter()
            .map(|source| entry(source.to_string().len()))
            .sum::<usize>()
    };
    let mut parts: Vec<(String, usize)> = Vec::new();
    for (index, pool) in texts
        .pools
        .iter()
        .enumerate()
        .filter_map(|(index, pool)| Some((index, pool.as_ref()?)))
    {
        let labels = pool
            .labels
            .iter()
            .map(|(key, value)| entry(key.len()).saturating_add(entry(value.len())))
            .sum();
        let taints = pool
            .taints
            .iter()
            .map(|taint| entry(taint.to_string().len()))
            .sum();
        parts.push((format!("pools[{index}].labels"), labels));
        parts.push((format!("pools[{index}].taints"), taints));
    }
    if let Some(access) = texts.access {
        for (key, list) in [
            ("api", &access.api),
            ("ssh", &access.ssh),
            ("nodePorts", &access.node_ports),
        ] {
            parts.push((format!("access.{key}"), sources(list)));
        }
    }
    let ssh_key = texts
        .ssh_key
        .and_then(Option::as_ref)
        .map_or(0, |key| entry(key.as_str().len()));
    parts.push(("sshKey".to_owned(), ssh_key));
    parts.push((
        "network.domain".to_owned(),
        domain.map_or(0, |domain| entry(domain.as_str().len())),
    ));

    let sum: usize = parts.iter().map(|(_, length)| length).sum();
    if sum <= limits::FREE_TEXT_CHARS_MAX {
        return;
    }
    if let Some((field, length)) = parts.into_iter().max_by_key(|(_, length)| *length) {
        let rule = format!(
            "SSH key, labels, taints, access lists and DNS domain have at most {} characters together.",
            limits::FREE_TEXT_CHARS_MAX
        );
        let hint = format!(
            "They have {sum}, and more would not fit into a link; the largest part is this one. \
             An Ed25519 key is seven times shorter than an RSA key."
        );
        report.refuse(
            &field,
            &format!("{length} characters"),
            Refusal::new(rule, hint),
        );
    }
}

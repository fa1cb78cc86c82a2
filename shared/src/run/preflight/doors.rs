//! Who can come in: the person at the cluster's doors, and machines at the launcher's.

use ipnet::IpNet;

use super::{check, fail, ok};
use crate::plan::{Facts, Plan, networks, shut_doors};
use crate::run::{Check, Verdict};
use crate::spec::Source;

/// Whether the person's address is among those that may reach the API and SSH.
pub(super) fn access(plan: &Plan) -> Option<Check> {
    const NAME: &str = "access";
    let (access, facts) = (plan.spec.as_ref()?.access(), &plan.facts);
    // On a developer's own machine a caller has no public address at all.
    let own = facts.origin.starts_with("http://");
    let shut = shut_doors(access, facts).filter(|_| !own);
    if let Some(problem) = shut {
        return Some(fail(NAME, problem.rule, &problem.hint));
    }
    let callers: Vec<String> = facts
        .caller
        .iter()
        .map(|net| net.addr().to_string())
        .collect();
    let callers = callers.join(" and ");
    if callers.is_empty() {
        let why = "your address is not known, so whether it may reach the API is not either";
        let hint = "Name your address or network under Access.";
        return Some(check(NAME, Verdict::Unknown, why.to_owned(), hint));
    }
    let doors = [("the API", &access.api), ("SSH", &access.ssh)];
    let closed: Vec<&str> = doors
        .iter()
        .filter(|(_, sources)| !sources.is_empty() && !lets_in(sources, facts))
        .map(|(door, _)| *door)
        .collect();
    if closed.is_empty() {
        let door = if access.ssh.is_empty() {
            "the API"
        } else {
            "the API and SSH"
        };
        return Some(ok(NAME, format!("your address {callers} may reach {door}")));
    }
    let closed = closed.join(" and ");
    let only_new = facts.caller.iter().all(|net| matches!(net, IpNet::V6(_)));
    let (why, hint) = if only_new {
        (
            format!(
                "you came over IPv6 from {callers}, and control planes have IPv4 addresses only: from there {closed} cannot be reached"
            ),
            "Name your IPv4 address or network under Access, unless others are to use the cluster.",
        )
    } else {
        (
            format!("your address {callers} is not among those that may reach {closed}"),
            "Add `caller` or your network under Access, unless others are to use the cluster.",
        )
    };
    Some(check(NAME, Verdict::Warn, why, hint))
}

/// Machines have an IPv4 address and no other.
fn lets_in(sources: &[Source], facts: &Facts) -> bool {
    let nets = networks(sources, facts);
    let old = |net: &&IpNet| matches!(net, IpNet::V4(_));
    let mut callers = facts.caller.iter().filter(old);
    callers.any(|caller| nets.iter().any(|net| net.contains(caller)))
}

/// Whether machines reach the launcher, which is local where they could not, or only in the clear. Those of a pretend
/// account are in it.
pub fn origin_check(origin: &str, local: bool, pretend: bool) -> Check {
    const NAME: &str = "origin";
    if pretend {
        return ok(
            NAME,
            "machines of the sandbox reach the launcher from within".to_owned(),
        );
    }
    if !local {
        return ok(NAME, format!("machines report to {origin}"));
    }
    fail(
        NAME,
        format!("machines at Exoscale cannot reach {origin}"),
        "Deploy the site, or use a tunnel and set PUBLIC_ORIGIN to its https address. Nothing was made.",
    )
}

//! Whether there is room: quotas for the cluster at its largest, and a name that nobody has.

use super::seen::{Seen, changes, machines};
use super::{fail, ok, unknown};
use crate::exoscale::Kind;
use crate::plan::{Plan, PlanKind, tag_of};
use crate::run::{Check, Verdict};
use crate::time::Timestamp;

impl Seen {
    /// A check for each quota that the plan draws on. The lesser ones are
    /// unlimited as a rule, and only spoken of when they are in the way.
    pub(super) fn room(&self, plan: &Plan, now: Timestamp) -> Vec<Check> {
        let most: i64 = machines(plan)
            .map(|machine| machine.most)
            .chain(changes(plan).map(|(_, more)| more))
            .chain(self.bakes_beside(plan, now).then_some(1))
            .sum();
        let lower = "Ask Exoscale for a higher quota, or lower the pools' maximum.";
        let mut checks = vec![self.quota("instance", most, lower)];
        if plan.kind == PlanKind::Launch {
            let hint = "Remove a private network that is no longer used.";
            checks.push(self.quota("private-network", 1, hint));
        }
        let lesser = LESSER.iter().map(|(resource, kind)| {
            let wanted = plan.resources().filter(|one| one.kind() == *kind).count();
            let hint = "Ask Exoscale for a higher quota, or remove what is no longer used.";
            self.quota(resource, i64::try_from(wanted).unwrap_or(i64::MAX), hint)
        });
        checks.extend(lesser.filter(|check| check.verdict == Verdict::Fail));
        checks
    }

    fn quota(&self, resource: &str, wanted: i64, hint: &str) -> Check {
        let Some(quotas) = &self.quotas else {
            return unknown(
                "quota",
                format!("the quota for {resource} could not be read"),
            );
        };
        let Some(quota) = quotas.iter().find(|quota| quota.resource == resource) else {
            return unknown("quota", format!("no quota is published for {resource}"));
        };
        let free = quota.limit.saturating_sub(quota.usage);
        if quota.limit < 0 || wanted <= free {
            let room = if quota.limit < 0 {
                "no limit".to_owned()
            } else {
                format!("room for {free} more")
            };
            return ok(
                "quota",
                format!("{resource}: {room}, at most {wanted} needed"),
            );
        }
        let detail = format!(
            "the quota allows {free} more of {resource} ({} of {} are used), and this cluster may grow to {wanted}",
            quota.usage, quota.limit
        );
        fail("quota", detail, hint)
    }

    /// Machines and groups carry the name; groups belong to the whole organisation.
    pub(super) fn name_is_free(&self, plan: &Plan) -> Check {
        let (name, own) = (&plan.cluster.name, plan.cluster.tag());
        let kinds = [Kind::Instance, Kind::SecurityGroup];
        let tags = kinds.iter().flat_map(|kind| {
            let listed = self.listed.get(kind).into_iter().flatten();
            listed.filter_map(|one| tag_of(*kind, one))
        });
        let mut others = tags.filter(|tag| Some(tag) != own.as_ref());
        if let Some(taken) = others.find(|tag| tag.name == *name) {
            return fail(
                "name",
                format!("there is already a cluster called {} ({taken})", taken.name),
                "Choose another name, or destroy that cluster first.",
            );
        }
        if kinds.iter().any(|kind| !self.listed.contains_key(kind)) {
            return unknown("name", format!("whether {name} is free could not be read"));
        }
        ok("name", format!("no other cluster is called {name}"))
    }
}

/// Quotas beside those of machines and networks: Exoscale's name of each, and what counts against it.
const LESSER: [(&str, Kind); 6] = [
    ("elastic-ip", Kind::ElasticIp),
    ("security-group", Kind::SecurityGroup),
    ("anti-affinity-group", Kind::AntiAffinityGroup),
    ("iam-role", Kind::Role),
    ("iam-api-key", Kind::ApiKey),
    ("ssh-key", Kind::SshKey),
];

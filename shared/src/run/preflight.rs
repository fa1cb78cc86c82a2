//! Whether a launch can succeed, as far as can be known before the first change.

mod seen;

use self::seen::{Seen, changes, machines, missing, offered};
use super::ending::Trouble;
use super::{Check, Event, Fact, Run, Target, Verdict, rights};
use crate::exoscale::{Class, Kind, Policy, Reply};
use crate::plan::{PlanKind, tag_of};
use crate::time::Timestamp;

impl Run {
    pub(super) fn judge_preflight(&mut self, now: Timestamp, target: &Target, replies: Vec<Reply>) {
        let seen = Seen::from(replies);
        for (name, id) in offered(seen.wanted_types(self)) {
            let fact = Fact::InstanceType { name, id };
            self.record(now, Event::Learned { fact });
        }
        for (name, id) in offered(seen.wanted_templates(self, now)) {
            let fact = Fact::Template { name, id };
            self.record(now, Event::Learned { fact });
        }
        let checks = seen.checks(self, now);
        let failed = checks
            .iter()
            .find(|check| check.verdict == Verdict::Fail)
            .cloned();
        self.record(
            now,
            Event::Checked {
                target: target.clone(),
                checks,
            },
        );
        match failed {
            None => self.done(now, target, None),
            Some(check) => self.fail_with(
                now,
                target,
                &Trouble {
                    class: class_of(&check),
                    why: &check.detail,
                    hint: &check.hint,
                },
            ),
        }
    }
}

impl Seen {
    fn checks(&self, run: &Run, now: Timestamp) -> Vec<Check> {
        let whose = self.organization.as_ref().map_or_else(
            || "the key works, and may not say whose it is".to_owned(),
            |name| format!("the key works in the organisation {name}"),
        );
        let mut checks = vec![
            ok("key", whose),
            role_allows(run, self.policy(run).as_ref()),
        ];
        let most: i64 = machines(run)
            .map(|machine| machine.most)
            .chain(changes(run).map(|(_, more)| more))
            .chain(self.bakes_beside(run, now).then_some(1))
            .sum();
        checks.push(self.quota(
            "instance",
            most,
            "Ask Exoscale for a higher quota, or lower the pools' maximum.",
        ));
        if run.plan.kind == PlanKind::Launch {
            let hint = "Remove a private network that is no longer used.";
            checks.push(self.quota("private-network", 1, hint));
        }
        checks.push(available(
            "instance-types",
            &missing(self.wanted_types(run)),
            "Choose another type or zone, or ask Exoscale to authorise it.",
        ));
        checks.push(available(
            "templates",
            &missing(self.wanted_templates(run, now)),
            "Choose another image or zone.",
        ));
        if run.plan.kind == PlanKind::Launch {
            checks.push(self.name_is_free(run));
        }
        checks
    }

    fn quota(&self, resource: &str, wanted: i64, hint: &str) -> Check {
        let Some(quota) = self.quotas.iter().find(|quota| quota.resource == resource) else {
            return Check {
                verdict: Verdict::Unknown,
                ..ok("quota", format!("no quota is published for {resource}"))
            };
        };
        let free = quota.limit.saturating_sub(quota.usage);
        if quota.limit < 0 || wanted <= free {
            return ok("quota", format!("{resource}: at most {wanted} are needed"));
        }
        let detail = format!(
            "the quota allows {free} more of {resource} ({} of {} are used), and this cluster may grow to {wanted}",
            quota.usage, quota.limit
        );
        Check {
            name: "quota".to_owned(),
            verdict: Verdict::Fail,
            detail,
            hint: hint.to_owned(),
        }
    }

    fn name_is_free(&self, run: &Run) -> Check {
        let own = run.plan.cluster.tag();
        let kinds = [Kind::Instance, Kind::SecurityGroup];
        let tags = self
            .listed
            .iter()
            .flat_map(|one| kinds.iter().filter_map(|kind| tag_of(*kind, one)));
        let taken = tags
            .filter(|tag| Some(tag) != own.as_ref())
            .find(|tag| tag.name == run.plan.cluster.name);
        taken.map_or_else(
            || {
                ok(
                    "name",
                    format!("no other cluster is called {}", run.plan.cluster.name),
                )
            },
            |tag| Check {
                name: "name".to_owned(),
                verdict: Verdict::Fail,
                detail: format!("there is already a cluster called {} ({tag})", tag.name),
                hint: "Choose another name, or destroy that cluster first.".to_owned(),
            },
        )
    }
}

/// Whether the key's role allows all that the plan takes.
fn role_allows(run: &Run, policy: Option<&Policy>) -> Check {
    let unknown = |detail: &str| Check {
        verdict: Verdict::Unknown,
        ..ok("rights", detail.to_owned())
    };
    let Some(policy) = policy else {
        return unknown("the key may not read its own role, so what it may do shows as it goes");
    };
    let allowed = rights(&run.plan).into_iter().map(|operation| {
        let allowed = policy.allows(&operation);
        (operation, allowed)
    });
    let (denied, others): (Vec<_>, Vec<_>) =
        allowed.partition(|(_, allowed)| *allowed == Some(false));
    if !denied.is_empty() {
        let denied: Vec<String> = denied.into_iter().map(|(operation, _)| operation).collect();
        return Check {
            verdict: Verdict::Fail,
            detail: format!(
                "the role of this key denies what this takes: {}",
                denied.join(", ")
            ),
            hint: "Let its role do these as well, or use a key whose role may.".to_owned(),
            ..ok("rights", String::new())
        };
    }
    if others.iter().any(|(_, allowed)| allowed.is_none()) {
        return unknown(
            "the role of this key looks at more than operations, so what it may do shows as it goes",
        );
    }
    ok(
        "rights",
        format!(
            "the role of this key allows all {} operations that this may take",
            others.len()
        ),
    )
}

/// What kind of trouble a check that fails has found.
fn class_of(check: &Check) -> Class {
    match check.name.as_str() {
        "quota" => Class::Quota,
        "rights" => Class::Unauthorised,
        "name" => Class::Conflict,
        _ => Class::Configuration,
    }
}

fn ok(name: &str, detail: String) -> Check {
    Check {
        name: name.to_owned(),
        verdict: Verdict::Ok,
        detail,
        hint: String::new(),
    }
}

fn available(name: &str, missing: &[String], hint: &str) -> Check {
    if missing.is_empty() {
        return ok(name, "all are offered in the zone".to_owned());
    }
    let detail = format!(
        "not offered to this key in this zone: {}",
        missing.join(", ")
    );
    Check {
        name: name.to_owned(),
        verdict: Verdict::Fail,
        detail,
        hint: hint.to_owned(),
    }
}

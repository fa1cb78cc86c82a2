//! Whether a launch can succeed, as far as can be known before the first change.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Event, Fact, Run, Target, Verdict};
use crate::exoscale::{InstanceType, Kind, Listed, Quota, Reply, ResourceId, Template};
use crate::plan::{Action, Change, PlanKind, Resource, is_fresh, tag_of};
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
            Some(check) => self.fail_with(now, target, &check.detail, &check.hint),
        }
    }
}

/// What the preflight's reads brought.
#[derive(Default)]
struct Seen {
    organization: String,
    quotas: Vec<Quota>,
    types: Vec<InstanceType>,
    /// The public ones first, then the organisation's own.
    templates: Vec<Vec<Template>>,
    listed: Vec<Listed>,
}

impl From<Vec<Reply>> for Seen {
    fn from(replies: Vec<Reply>) -> Self {
        let mut seen = Self::default();
        for reply in replies {
            match reply {
                Reply::Organization(organization) => seen.organization = organization.name,
                Reply::Quotas(quotas) => seen.quotas = quotas,
                Reply::InstanceTypes(types) => seen.types = types,
                Reply::Templates(templates) => seen.templates.push(templates),
                Reply::List(listed) => seen.listed.extend(listed),
                Reply::Operation(_)
                | Reply::Minted(_)
                | Reply::Instance(_)
                | Reply::Snapshot(_)
                | Reply::Pool(_)
                | Reply::Rules(_)
                | Reply::One(_) => {}
            }
        }
        seen
    }
}

impl Seen {
    /// The instance types of the plan, each with its identifier if it is offered in the zone.
    fn wanted_types(&self, run: &Run) -> Vec<Wanted> {
        let id_of = |name: &str| {
            let one = self
                .types
                .iter()
                .find(|one| format!("{}.{}", one.family, one.size) == name)?;
            let zone = run.plan.cluster.zone.as_str();
            (one.zones.is_empty() || one.zones.iter().any(|other| other == zone))
                .then(|| one.id.clone())
        };
        let names: BTreeSet<String> = machines(run)
            .map(|machine| machine.instance_type.to_owned())
            .chain(changes(run).filter_map(|(name, _)| name.map(str::to_owned)))
            .collect();
        names
            .into_iter()
            .map(|name| (name.clone(), id_of(&name)))
            .collect()
    }

    /// The templates of the plan, each as it is today: a fresh image of our own instead, where there is one.
    fn wanted_templates(&self, run: &Run, now: Timestamp) -> Vec<Wanted> {
        let newest = |name: &str, templates: &[Template]| {
            let of_name = templates
                .iter()
                .filter(|one| one.name == name || one.id.0 == name);
            of_name
                .max_by(|a, b| a.created_at.cmp(&b.created_at))
                .cloned()
        };
        let all = self.templates.concat();
        let own = self.templates.get(1).map(Vec::as_slice).unwrap_or_default();
        let golden = |name: &str| newest(name, own).filter(|one| is_fresh(&one.created_at, now));
        let names: BTreeMap<&str, Option<&str>> = machines(run)
            .map(|machine| (machine.template, machine.golden))
            .collect();
        let today = |name: &str, ours: Option<&str>| {
            let one = ours.and_then(golden).or_else(|| newest(name, &all))?;
            Some(one.id)
        };
        names
            .into_iter()
            .map(|(name, ours)| (name.to_owned(), today(name, ours)))
            .collect()
    }

    fn checks(&self, run: &Run, now: Timestamp) -> Vec<Check> {
        let mut checks = vec![ok(
            "key",
            format!("the key works in the organisation {}", self.organization),
        )];
        let most: i64 = machines(run)
            .map(|machine| machine.most)
            .chain(changes(run).map(|(_, more)| more))
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

/// A name in the plan, and the identifier that it has today.
type Wanted = (String, Option<ResourceId>);

fn offered(wanted: Vec<Wanted>) -> impl Iterator<Item = (String, ResourceId)> {
    wanted
        .into_iter()
        .filter_map(|(name, id)| Some((name, id?)))
}

fn missing(wanted: Vec<Wanted>) -> Vec<String> {
    wanted
        .into_iter()
        .filter(|(_, id)| id.is_none())
        .map(|(name, _)| name)
        .collect()
}

/// A group of alike machines that the plan makes or changes.
struct Machines<'a> {
    instance_type: &'a str,
    template: &'a str,
    golden: Option<&'a str>,
    /// How many more there may come to be.
    most: i64,
}

fn machines(run: &Run) -> impl Iterator<Item = Machines<'_>> {
    run.plan.resources().filter_map(|resource| {
        if let Resource::Instance(instance) = resource {
            Some(Machines {
                instance_type: &instance.instance_type,
                template: &instance.template,
                golden: instance.golden.as_deref(),
                most: 1,
            })
        } else if let Resource::InstancePool(pool) = resource {
            Some(Machines {
                instance_type: &pool.instance_type,
                template: &pool.template,
                golden: pool.golden.as_deref(),
                most: pool.max.into(),
            })
        } else {
            None
        }
    })
}

/// For each pool that the plan changes: its new type, and how many more nodes there may come to be.
fn changes(run: &Run) -> impl Iterator<Item = (Option<&str>, i64)> {
    let tasks = run.plan.steps.iter().flat_map(|step| &step.tasks);
    tasks.filter_map(|task| {
        let Action::Set {
            change:
                Change::Pool {
                    instance_type,
                    more,
                    ..
                },
        } = &task.action
        else {
            return None;
        };
        Some((instance_type.as_deref(), i64::from(*more)))
    })
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

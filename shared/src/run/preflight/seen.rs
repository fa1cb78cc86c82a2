//! What the preflight's reads brought, and what of it the plan wants. What could not be read is none, not empty.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, preflight_calls};
use crate::exoscale::{
    Call, InstanceType, Kind, Listed, Policy, Quota, Reply, ResourceId, Template,
};
use crate::plan::{Action, Change, Plan, PlanKind, Resource, is_fresh};
use crate::time::Timestamp;

/// What the preflight's reads brought.
#[derive(Default)]
pub(super) struct Seen {
    /// Whose the key is, if it may ask.
    pub(super) organization: Option<String>,
    pub(super) quotas: Option<Vec<Quota>>,
    types: Option<Vec<InstanceType>>,
    templates: Option<Vec<Template>>,
    own_templates: Option<Vec<Template>>,
    /// By kind, as far as the key may list them.
    pub(super) listed: BTreeMap<Kind, Vec<Listed>>,
    /// What the key was denied, by Exoscale's names.
    pub(super) denied: Vec<Call>,
}

impl From<Vec<Answer>> for Seen {
    fn from(answers: Vec<Answer>) -> Self {
        let mut seen = Self::default();
        for (call, answer) in preflight_calls().into_iter().zip(answers) {
            match answer {
                Answer::Told(reply) => seen.told(&call, *reply),
                Answer::Denied => seen.denied.push(call),
                Answer::Silent => {}
            }
        }
        seen
    }
}

impl Seen {
    fn told(&mut self, call: &Call, reply: Reply) {
        match (call, reply) {
            (_, Reply::Organization(organization)) => self.organization = Some(organization.name),
            (_, Reply::Quotas(quotas)) => self.quotas = Some(quotas),
            (_, Reply::InstanceTypes(types)) => self.types = Some(types),
            (Call::OwnTemplates, Reply::Templates(own)) => self.own_templates = Some(own),
            (_, Reply::Templates(templates)) => self.templates = Some(templates),
            (Call::List(kind), Reply::List(listed)) => {
                self.listed.insert(*kind, listed);
            }
            (
                _,
                Reply::List(_)
                | Reply::Operation(_)
                | Reply::Minted(_)
                | Reply::Instance(_)
                | Reply::Snapshot(_)
                | Reply::Pool(_)
                | Reply::Rules(_)
                | Reply::One(_),
            ) => {}
        }
    }

    /// How many instance types the zone offers to this key.
    pub(super) fn types_in(&self, zone: &str) -> Option<usize> {
        let types = self.types.as_ref()?;
        Some(types.iter().filter(|one| is_in(one, zone)).count())
    }

    /// The instance types of the plan, each with its identifier if it is offered in the zone.
    pub(super) fn wanted_types(&self, plan: &Plan) -> Option<Vec<Wanted>> {
        let types = self.types.as_ref()?;
        let id_of = |name: &str| {
            let mut offered = types
                .iter()
                .filter(|one| is_in(one, plan.cluster.zone.as_str()));
            let one = offered.find(|one| format!("{}.{}", one.family, one.size) == name)?;
            Some(one.id.clone())
        };
        let names: BTreeSet<String> = machines(plan)
            .map(|machine| machine.instance_type.to_owned())
            .chain(changes(plan).filter_map(|(name, _)| name.map(str::to_owned)))
            .collect();
        let wanted = names.into_iter().map(|name| (name.clone(), id_of(&name)));
        Some(wanted.collect())
    }

    /// The templates of the plan, each as it is today: a fresh image of our own instead, where there is one.
    pub(super) fn wanted_templates(&self, plan: &Plan, now: Timestamp) -> Option<Vec<Wanted>> {
        let own = self.own_templates.as_ref()?;
        let all = [&self.templates.as_ref()?[..], own].concat();
        let golden = |name: &str| newest(name, own).filter(|one| is_fresh(&one.created_at, now));
        let names: BTreeMap<&str, Option<&str>> = machines(plan)
            .map(|machine| (machine.template, machine.golden))
            .collect();
        let today = |name: &str, ours: Option<&str>| {
            let one = ours.and_then(golden).or_else(|| newest(name, &all))?;
            Some(one.id)
        };
        let wanted = names
            .into_iter()
            .map(|(name, ours)| (name.to_owned(), today(name, ours)));
        Some(wanted.collect())
    }

    /// Whether an image is made at the same time, which takes one more machine for a while.
    pub(super) fn bakes_beside(&self, plan: &Plan, now: Timestamp) -> bool {
        let own = self.own_templates.as_deref().unwrap_or_default();
        let fresh = |name| newest(name, own).is_some_and(|one| is_fresh(&one.created_at, now));
        plan.kind == PlanKind::Launch
            && machines(plan)
                .filter_map(|machine| machine.golden)
                .any(|name| !fresh(name))
    }

    /// What the role of the key that is worked with may do, if that can be read.
    pub(super) fn policy(&self, plan: &Plan) -> Option<Policy> {
        let own = plan.facts.key.as_ref()?;
        let same = |key: &&Listed| key.key.as_ref().is_some_and(|id| id.0 == *own);
        let key = self.listed.get(&Kind::ApiKey)?.iter().find(same)?;
        let role = key.role_id.as_ref()?;
        let mut roles = self.listed.get(&Kind::Role)?.iter();
        let role = roles.find(|one| one.id.as_ref() == Some(role))?;
        serde_json::from_value(role.policy.clone()?).ok()
    }
}

/// A type that names no zone is offered in all of them.
fn is_in(one: &InstanceType, zone: &str) -> bool {
    one.zones.is_empty() || one.zones.iter().any(|other| other == zone)
}

fn newest(name: &str, templates: &[Template]) -> Option<Template> {
    let of_name = templates
        .iter()
        .filter(|one| one.name == name || one.id.0 == name);
    of_name
        .max_by(|a, b| a.created_at.cmp(&b.created_at))
        .cloned()
}

/// A name in the plan, and the identifier that it has today.
pub(super) type Wanted = (String, Option<ResourceId>);

pub(super) fn offered(wanted: Option<Vec<Wanted>>) -> impl Iterator<Item = (String, ResourceId)> {
    let wanted = wanted.into_iter().flatten();
    wanted.filter_map(|(name, id)| Some((name, id?)))
}

pub(super) fn missing(wanted: Vec<Wanted>) -> Vec<String> {
    let missing = wanted.into_iter().filter(|(_, id)| id.is_none());
    missing.map(|(name, _)| name).collect()
}

/// A group of alike machines that the plan makes or changes.
pub(super) struct Machines<'a> {
    instance_type: &'a str,
    template: &'a str,
    golden: Option<&'a str>,
    /// How many more there may come to be.
    pub(super) most: i64,
}

pub(super) fn machines(plan: &Plan) -> impl Iterator<Item = Machines<'_>> {
    plan.resources().filter_map(|resource| {
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
pub(super) fn changes(plan: &Plan) -> impl Iterator<Item = (Option<&str>, i64)> {
    let tasks = plan.steps.iter().flat_map(|step| &step.tasks);
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

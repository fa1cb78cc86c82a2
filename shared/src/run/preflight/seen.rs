//! What the preflight's reads brought, and what of it the plan wants.

use std::collections::{BTreeMap, BTreeSet};

use crate::exoscale::{
    Call, InstanceType, Kind, Listed, Policy, Quota, Reply, ResourceId, Template,
};
use crate::plan::{Action, Change, Gather, PlanKind, Resource, is_fresh};
use crate::run::{Run, gather};
use crate::time::Timestamp;

/// What the preflight's reads brought.
#[derive(Default)]
pub(super) struct Seen {
    /// Whose the key is, if it may ask.
    pub(super) organization: Option<String>,
    pub(super) quotas: Vec<Quota>,
    /// All keys and roles, as far as the key may list them.
    keys: Vec<Listed>,
    roles: Vec<Listed>,
    types: Vec<InstanceType>,
    templates: Vec<Template>,
    own_templates: Vec<Template>,
    pub(super) listed: Vec<Listed>,
}

impl From<Vec<Reply>> for Seen {
    fn from(replies: Vec<Reply>) -> Self {
        let mut seen = Self::default();
        for (call, reply) in gather::calls(Gather::Preflight).into_iter().zip(replies) {
            match (call, reply) {
                (_, Reply::Organization(organization)) => {
                    seen.organization = Some(organization.name);
                }
                (_, Reply::Quotas(quotas)) => seen.quotas = quotas,
                (_, Reply::InstanceTypes(types)) => seen.types = types,
                (Call::OwnTemplates, Reply::Templates(templates)) => seen.own_templates = templates,
                (_, Reply::Templates(templates)) => seen.templates = templates,
                (Call::List(Kind::ApiKey), Reply::List(keys)) => seen.keys = keys,
                (Call::List(Kind::Role), Reply::List(roles)) => seen.roles = roles,
                (_, Reply::List(listed)) => seen.listed.extend(listed),
                (
                    _,
                    Reply::Operation(_)
                    | Reply::Minted(_)
                    | Reply::Instance(_)
                    | Reply::Snapshot(_)
                    | Reply::Pool(_)
                    | Reply::Rules(_)
                    | Reply::One(_),
                ) => {}
            }
        }
        seen
    }
}

impl Seen {
    /// The instance types of the plan, each with its identifier if it is offered in the zone.
    pub(super) fn wanted_types(&self, run: &Run) -> Vec<Wanted> {
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
    pub(super) fn wanted_templates(&self, run: &Run, now: Timestamp) -> Vec<Wanted> {
        let all = [&self.templates[..], &self.own_templates].concat();
        let golden = |name: &str| {
            newest(name, &self.own_templates).filter(|one| is_fresh(&one.created_at, now))
        };
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

    /// Whether an image is made at the same time, which takes one more machine for a while.
    pub(super) fn bakes_beside(&self, run: &Run, now: Timestamp) -> bool {
        let fresh = |name| {
            newest(name, &self.own_templates).is_some_and(|one| is_fresh(&one.created_at, now))
        };
        run.plan.kind == PlanKind::Launch
            && machines(run)
                .filter_map(|machine| machine.golden)
                .any(|name| !fresh(name))
    }

    /// What the role of the key that the run works with may do, if that can be read.
    pub(super) fn policy(&self, run: &Run) -> Option<Policy> {
        let own = run.plan.facts.key.as_ref()?;
        let same = |key: &&Listed| key.key.as_ref().is_some_and(|id| id.0 == *own);
        let role = self.keys.iter().find(same)?.role_id.clone()?;
        let role = self
            .roles
            .iter()
            .find(|one| one.id.as_ref() == Some(&role))?;
        serde_json::from_value(role.policy.clone()?).ok()
    }
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

pub(super) fn offered(wanted: Vec<Wanted>) -> impl Iterator<Item = (String, ResourceId)> {
    wanted
        .into_iter()
        .filter_map(|(name, id)| Some((name, id?)))
}

pub(super) fn missing(wanted: Vec<Wanted>) -> Vec<String> {
    wanted
        .into_iter()
        .filter(|(_, id)| id.is_none())
        .map(|(name, _)| name)
        .collect()
}

/// A group of alike machines that the plan makes or changes.
pub(super) struct Machines<'a> {
    instance_type: &'a str,
    template: &'a str,
    golden: Option<&'a str>,
    /// How many more there may come to be.
    pub(super) most: i64,
}

pub(super) fn machines(run: &Run) -> impl Iterator<Item = Machines<'_>> {
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
pub(super) fn changes(run: &Run) -> impl Iterator<Item = (Option<&str>, i64)> {
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

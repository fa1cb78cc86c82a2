//! Reads several things at once and judges them together: before a launch, and before and after a removal.

use std::collections::BTreeSet;

use super::reading::item;
use super::state::State;
use super::{Check, Event, Fact, Item, Kept, Phase, Purpose, Run, Target, TaskState, Verdict};
use crate::exoscale::{Call, InstanceType, Kind, Listed, Quota, Reply, ResourceId, Template};
use crate::plan::{Action, ClusterTag, Gather, Resource, tag_of};
use crate::time::Timestamp;

impl Run {
    pub(super) fn gather(
        &mut self,
        now: Timestamp,
        target: &Target,
        state: &TaskState,
        gather: Gather,
    ) {
        if let Phase::Idle { at } = state.phase
            && at > now
        {
            return self.due(at);
        }
        let calls = calls(gather);
        let mut complete = true;
        for (index, call) in calls.iter().enumerate() {
            if self.wake.gathered.contains_key(&(target.clone(), index)) {
                continue;
            }
            complete = false;
            let asked = self
                .wake
                .in_flight
                .values()
                .any(|(other, purpose)| other == target && *purpose == Purpose::Read(index));
            if !asked && self.may_send(now) {
                self.send(target, Purpose::Read(index), call.clone());
            }
        }
        if complete {
            let replies = std::mem::take(&mut self.wake.gathered)
                .into_values()
                .collect();
            match gather {
                Gather::Preflight => self.judge_preflight(now, target, replies),
                Gather::Inventory | Gather::Verify => {
                    self.judge_inventory(now, target, state, gather, replies)
                }
            }
        }
    }

    fn judge_preflight(&mut self, now: Timestamp, target: &Target, replies: Vec<Reply>) {
        let seen = Seen::from(replies);
        for (name, id) in seen
            .wanted_types(self)
            .into_iter()
            .filter_map(|(name, id)| Some((name, id?)))
        {
            self.record(
                now,
                Event::Learned {
                    fact: Fact::InstanceType { name, id },
                },
            );
        }
        for (name, id) in seen
            .wanted_templates(self)
            .into_iter()
            .filter_map(|(name, id)| Some((name, id?)))
        {
            self.record(
                now,
                Event::Learned {
                    fact: Fact::Template { name, id },
                },
            );
        }
        let checks = seen.checks(self);
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
            None => self.record(
                now,
                Event::TaskDone {
                    target: target.clone(),
                    detail: None,
                },
            ),
            Some(check) => self.fail_with(now, target, &check.detail, &check.hint),
        }
    }

    fn judge_inventory(
        &mut self,
        now: Timestamp,
        target: &Target,
        state: &TaskState,
        gather: Gather,
        replies: Vec<Reply>,
    ) {
        let listings: Vec<(Kind, Vec<Listed>)> = Kind::ALL
            .into_iter()
            .zip(replies)
            .map(|(kind, reply)| {
                if let Reply::List(listed) = reply {
                    (kind, listed)
                } else {
                    (kind, Vec::new())
                }
            })
            .collect();
        let tags = self.tags(&listings);
        if tags.len() > 1 {
            let names = tags
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ");
            let what = format!(
                "there are several clusters called {}: {names}",
                self.plan.cluster.name
            );
            return self.fail_with(now, target, &what, "Say which one, with its id.");
        }
        let cluster = tags
            .into_iter()
            .next()
            .or_else(|| self.state.cluster.clone());
        let (items, kept) = self.owned_of(cluster.as_ref(), &listings);
        let left = items.len();
        self.record(
            now,
            Event::Inventory {
                target: target.clone(),
                cluster,
                items,
                kept,
            },
        );
        match gather {
            Gather::Verify if left > 0 && state.looks < VERIFY_ROUNDS_MAX => {}
            Gather::Verify if left > 0 => {
                let what =
                    format!("{left} resources of the cluster come back after they are removed");
                self.fail_with(
                    now,
                    target,
                    &what,
                    "Something recreates them: stop it, then retry.",
                );
            }
            Gather::Verify => {
                let detail = Some(format!(
                    "{} listings, nothing of the cluster in any",
                    listings.len()
                ));
                self.record(
                    now,
                    Event::TaskDone {
                        target: target.clone(),
                        detail,
                    },
                );
            }
            Gather::Preflight | Gather::Inventory => {
                let detail = Some(format!("{left} resources"));
                self.record(
                    now,
                    Event::TaskDone {
                        target: target.clone(),
                        detail,
                    },
                );
            }
        }
    }

    fn tags(&self, listings: &[(Kind, Vec<Listed>)]) -> BTreeSet<ClusterTag> {
        if let Some(tag) = self.plan.cluster.tag() {
            return BTreeSet::from([tag]);
        }
        let all = listings
            .iter()
            .flat_map(|(kind, listed)| listed.iter().filter_map(|one| tag_of(*kind, one)));
        all.filter(|tag| self.plan.cluster.is(tag)).collect()
    }

    /// What is ours of every kind. Pools and roles come first: a load balancer or a key is ours through them.
    fn owned_of(
        &self,
        cluster: Option<&ClusterTag>,
        listings: &[(Kind, Vec<Listed>)],
    ) -> (Vec<Item>, Vec<Kept>) {
        let Some(cluster) = cluster else {
            return (Vec::new(), Vec::new());
        };
        let mut known = Known::of(&self.state, cluster);
        for (kind, listed) in listings {
            known.add(*kind, listed);
        }
        let (mut items, mut kept) = (Vec::new(), Vec::new());
        for (kind, listed) in listings {
            let (more, more_kept) = known.sort_out(*kind, listed);
            items.extend(more);
            kept.extend(more_kept);
        }
        (items, kept)
    }

    /// What is ours of one kind, going by what is known of the others.
    pub(super) fn ours(&self, kind: Kind, listed: &[Listed]) -> (Vec<Item>, Vec<Kept>) {
        let cluster = self
            .plan
            .cluster
            .tag()
            .or_else(|| self.state.cluster.clone());
        cluster.map_or_else(Default::default, |cluster| {
            Known::of(&self.state, &cluster).sort_out(kind, listed)
        })
    }
}

/// The reads of each gathering, in a fixed order.
fn calls(gather: Gather) -> Vec<Call> {
    match gather {
        Gather::Preflight => vec![
            Call::Organization,
            Call::Quotas,
            Call::InstanceTypes,
            Call::Templates,
            Call::List(Kind::Instance),
            Call::List(Kind::InstancePool),
            Call::List(Kind::PrivateNetwork),
            Call::List(Kind::SecurityGroup),
        ],
        Gather::Inventory | Gather::Verify => Kind::ALL.into_iter().map(Call::List).collect(),
    }
}

/// A cluster and what is known to be its own, for kinds that are owned through another.
struct Known {
    cluster: ClusterTag,
    pools: BTreeSet<ResourceId>,
    roles: BTreeSet<ResourceId>,
}

impl Known {
    fn of(state: &State, cluster: &ClusterTag) -> Self {
        let ids = |kind| {
            state
                .seen
                .iter()
                .filter(move |item| item.kind == kind)
                .map(|item| item.id.clone())
                .collect()
        };
        Self {
            cluster: cluster.clone(),
            pools: ids(Kind::InstancePool),
            roles: ids(Kind::Role),
        }
    }

    fn add(&mut self, kind: Kind, listed: &[Listed]) {
        let known = match kind {
            Kind::InstancePool => &mut self.pools,
            Kind::Role => &mut self.roles,
            Kind::ApiKey
            | Kind::LoadBalancer
            | Kind::Instance
            | Kind::ElasticIp
            | Kind::Volume
            | Kind::PrivateNetwork
            | Kind::SecurityGroup
            | Kind::AntiAffinityGroup
            | Kind::SshKey => return,
        };
        let ours = listed
            .iter()
            .filter(|one| tag_of(kind, one).as_ref() == Some(&self.cluster));
        known.extend(ours.filter_map(|one| one.id_of(kind)));
    }

    fn sort_out(&self, kind: Kind, listed: &[Listed]) -> (Vec<Item>, Vec<Kept>) {
        let (mut items, mut kept) = (Vec::new(), Vec::new());
        for one in listed {
            let Some(item) = item(kind, one) else {
                continue;
            };
            match self.owns(kind, one) {
                Owned::Yes => items.push(item),
                Owned::Kept(why) => kept.push(Kept {
                    item,
                    why: why.to_owned(),
                }),
                Owned::No => {}
            }
        }
        (items, kept)
    }

    fn owns(&self, kind: Kind, one: &Listed) -> Owned {
        let marked = tag_of(kind, one).as_ref() == Some(&self.cluster);
        match kind {
            Kind::ApiKey => Owned::when(
                one.role_id
                    .as_ref()
                    .is_some_and(|role| self.roles.contains(role)),
            ),
            Kind::LoadBalancer if marked => Owned::Yes,
            Kind::LoadBalancer => self.owns_balancer(one),
            // Members inherit the labels of their pool and go with it.
            Kind::Instance => Owned::when(marked && one.manager.is_none()),
            Kind::Volume if marked || self.names_volume(one) => {
                Owned::Kept("it holds data, so it is only removed on request")
            }
            Kind::Volume => Owned::No,
            Kind::InstancePool
            | Kind::ElasticIp
            | Kind::PrivateNetwork
            | Kind::SecurityGroup
            | Kind::AntiAffinityGroup
            | Kind::Role
            | Kind::SshKey => Owned::when(marked),
        }
    }

    /// The cloud controller's load balancers carry no marker: they are ours when all that they serve is.
    fn owns_balancer(&self, one: &Listed) -> Owned {
        let targets: Vec<Option<&ResourceId>> = one
            .services
            .iter()
            .map(|service| service.instance_pool.as_ref()?.id.as_ref())
            .collect();
        let ours = targets
            .iter()
            .filter(|id| id.is_some_and(|id| self.pools.contains(id)))
            .count();
        if !targets.is_empty() && ours == targets.len() {
            Owned::Yes
        } else if ours > 0 {
            Owned::Kept("it also serves pools that are not the cluster's")
        } else {
            Owned::No
        }
    }

    fn names_volume(&self, one: &Listed) -> bool {
        one.name
            .as_ref()
            .is_some_and(|name| name.starts_with(&format!("{}-", self.cluster.id)))
    }
}

enum Owned {
    Yes,
    Kept(&'static str),
    No,
}

impl Owned {
    const fn when(ours: bool) -> Self {
        if ours { Self::Yes } else { Self::No }
    }
}

/// What the preflight's reads brought.
#[derive(Default)]
struct Seen {
    organization: String,
    quotas: Vec<Quota>,
    types: Vec<InstanceType>,
    templates: Vec<Template>,
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
                Reply::Templates(templates) => seen.templates = templates,
                Reply::List(listed) => seen.listed.extend(listed),
                Reply::Operation(_)
                | Reply::Minted(_)
                | Reply::Instance(_)
                | Reply::Pool(_)
                | Reply::Rules(_)
                | Reply::One(_) => {}
            }
        }
        seen
    }
}

impl Seen {
    fn wanted_types(&self, run: &Run) -> Vec<(String, Option<ResourceId>)> {
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
            .map(|(instance_type, _, _)| instance_type.to_owned())
            .collect();
        names
            .into_iter()
            .map(|name| (name.clone(), id_of(&name)))
            .collect()
    }

    fn wanted_templates(&self, run: &Run) -> Vec<(String, Option<ResourceId>)> {
        let newest = |name: &str| {
            let of_name = self
                .templates
                .iter()
                .filter(|one| one.name == name || one.id.0 == name);
            of_name
                .max_by(|a, b| a.created_at.cmp(&b.created_at))
                .map(|one| one.id.clone())
        };
        let names: BTreeSet<String> = machines(run)
            .map(|(_, template, _)| template.to_owned())
            .collect();
        names
            .into_iter()
            .map(|name| (name.clone(), newest(&name)))
            .collect()
    }

    fn checks(&self, run: &Run) -> Vec<Check> {
        let mut checks = vec![ok(
            "key",
            format!("the key works in the organisation {}", self.organization),
        )];
        let most: i64 = machines(run).map(|(_, _, most)| i64::from(most)).sum();
        checks.push(self.quota(
            "instance",
            most,
            "Ask Exoscale for a higher quota, or lower the pools' maximum.",
        ));
        checks.push(self.quota(
            "private-network",
            1,
            "Remove a private network that is no longer used.",
        ));
        let missing = |wanted: Vec<(String, Option<ResourceId>)>| {
            wanted
                .into_iter()
                .filter(|(_, id)| id.is_none())
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        checks.push(available(
            "instance-types",
            &missing(self.wanted_types(run)),
            "Choose another type or zone, or ask Exoscale to authorise it.",
        ));
        checks.push(available(
            "templates",
            &missing(self.wanted_templates(run)),
            "Choose another image or zone.",
        ));
        checks.push(self.name_is_free(run));
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

/// Type, template and greatest number of each group of machines in the plan.
fn machines(run: &Run) -> impl Iterator<Item = (&str, &str, u32)> {
    run.plan
        .steps
        .iter()
        .flat_map(|step| &step.tasks)
        .filter_map(|task| {
            let Action::Create { resource } = &task.action else {
                return None;
            };
            match resource.as_ref() {
                Resource::Instance(instance) => Some((
                    instance.instance_type.as_str(),
                    instance.template.as_str(),
                    1,
                )),
                Resource::InstancePool(pool) => Some((
                    pool.instance_type.as_str(),
                    pool.template.as_str(),
                    pool.max,
                )),
                Resource::SshKey { .. }
                | Resource::PrivateNetwork { .. }
                | Resource::SecurityGroup { .. }
                | Resource::AntiAffinityGroup { .. }
                | Resource::Role { .. }
                | Resource::ApiKey { .. }
                | Resource::ElasticIp { .. } => None,
            }
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

/// What comes back more often than this is being recreated by something.
const VERIFY_ROUNDS_MAX: u32 = 5;

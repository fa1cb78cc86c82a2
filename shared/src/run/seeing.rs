//! What a look shows: of something in doubt, of something awaited, or of a kind that is being removed.

use super::ownership::item;
use super::schedule::{SETTLE_MS, listed_within_ms};
use super::state::{action, created_kind};
use super::{Event, Fact, Item, Run, Target};
use crate::exoscale::{CallError, Instance, Kind, Listed, Pool, Reply};
use crate::plan::{Action, Change, Resource, StepId, Watch};
use crate::sabotage::{Bug, has};
use crate::time::Timestamp;

impl Run {
    pub(super) fn seen(&mut self, now: Timestamp, target: &Target, reply: &Reply) {
        if target.item.is_some() {
            // It is still there, so the removal has not happened.
            return self.not_done(now, target, now);
        }
        let Some(action) = action(&self.plan, target).cloned() else {
            return;
        };
        match action {
            Action::Create { resource } => self.see_creation(now, target, &resource, reply),
            Action::Watch { watch } => self.see_watched(now, target, &watch, reply),
            Action::Sweep { kind } => self.see_listing(now, target, kind, reply),
            Action::TakeToken { .. } => self.see_token(now, target, reply),
            Action::Point { cluster, .. } => self.see_pools(now, target, &cluster, reply),
            Action::AddRule { .. }
            | Action::AttachNetwork { .. }
            | Action::AttachAddress { .. }
            | Action::Start { .. }
            | Action::Set { .. }
            | Action::Remove { .. }
            | Action::RemoveRule { .. }
            | Action::Guard { .. } => match self.holds(&action, reply) {
                Some(_) if is_stopping(&action, reply) => self.not_yet(now, target),
                Some(holds) => self.found_or_not(now, target, holds),
                None => {}
            },
            Action::Gather { .. }
            | Action::Make { .. }
            | Action::Hear { .. }
            | Action::Evidence => {}
        }
    }

    /// Whether a change shows in the reply; `None` when the reply is about something else.
    fn holds(&self, action: &Action, reply: &Reply) -> Option<bool> {
        match (action, reply) {
            (Action::AddRule { rule, .. }, Reply::Rules(rules)) => {
                Some(rules.iter().any(|standing| standing.rule == *rule))
            }
            (Action::RemoveRule { rule, .. }, Reply::Rules(rules)) => {
                Some(rules.iter().all(|standing| standing.id != *rule))
            }
            (Action::AttachNetwork { network, .. }, Reply::Instance(instance)) => {
                let id = self.id(network);
                let mut attached = instance.private_networks.iter();
                Some(attached.any(|network| network.id == id))
            }
            (Action::AttachAddress { address, .. }, Reply::Instance(instance)) => {
                let id = self.id(address);
                let mut attached = instance.elastic_ips.iter();
                Some(attached.any(|address| address.id == id))
            }
            (Action::Start { .. }, Reply::Instance(instance)) => {
                Some(matches!(instance.state.as_str(), "starting" | "running"))
            }
            (
                Action::Set {
                    change: Change::Stopped { .. },
                },
                Reply::Instance(instance),
            ) => Some(instance.state.as_str() == "stopped"),
            // What is replaced as a whole can be asked again without harm, and what is there is not removed.
            (Action::Guard { .. } | Action::Set { .. } | Action::Remove { .. }, _) => Some(false),
            (_, _) => None,
        }
    }

    fn see_creation(
        &mut self,
        now: Timestamp,
        target: &Target,
        resource: &Resource,
        reply: &Reply,
    ) {
        let Reply::List(listed) = reply else {
            return;
        };
        let ours = self.made_for(target, resource, listed);
        // What is taken over must be finished: what comes next builds on it.
        if ours
            .iter()
            .any(|one| one.state.as_deref() == Some("snapshotting"))
        {
            return self.not_yet(now, target);
        }
        let kind = resource.kind();
        let ours = ours.into_iter().filter_map(|one| item(kind, one)).collect();
        self.adopt(now, target, kind, ours);
    }

    fn see_listing(&mut self, now: Timestamp, target: &Target, kind: Kind, reply: &Reply) {
        if let Reply::List(listed) = reply {
            let items = self.ours(kind, listed).0;
            self.listed(now, target, items);
        }
    }

    fn see_watched(&mut self, now: Timestamp, target: &Target, watch: &Watch, reply: &Reply) {
        match (watch, reply) {
            (Watch::InstanceRunning { instance: step }, Reply::Instance(instance)) => {
                self.watch_instance(now, target, step, instance);
            }
            (Watch::PoolRunning { size, .. }, Reply::Pool(pool)) => {
                self.watch_pool(now, target, *size, pool);
            }
            (Watch::AddressKnown { address: step }, Reply::One(value)) => {
                let address = value.get("ip").and_then(|ip| ip.as_str()?.parse().ok());
                if let Some(address) = address {
                    self.has_address(now, target, step, address);
                }
            }
            (Watch::Exported { .. }, Reply::Snapshot(snapshot)) => {
                if let Some(export) = &snapshot.export {
                    self.exported(now, target, export);
                }
            }
            (_, _) => {}
        }
    }

    fn watch_instance(
        &mut self,
        now: Timestamp,
        target: &Target,
        step: &StepId,
        instance: &Instance,
    ) {
        if instance.state == "error" {
            let message = "the instance ended in the state `error`".to_owned();
            let reason = "fault".to_owned();
            return self.fail(now, target, &CallError::Failed { reason, message });
        }
        if let ("running", Some(address)) = (instance.state.as_str(), instance.public_ip) {
            self.has_address(now, target, step, address);
        }
    }

    fn watch_pool(&mut self, now: Timestamp, target: &Target, size: u32, pool: &Pool) {
        let members = pool.instances.len();
        let rests =
            pool.state == "running" && members >= usize::try_from(size).unwrap_or(usize::MAX);
        if rests {
            self.done(now, target, Some(format!("{members} machines running")));
        }
    }

    fn has_address(
        &mut self,
        now: Timestamp,
        target: &Target,
        step: &StepId,
        address: std::net::Ipv4Addr,
    ) {
        let step = step.clone();
        let fact = Fact::Address { step, address };
        self.record(now, Event::Learned { fact });
        self.done(now, target, Some(address.to_string()));
    }

    /// What carries the marker of exactly this step of this run.
    /// What in a listing was made for this step.
    fn made_for<'a>(
        &self,
        target: &Target,
        resource: &Resource,
        listed: &'a [Listed],
    ) -> Vec<&'a Listed> {
        if let Resource::Snapshot { instance } = resource {
            let Some(machine) = self.id(instance) else {
                return Vec::new();
            };
            let is_ours = |one: &&Listed| {
                let of = one.instance.as_ref().and_then(|of| of.id.as_ref());
                of == Some(&machine)
            };
            return listed.iter().filter(is_ours).collect();
        }
        let Some(marker) = self.marker(&target.step) else {
            return Vec::new();
        };
        let is_ours = |one: &&Listed| marker.is_on(resource.kind(), one, resource.name());
        listed.iter().filter(is_ours).collect()
    }

    fn adopt(&mut self, now: Timestamp, target: &Target, kind: Kind, mut ours: Vec<Item>) {
        if has(Bug::NoAdopt) {
            ours.clear();
        }
        match (kind, ours.pop()) {
            (_, None) => self.found_or_not(now, target, false),
            // The secret of a key is shown once. Without it the key is worth nothing: it is removed and minted again.
            (Kind::ApiKey, Some(last)) => {
                ours.push(last);
                self.listed(now, target, ours);
            }
            (_, Some(only)) if ours.is_empty() => {
                let found = Event::Found {
                    target: target.clone(),
                    id: Some(only.id),
                };
                self.record(now, found);
                self.done(now, target, Some("adopted".to_owned()));
            }
            (_, Some(_)) => {
                let message = format!(
                    "there is more than one {} with the marker of this step",
                    kind.noun()
                );
                let reason = "conflict".to_owned();
                self.fail(now, target, &CallError::Failed { reason, message });
            }
        }
    }

    /// It has begun and is under way: that is looked at again until it is over.
    fn not_yet(&mut self, now: Timestamp, target: &Target) {
        let why = "it is under way, and nothing says when it ends".to_owned();
        let look_at = now.plus_ms(SETTLE_MS);
        self.doubted(now, target, CallError::Lost { why }, look_at);
    }

    fn found_or_not(&mut self, now: Timestamp, target: &Target, found: bool) {
        if found {
            let found = Event::Found {
                target: target.clone(),
                id: None,
            };
            self.record(now, found);
            self.done(now, target, None);
        } else {
            let settle_ms = created_kind(&self.plan, target).map_or(SETTLE_MS, listed_within_ms);
            self.not_done(now, target, now.plus_ms(settle_ms));
        }
    }
}

/// Whether an instance that is to be stopped is on its way there. To ask once more would be refused.
fn is_stopping(action: &Action, reply: &Reply) -> bool {
    let stops = matches!(
        action,
        Action::Set {
            change: Change::Stopped { .. }
        }
    );
    stops && matches!(reply, Reply::Instance(instance) if instance.state.as_str() == "stopping")
}

//! What a look shows: of something in doubt, of something awaited, or of a kind that is being removed.

use super::ownership::item;
use super::schedule::SETTLE_MS;
use super::state::action;
use super::{Event, Fact, Item, Run, Target};
use crate::exoscale::{CallError, Instance, Kind, Listed, Pool, Reply};
use crate::plan::{Action, Resource, StepId, Watch};
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
            | Action::Guard { .. } => {
                if let Some(holds) = self.holds(&action, reply) {
                    self.found_or_not(now, target, holds);
                }
            }
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
        if let Reply::List(listed) = reply {
            let kind = resource.kind();
            let ours = self.marked(target, kind, resource.name(), listed);
            self.adopt(now, target, kind, ours);
        }
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
    fn marked(&self, target: &Target, kind: Kind, name: &str, listed: &[Listed]) -> Vec<Item> {
        let Some(marker) = self.marker(&target.step) else {
            return Vec::new();
        };
        let ours = listed
            .iter()
            .filter(|listed| marker.is_on(kind, listed, name));
        ours.filter_map(|listed| item(kind, listed)).collect()
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

    fn found_or_not(&mut self, now: Timestamp, target: &Target, found: bool) {
        if found {
            let found = Event::Found {
                target: target.clone(),
                id: None,
            };
            self.record(now, found);
            self.done(now, target, None);
        } else {
            self.not_done(now, target, now.plus_ms(SETTLE_MS));
        }
    }
}

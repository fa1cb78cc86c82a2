//! Things that stand: how they are changed, and what a look at them brings.

use std::collections::BTreeMap;

use super::calls::{TEMPLATE_CHECKSUM, TEMPLATE_URL};
use super::ending::Trouble;
use super::ownership::item;
use super::{Event, Item, Output, Phase, Purpose, Run, Target, TaskState};
use crate::bootstrap::machine::Role;
use crate::bootstrap::user_data;
use crate::exoscale::{Call, Class, Export, Kind, PoolChange, Reply};
use crate::plan::{Change, ClusterTag, tag_of};
use crate::secret::Secret;
use crate::time::Timestamp;

impl Run {
    pub(super) fn set_call(&self, change: &Change) -> Option<Call> {
        Some(match change {
            Change::Labels { instance, labels } => Call::SetLabels {
                instance: self.id(instance)?,
                labels: labels.clone(),
            },
            Change::Pool {
                pool,
                labels,
                instance_type,
                disk_gib,
                more: _,
            } => {
                let instance_type = match instance_type {
                    Some(name) => Some(self.state.instance_types.get(name)?.clone()),
                    None => None,
                };
                let change = PoolChange {
                    labels: Some(labels.clone()),
                    instance_type,
                    disk_gib: *disk_gib,
                    template: None,
                };
                let pool = self.id(pool)?;
                Call::SetPool { pool, change }
            }
            Change::Stopped { instance } => Call::Stop(self.id(instance)?),
            Change::Exported { snapshot } => Call::Export(self.id(snapshot)?),
        })
    }

    pub(super) fn set_look(&self, change: &Change) -> Option<Call> {
        let (kind, step) = match change {
            Change::Labels { instance, .. } | Change::Stopped { instance } => {
                (Kind::Instance, instance)
            }
            Change::Pool { pool, .. } => (Kind::InstancePool, pool),
            Change::Exported { snapshot } => (Kind::Snapshot, snapshot),
        };
        Some(Call::Get(kind, self.id(step)?))
    }

    /// The token is sealed in the same breath in which the line says that it is known.
    pub(super) fn see_token(&mut self, now: Timestamp, target: &Target, reply: &Reply) {
        let Reply::Pool(pool) = reply else { return };
        let told = user_data::read(pool.user_data.expose());
        let Ok(Role::Node { join, .. }) = told.map(|facts| facts.role) else {
            let what = format!("the user-data of {} is not that of our nodes", pool.name);
            let hint = "Somebody has changed it: relaunch the pool's cluster, or put it back.";
            return self.fail_with(
                now,
                target,
                &Trouble {
                    class: Class::Configuration,
                    why: &what,
                    hint,
                },
            );
        };
        let token = ("join-token", join.token);
        self.keep(now, target, token, ("ca-hash", join.ca_hash));
    }

    pub(super) fn exported(&mut self, now: Timestamp, target: &Target, export: &Export) {
        let public = (TEMPLATE_CHECKSUM, export.md5sum.clone());
        let url = (TEMPLATE_URL, export.presigned_url.clone());
        self.keep(now, target, url, public);
    }

    fn keep(
        &mut self,
        now: Timestamp,
        target: &Target,
        (name, secret): (&str, Secret<String>),
        (public, value): (&str, String),
    ) {
        self.queue.push_back(Output::Keep {
            name: name.to_owned(),
            secret,
        });
        let made = Event::Made {
            target: Some(target.clone()),
            public: BTreeMap::from([(public.to_owned(), value)]),
        };
        self.record(now, made);
        self.done(now, target, None);
    }

    /// Lists a cluster's pools once, then changes each.
    pub(super) fn point(&mut self, now: Timestamp, target: &Target, state: &TaskState) {
        let listed = state.looks > 0 || self.items_of(target).next().is_some();
        if !listed {
            if matches!(state.phase, Phase::Idle { at } if at <= now)
                && let Some(call) = self.look_call(target)
                && self.may_send(now)
            {
                self.send(target, Purpose::Look, call);
            }
        } else if self.work_on_items(now, target) {
            let failed = |state: &TaskState| state.phase == Phase::Failed;
            let failed = self.items_of(target).any(|(_, state)| failed(state));
            if failed {
                let what = "not every pool could be pointed at the image";
                self.fail_with(
                    now,
                    target,
                    &Trouble {
                        class: Class::Dependency,
                        why: what,
                        hint: "Resize the cluster once: that does it, too.",
                    },
                );
            } else {
                self.done(now, target, None);
            }
        }
    }

    pub(super) fn see_pools(
        &mut self,
        now: Timestamp,
        target: &Target,
        cluster: &ClusterTag,
        reply: &Reply,
    ) {
        if let Reply::List(listed) = reply {
            let kind = Kind::InstancePool;
            let ours = listed
                .iter()
                .filter(|one| tag_of(kind, one).as_ref() == Some(cluster));
            let items: Vec<Item> = ours.filter_map(|one| item(kind, one)).collect();
            self.listed(now, target, items);
        }
    }
}

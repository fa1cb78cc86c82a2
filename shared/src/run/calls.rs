//! The calls of each task: the one that changes something, and the one that shows whether it was changed.

use super::state::{action, swept_kind};
use super::{Run, Target};
use crate::bootstrap::machine::Role;
use crate::exoscale::{
    Call, Create, InstanceBody, Kind, PoolBody, PoolChange, ResourceId, UserData,
};
use crate::plan::{
    Action, InstancePlan, Marker, PoolPlan, Resource, StepId, Watch, rotation_policy,
};

impl Run {
    /// The call that does what a target is for; `None` when something that it needs is not known.
    pub(super) fn act_call(&self, target: &Target) -> Option<Call> {
        let action = action(&self.plan, target)?;
        if let (Some(pool), Action::Point { template, .. }) = (&target.item, action) {
            let change = PoolChange {
                template: Some(self.id(template)?),
                ..PoolChange::default()
            };
            let pool = pool.clone();
            return Some(Call::SetPool { pool, change });
        }
        if let Some(id) = &target.item {
            return Some(Call::Delete(self.removed_kind(target)?, id.clone()));
        }
        match action {
            Action::Create { resource } => self
                .create(&target.step, resource)
                .map(|create| Call::Create(Box::new(create))),
            Action::AddRule { group, rule } => Some(Call::AddRule {
                group: self.id(group)?,
                rule: rule.clone(),
            }),
            Action::AttachNetwork {
                network,
                instance,
                address,
            } => Some(Call::AttachNetwork {
                network: self.id(network)?,
                instance: self.id(instance)?,
                address: *address,
            }),
            Action::AttachAddress { address, instance } => Some(Call::AttachAddress {
                address: self.id(address)?,
                instance: self.id(instance)?,
            }),
            Action::Start { instance } => Some(Call::Start(self.id(instance)?)),
            Action::Guard { role, pools } => Some(Call::SetPolicy {
                policy: rotation_policy(&self.ids(pools)?),
                role: self.id(role)?,
            }),
            Action::Set { change } => self.set_call(change),
            Action::Remove { kind, step } => Some(Call::Delete(*kind, self.id(step)?)),
            Action::RemoveRule { group, rule } => Some(Call::RemoveRule {
                group: self.id(group)?,
                rule: rule.clone(),
            }),
            Action::Gather { .. }
            | Action::Make { .. }
            | Action::Watch { .. }
            | Action::TakeToken { .. }
            | Action::Hear { .. }
            | Action::Point { .. }
            | Action::Evidence
            | Action::Sweep { .. } => None,
        }
    }

    /// The call that shows whether it is done; `None` for what can be asked again without harm.
    pub(super) fn look_call(&self, target: &Target) -> Option<Call> {
        if let Some(id) = &target.item {
            return Some(Call::Get(self.removed_kind(target)?, id.clone()));
        }
        match action(&self.plan, target)? {
            Action::Create { resource } => Some(Call::List(resource.kind())),
            Action::AddRule { group, .. } => Some(Call::Get(Kind::SecurityGroup, self.id(group)?)),
            Action::AttachNetwork { instance, .. }
            | Action::AttachAddress { instance, .. }
            | Action::Start { instance }
            | Action::Watch {
                watch: Watch::InstanceRunning { instance },
            } => Some(Call::Get(Kind::Instance, self.id(instance)?)),
            Action::TakeToken { pool }
            | Action::Watch {
                watch: Watch::PoolRunning { pool, .. },
            } => Some(Call::Get(Kind::InstancePool, self.id(pool)?)),
            Action::Watch {
                watch: Watch::AddressKnown { address },
            } => Some(Call::Get(Kind::ElasticIp, self.id(address)?)),
            Action::Guard { role, .. } => Some(Call::Get(Kind::Role, self.id(role)?)),
            Action::Watch {
                watch: Watch::Exported { snapshot },
            } => Some(Call::Get(Kind::Snapshot, self.id(snapshot)?)),
            Action::Set { change } => self.set_look(change),
            Action::Remove { kind, step } => Some(Call::Get(*kind, self.id(step)?)),
            Action::RemoveRule { group, .. } => {
                Some(Call::Get(Kind::SecurityGroup, self.id(group)?))
            }
            Action::Point { .. } => Some(Call::List(Kind::InstancePool)),
            Action::Gather { .. }
            | Action::Make { .. }
            | Action::Hear { .. }
            | Action::Evidence
            | Action::Sweep { .. } => None,
        }
    }

    /// What a target removes: a sweep's kind, or the keys that a lost call left behind.
    pub(super) fn removed_kind(&self, target: &Target) -> Option<Kind> {
        swept_kind(&self.plan, target).or_else(|| match action(&self.plan, target)? {
            Action::Create { resource } => Some(resource.kind()),
            Action::Remove { kind, .. } => Some(*kind),
            Action::Point { .. } => Some(Kind::InstancePool),
            Action::Gather { .. }
            | Action::Make { .. }
            | Action::AddRule { .. }
            | Action::AttachNetwork { .. }
            | Action::AttachAddress { .. }
            | Action::Start { .. }
            | Action::Guard { .. }
            | Action::Watch { .. }
            | Action::Set { .. }
            | Action::RemoveRule { .. }
            | Action::TakeToken { .. }
            | Action::Hear { .. }
            | Action::Evidence
            | Action::Sweep { .. } => None,
        })
    }

    /// What says that a resource of this step is ours.
    pub(super) fn marker(&self, step: &StepId) -> Option<Marker> {
        let cluster = self.plan.cluster.tag()?.to_string();
        Some(Marker {
            cluster,
            run: self.plan.facts.run.clone(),
            step: step.clone(),
            made_for: self.plan.beside().cloned(),
        })
    }

    /// What a step has brought: of this run, or of an earlier one.
    pub(super) fn id(&self, step: &StepId) -> Option<ResourceId> {
        let facts = &self.plan.facts;
        let standing = || facts.standing.as_ref()?.ids.get(step);
        let made = self.state.ids.get(step);
        made.or_else(|| facts.roles.get(step))
            .or_else(standing)
            .cloned()
    }

    /// The identifiers that these steps brought; none at all if one is missing, since what was asked for cannot be
    /// left out.
    fn ids<'a>(&self, steps: impl IntoIterator<Item = &'a StepId>) -> Option<Vec<ResourceId>> {
        steps.into_iter().map(|step| self.id(step)).collect()
    }

    fn create(&self, step: &StepId, resource: &Resource) -> Option<Create> {
        let marker = self.marker(step)?;
        let (labels, description) = (marker.labels(), marker.description());
        Some(match resource {
            Resource::SshKey { name, public_key } => Create::SshKey {
                name: name.clone(),
                public_key: public_key.clone(),
            },
            Resource::PrivateNetwork {
                name,
                start,
                end,
                netmask,
            } => Create::PrivateNetwork {
                name: name.clone(),
                description,
                start: *start,
                end: *end,
                netmask: *netmask,
                labels,
            },
            Resource::SecurityGroup { name } => Create::SecurityGroup {
                name: name.clone(),
                description,
            },
            Resource::AntiAffinityGroup { name } => Create::AntiAffinityGroup {
                name: name.clone(),
                description,
            },
            Resource::Role { name, policy } => Create::Role {
                name: name.clone(),
                description,
                policy: policy.clone(),
                labels,
            },
            Resource::ApiKey { name, role } => Create::ApiKey {
                name: name.clone(),
                role: self.id(role)?,
            },
            Resource::ElasticIp { healthcheck, .. } => Create::ElasticIp {
                description,
                healthcheck: healthcheck.clone(),
                labels,
            },
            Resource::Snapshot { instance } => Create::Snapshot {
                instance: self.id(instance)?,
            },
            Resource::Template { name, description } => Create::Template {
                name: name.clone(),
                description: description.clone(),
                url: TEMPLATE_URL.to_owned(),
                checksum: self.state.public.get(TEMPLATE_CHECKSUM)?.clone(),
            },
            Resource::Instance(instance) => Create::Instance(self.instance(instance, &marker)?),
            Resource::InstancePool(pool) => Create::Pool(self.pool(pool, &marker)?),
        })
    }

    fn instance(&self, plan: &InstancePlan, marker: &Marker) -> Option<InstanceBody> {
        let mut facts = plan.facts.clone();
        if let Role::ControlPlane { elastic_ip, .. } = &mut facts.role {
            *elastic_ip = self.state.addresses.get(&StepId::from("address")).copied();
        }
        Some(InstanceBody {
            name: plan.name.clone(),
            instance_type: self.state.instance_types.get(&plan.instance_type)?.clone(),
            template: self.state.templates.get(&plan.template)?.clone(),
            disk_gib: plan.disk_gib,
            security_groups: self.ids([&plan.security_group])?,
            anti_affinity: self.ids(&plan.anti_affinity)?,
            ssh_key: self.ids(&plan.ssh_key)?.pop(),
            user_data: UserData {
                facts,
                secret: format!("ticket/{}", plan.machine),
            },
            labels: marker.labels(),
        })
    }

    fn pool(&self, plan: &PoolPlan, marker: &Marker) -> Option<PoolBody> {
        let mut facts = plan.facts.clone();
        if let Role::Node { join, .. } = &mut facts.role {
            join.ca_hash.clone_from(self.state.public.get("ca-hash")?);
        }
        let mut labels = marker.labels();
        labels.extend(plan.labels.clone());
        Some(PoolBody {
            name: plan.name.clone(),
            description: marker.description(),
            size: plan.size,
            prefix: plan.prefix.clone(),
            instance_type: self.state.instance_types.get(&plan.instance_type)?.clone(),
            template: self.state.templates.get(&plan.template)?.clone(),
            disk_gib: plan.disk_gib,
            security_groups: self.ids([&plan.security_group])?,
            anti_affinity: self.ids(&plan.anti_affinity)?,
            private_network: self.id(&plan.private_network)?,
            ssh_key: self.ids(&plan.ssh_key)?.pop(),
            user_data: UserData {
                facts,
                secret: "join-token".to_owned(),
            },
            labels,
        })
    }
}

/// The sealed address at which an exported snapshot can be fetched: whoever has it can fetch the disk.
pub(super) const TEMPLATE_URL: &str = "template-url";

/// The checksum of what is fetched there.
pub(super) const TEMPLATE_CHECKSUM: &str = "template-checksum";

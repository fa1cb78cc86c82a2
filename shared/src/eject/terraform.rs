//! Each resource of the plan as one block, named after its step.

use std::collections::BTreeMap;

use super::hcl::{self, Block, Value};
use super::{File, access, machines, network};
use crate::exoscale::Kind;
use crate::plan::{Action, Marker, Plan, Resource, Step, StepId};

/// The files in which the blocks stand, in the order in which people read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sheet {
    Network,
    Firewall,
    Access,
    ControlPlanes,
    Pools,
}

impl Sheet {
    const fn path(self) -> &'static str {
        match self {
            Self::Network => "network.tf",
            Self::Firewall => "firewall.tf",
            Self::Access => "access.tf",
            Self::ControlPlanes => "control_planes.tf",
            Self::Pools => "pools.tf",
        }
    }
}

/// The plan's blocks, sheet by sheet.
pub(super) fn sheets(plan: &Plan) -> Vec<File> {
    let mut sheets: BTreeMap<Sheet, Vec<Block>> = BTreeMap::new();
    for block in machines::templates(plan) {
        sheets.entry(block.0).or_default().push(block.1);
    }
    for step in &plan.steps {
        for (at, task) in step.tasks.iter().enumerate() {
            if let Some((sheet, block)) = of_task(plan, step, at, &task.action) {
                sheets.entry(sheet).or_default().push(block);
            }
        }
    }
    sheets
        .iter()
        .map(|(sheet, blocks)| File::new(sheet.path(), hcl::file(blocks)))
        .collect()
}

/// A task that makes a thing of its own. The others are arguments of such a thing, or Terraform's own business.
fn of_task(plan: &Plan, step: &Step, at: usize, action: &Action) -> Option<(Sheet, Block)> {
    match action {
        Action::Create { resource } => of_resource(plan, step, resource),
        Action::AddRule { group, rule } => {
            let name = format!("{}_{at}", local_name(&step.id));
            Some((Sheet::Firewall, network::rule(&name, group, rule)))
        }
        // Arguments of the instances.
        Action::AttachNetwork { .. } | Action::AttachAddress { .. }
        // The policy of the rotation's role.
        | Action::Guard { .. }
        // Made by `pki.tf`.
        | Action::Make { .. }
        // Terraform does this by itself, or nobody does.
        | Action::Gather { .. }
        | Action::Start { .. }
        | Action::Watch { .. }
        | Action::Evidence
        // No steps of a launch.
        | Action::Set { .. }
        | Action::Remove { .. }
        | Action::RemoveRule { .. }
        | Action::TakeToken { .. }
        | Action::Hear { .. }
        | Action::Point { .. }
        | Action::Sweep { .. } => None,
    }
}

fn of_resource(plan: &Plan, step: &Step, resource: &Resource) -> Option<(Sheet, Block)> {
    let marker = marker(plan, &step.id);
    let block = Block::labelled(
        "resource",
        kind_name(resource.kind()),
        &local_name(&step.id),
    )
    .comment(&step.title);
    let made = match resource {
        Resource::SshKey { name, public_key } => {
            (Sheet::Access, access::ssh_key(block, name, public_key))
        }
        Resource::PrivateNetwork {
            name,
            start,
            end,
            netmask,
        } => {
            let range = [*start, *end, *netmask];
            let block = network::private_network(block, name, range, &marker);
            (Sheet::Network, block)
        }
        Resource::SecurityGroup { name } => (Sheet::Firewall, network::group(block, name, &marker)),
        Resource::AntiAffinityGroup { name } => {
            let of_control_planes = machines::instances(plan)
                .any(|instance| instance.anti_affinity.as_ref() == Some(&step.id));
            let sheet = if of_control_planes {
                Sheet::ControlPlanes
            } else {
                Sheet::Pools
            };
            (sheet, network::group(block, name, &marker))
        }
        Resource::Role { name, policy } => {
            let policy = access::guarded(plan, &step.id).unwrap_or_else(|| policy.clone());
            (Sheet::Access, access::role(block, name, &policy, &marker))
        }
        Resource::ApiKey { name, role } => (Sheet::Access, access::api_key(block, name, role)),
        Resource::Instance(instance) => (
            Sheet::ControlPlanes,
            machines::instance(plan, &step.id, block, instance, &marker),
        ),
        Resource::InstancePool(pool) => (
            Sheet::Pools,
            machines::pool(plan, &step.id, block, pool, &marker),
        ),
        Resource::ElasticIp { healthcheck, .. } => (
            Sheet::Network,
            network::elastic_ip(block, healthcheck, &marker),
        ),
        // A launch makes none.
        Resource::Snapshot { .. } | Resource::Template { .. } => return None,
    };
    Some(made)
}

/// What a launch would write on the resource of this step.
fn marker(plan: &Plan, step: &StepId) -> Marker {
    Marker {
        cluster: plan
            .cluster
            .tag()
            .map(|tag| tag.to_string())
            .unwrap_or_default(),
        run: plan.facts.run.clone(),
        step: step.clone(),
        made_for: None,
    }
}

/// A step's name as Terraform's identifiers go.
pub(super) fn local_name(step: &StepId) -> String {
    step.0.replace('-', "_")
}

/// Something that the resource of another step will know.
pub(super) fn of_step(kind: Kind, step: &StepId, what: &str) -> String {
    format!("{}.{}.{what}", kind_name(kind), local_name(step))
}

/// The identifiers that the resources of these steps will have.
pub(super) fn ids<'a>(kind: Kind, steps: impl IntoIterator<Item = &'a StepId>) -> Value {
    let each = steps
        .into_iter()
        .map(|step| Value::Expression(of_step(kind, step, "id")));
    Value::List(each.collect())
}

/// Text under names, such as labels.
pub(super) fn map(pairs: impl IntoIterator<Item = (String, String)>) -> Value {
    let pairs = pairs
        .into_iter()
        .map(|(key, value)| (key, Value::Text(value)));
    Value::Map(pairs.collect())
}

/// What the provider calls a kind.
pub(super) const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::InstancePool => "exoscale_instance_pool",
        Kind::Instance => "exoscale_compute_instance",
        Kind::ElasticIp => "exoscale_elastic_ip",
        Kind::PrivateNetwork => "exoscale_private_network",
        Kind::SecurityGroup => "exoscale_security_group",
        Kind::AntiAffinityGroup => "exoscale_anti_affinity_group",
        Kind::Role => "exoscale_iam_role",
        Kind::ApiKey => "exoscale_iam_api_key",
        Kind::SshKey => "exoscale_ssh_key",
        // A launch makes none.
        Kind::LoadBalancer | Kind::Volume | Kind::Snapshot | Kind::Template => "",
    }
}

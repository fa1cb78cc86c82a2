//! The machines: control planes and pools, with what the launch does to them in tasks of their own.

use super::hcl::{Block, Value};
use super::terraform::{Sheet, ids, map, of_step};
use crate::exoscale::Kind;
use crate::plan::{Action, InstancePlan, Marker, Plan, PoolPlan, Resource, StepId};
use crate::spec::{Image, Spec};

/// The control planes.
pub(super) fn instances(plan: &Plan) -> impl Iterator<Item = &InstancePlan> {
    created(plan).filter_map(|(_, resource)| {
        let Resource::Instance(instance) = resource else {
            return None;
        };
        Some(instance.as_ref())
    })
}

/// The pools, with their steps.
pub(super) fn pools(plan: &Plan) -> impl Iterator<Item = (&StepId, &PoolPlan)> {
    created(plan).filter_map(|(step, resource)| {
        let Resource::InstancePool(pool) = resource else {
            return None;
        };
        Some((step, pool.as_ref()))
    })
}

/// Every resource that the plan makes, with its step.
pub(super) fn created(plan: &Plan) -> impl Iterator<Item = (&StepId, &Resource)> {
    actions(plan).filter_map(|(step, action)| {
        let Action::Create { resource } = action else {
            return None;
        };
        Some((step, resource.as_ref()))
    })
}

/// Every action of the plan, with its step.
pub(super) fn actions(plan: &Plan) -> impl Iterator<Item = (&StepId, &Action)> {
    plan.steps
        .iter()
        .flat_map(|step| step.tasks.iter().map(|task| (&step.id, &task.action)))
}

/// Looks up the templates that have a name; the person's own are given by their identifier.
pub(super) fn templates(plan: &Plan) -> Vec<(Sheet, Block)> {
    let own = plan.spec.as_ref().map(Spec::image);
    if matches!(own, Some(Image::Templates { .. })) {
        return Vec::new();
    }
    let name_of = |control_planes: bool| {
        if control_planes {
            instances(plan).next().map(|one| one.template.as_str())
        } else {
            pools(plan).next().map(|(_, one)| one.template.as_str())
        }
    };
    [
        (Sheet::ControlPlanes, CONTROL_PLANES, name_of(true)),
        (Sheet::Pools, NODES, name_of(false)),
    ]
    .into_iter()
    .filter_map(|(sheet, local, name)| {
        let block = Block::labelled("data", "exoscale_template", local)
            .with("zone", Value::Expression("local.zone".to_owned()))
            .with("name", name?);
        Some((sheet, block))
    })
    .collect()
}

fn template(plan: &Plan, local: &str, template: &str) -> Value {
    match plan.spec.as_ref().map(Spec::image) {
        Some(Image::Templates { .. }) => Value::Text(template.to_owned()),
        Some(Image::Auto | Image::Stock) | None => {
            Value::Expression(format!("data.exoscale_template.{local}.id"))
        }
    }
}

/// A control plane, on the private network at its address.
pub(super) fn instance(
    plan: &Plan,
    step: &StepId,
    block: Block,
    instance: &InstancePlan,
    marker: &Marker,
) -> Block {
    let block = block
        .with("zone", Value::Expression("local.zone".to_owned()))
        .with("name", instance.name.as_str())
        .with("type", instance.instance_type.as_str())
        .with(
            "template_id",
            template(plan, CONTROL_PLANES, &instance.template),
        )
        .with("disk_size", instance.disk_gib)
        .with(
            "security_group_ids",
            ids(Kind::SecurityGroup, [&instance.security_group]),
        )
        .maybe(
            "anti_affinity_group_ids",
            instance
                .anti_affinity
                .as_ref()
                .map(|group| ids(Kind::AntiAffinityGroup, [group])),
        )
        .maybe(
            "ssh_keys",
            instance
                .ssh_key
                .as_ref()
                .map(|key| Value::List(vec![ssh_key(key)])),
        )
        .maybe("elastic_ip_ids", addresses(plan, step))
        .with(
            "user_data",
            user_data("control_plane", "control-plane", step),
        )
        .with("labels", map(marker.labels()));
    // A fresh image of the same name must not replace a machine that holds etcd.
    network_interfaces(plan, step)
        .into_iter()
        .fold(block, Block::inside)
        .inside(ignoring(&["template_id"]))
}

/// A pool of nodes. The autoscaler changes its size, the control plane the token in its user-data.
pub(super) fn pool(
    plan: &Plan,
    step: &StepId,
    block: Block,
    pool: &PoolPlan,
    marker: &Marker,
) -> Block {
    let labels = marker.labels().into_iter().chain(pool.labels.clone());
    block
        .with("zone", Value::Expression("local.zone".to_owned()))
        .with("name", pool.name.as_str())
        .with("description", marker.description().as_str())
        .with("instance_prefix", pool.prefix.as_str())
        .with("instance_type", pool.instance_type.as_str())
        .with("template_id", template(plan, NODES, &pool.template))
        .with("disk_size", pool.disk_gib)
        .with("size", pool.size)
        .with(
            "network_ids",
            ids(Kind::PrivateNetwork, [&pool.private_network]),
        )
        .with(
            "security_group_ids",
            ids(Kind::SecurityGroup, [&pool.security_group]),
        )
        .maybe(
            "anti_affinity_group_ids",
            pool.anti_affinity
                .as_ref()
                .map(|group| ids(Kind::AntiAffinityGroup, [group])),
        )
        .maybe("key_pair", pool.ssh_key.as_ref().map(ssh_key))
        .with("user_data", user_data("node", "node", step))
        .with("labels", map(labels))
        .inside(ignoring(&["size", "user_data"]))
}

fn ssh_key(step: &StepId) -> Value {
    Value::Expression(of_step(Kind::SshKey, step, "name"))
}

/// Cloud-init's template, filled in with what all such machines share and with the name of this one's facts.
fn user_data(shared: &str, template: &str, step: &StepId) -> Value {
    let file = format!("\"${{path.module}}/cloud-init/{template}.yaml.tftpl\"");
    let filling = format!("merge(local.{shared}, {{ machine = \"{step}\" }})");
    Value::Expression(format!("base64gzip(templatefile({file}, {filling}))"))
}

fn ignoring(attributes: &[&str]) -> Block {
    let names = attributes
        .iter()
        .map(|name| Value::Expression((*name).to_owned()));
    Block::new("lifecycle").with("ignore_changes", Value::List(names.collect()))
}

fn network_interfaces(plan: &Plan, step: &StepId) -> Vec<Block> {
    let attached = actions(plan).filter_map(|(_, action)| {
        let Action::AttachNetwork {
            network,
            instance,
            address,
        } = action
        else {
            return None;
        };
        (instance == step).then_some((network, address))
    });
    attached
        .map(|(network, address)| {
            let id = of_step(Kind::PrivateNetwork, network, "id");
            Block::new("network_interface")
                .with("network_id", Value::Expression(id))
                .with("ip_address", address.to_string().as_str())
        })
        .collect()
}

fn addresses(plan: &Plan, step: &StepId) -> Option<Value> {
    let attached = actions(plan).filter_map(|(_, action)| {
        let Action::AttachAddress { address, instance } = action else {
            return None;
        };
        (instance == step).then_some(address)
    });
    let steps: Vec<&StepId> = attached.collect();
    (!steps.is_empty()).then(|| ids(Kind::ElasticIp, steps))
}

/// Names of the template look-ups.
const CONTROL_PLANES: &str = "control_planes";
const NODES: &str = "nodes";

//! `locals.tf`: what the cluster is called, what its parts share, and which files a machine gets.

use super::hcl::{self, Block, Value};
use super::machines::{actions, created, instances};
use super::terraform::of_step;
use super::told::{OnMachine, on_control_planes, on_nodes};
use crate::exoscale::Kind;
use crate::plan::{Action, Make, Plan, Resource, StepId};

/// The file.
pub(super) fn locals(plan: &Plan) -> String {
    hcl::file(&[cluster(plan), keys(plan), files(plan)])
}

fn cluster(plan: &Plan) -> Block {
    let endpoint = instances(plan)
        .next()
        .map(|one| one.facts.cluster.endpoint.clone());
    let hours = plan.spec.as_ref().map(|spec| spec.kubeconfig_hours().get());
    let authorities = actions(plan).filter_map(|(_, action)| {
        let Action::Make {
            make: Make::Authority { name, common_name },
        } = action
        else {
            return None;
        };
        Some((name.clone(), Value::Text(common_name.clone())))
    });
    Block::new("locals")
        .comment("The cluster.")
        .with("zone", plan.cluster.zone.as_str())
        .with("cluster", plan.cluster.name.as_str())
        .with("endpoint", endpoint.unwrap_or_default().as_str())
        .with("kubeconfig_hours", u32::from(hours.unwrap_or_default()))
        .with("public_address", Value::Expression(public_address(plan)))
        .with("control_planes", public_addresses(plan))
        .with("authorities", Value::Map(authorities.collect()))
}

/// The programs' keys, as a control plane looks for them in its bundle.
fn keys(plan: &Plan) -> Block {
    let keys = created(plan).filter_map(|(step, resource)| {
        let program = step.0.strip_prefix("key-")?;
        let part = |name: &str| {
            let value = of_step(resource.kind(), step, name);
            (name.to_owned(), Value::Expression(value))
        };
        let pair = Value::Map(vec![part("key"), part("secret")]);
        matches!(resource, Resource::ApiKey { .. }).then(|| (program.to_owned(), pair))
    });
    // What a launch fills in when it is known.
    let told = elastic_ip(plan).map(|step| {
        let address = of_step(Kind::ElasticIp, step, "ip_address");
        ("elasticIp".to_owned(), Value::Expression(address))
    });
    Block::new("locals")
        .comment("What control planes are given, beside what stands in cloud-init/machines.")
        .with("keys", Value::Map(keys.collect()))
        .with("told", Value::Map(told.into_iter().collect()))
}

fn files(plan: &Plan) -> Block {
    let entries = |files: Vec<OnMachine>| Value::List(files.iter().map(OnMachine::entry).collect());
    Block::new("locals")
        .comment(
            "Constant files: where each stands on the machine, with which mode, and where here.",
        )
        .with("node_files", entries(on_nodes(plan)))
        .with("control_plane_files", entries(on_control_planes(plan)))
}

/// Where people reach the API: the elastic IP, or the only control plane's own address.
fn public_address(plan: &Plan) -> String {
    let first = || {
        let (step, _) = created(plan).find(|(_, resource)| resource.kind() == Kind::Instance)?;
        Some(of_step(Kind::Instance, step, "public_ip_address"))
    };
    elastic_ip(plan)
        .map(|step| of_step(Kind::ElasticIp, step, "ip_address"))
        .or_else(first)
        .unwrap_or_default()
}

fn elastic_ip(plan: &Plan) -> Option<&StepId> {
    let mut addresses = created(plan).filter(|(_, resource)| resource.kind() == Kind::ElasticIp);
    addresses.next().map(|(step, _)| step)
}

fn public_addresses(plan: &Plan) -> Value {
    let planes = created(plan).filter(|(_, resource)| resource.kind() == Kind::Instance);
    let each = planes.map(|(step, resource)| {
        let address = of_step(Kind::Instance, step, "public_ip_address");
        (resource.name().to_owned(), Value::Expression(address))
    });
    Value::Map(each.collect())
}

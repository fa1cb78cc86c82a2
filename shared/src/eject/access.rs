//! Who may do what: the SSH key, and the roles and keys of the programs in the cluster.

use super::hcl::{Block, Value};
use super::machines::actions;
use super::terraform::{map, of_step};
use crate::exoscale::{Kind, Policy, ResourceId};
use crate::plan::{Action, Marker, Plan, StepId, rotation_policy};

/// The person's key.
pub(super) fn ssh_key(block: Block, name: &str, public_key: &str) -> Block {
    block.with("name", name).with("public_key", public_key)
}

/// A least-privilege role.
pub(super) fn role(block: Block, name: &str, policy: &Policy, marker: &Marker) -> Block {
    block
        .with("name", name)
        .with("description", marker.description().as_str())
        .with("editable", Value::Truth(true))
        .with("labels", map(marker.labels()))
        .with("policy", policy_value(policy))
}

/// A key bound to a role.
pub(super) fn api_key(block: Block, name: &str, role: &StepId) -> Block {
    let role = of_step(Kind::Role, role, "id");
    block
        .with("name", name)
        .with("role_id", Value::Expression(role))
}

/// What this role may do once the pools have identifiers. Terraform makes pools first, so it never has any other.
pub(super) fn guarded(plan: &Plan, role: &StepId) -> Option<Policy> {
    let pools = actions(plan).find_map(|(_, action)| {
        let Action::Guard { role: of, pools } = action else {
            return None;
        };
        (of == role).then_some(pools)
    })?;
    let ids: Vec<ResourceId> = pools
        .iter()
        .map(|pool| of_step(Kind::InstancePool, pool, "id"))
        .map(|reference| ResourceId(format!("${{{reference}}}")))
        .collect();
    Some(rotation_policy(&ids))
}

fn policy_value(policy: &Policy) -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    let services = policy.services.iter().map(|(name, service)| {
        let rules = service.rules.iter().map(|rule| {
            Value::Map(vec![
                ("action".to_owned(), text(&rule.action)),
                ("expression".to_owned(), template(&rule.expression)),
            ])
        });
        let service = vec![
            ("type".to_owned(), text(&service.kind)),
            ("rules".to_owned(), Value::List(rules.collect())),
        ];
        (name.clone(), Value::Map(service))
    });
    let strategy = text(&policy.default_service_strategy);
    Value::Map(vec![
        ("default_service_strategy".to_owned(), strategy),
        ("services".to_owned(), Value::Map(services.collect())),
    ])
}

/// CEL of our own, in which references stand as `${…}`; it has neither quotes nor backslashes.
fn template(expression: &str) -> Value {
    Value::Expression(format!("\"{expression}\""))
}

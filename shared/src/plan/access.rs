//! The plan that changes who may reach a cluster. New doors open before old ones close, so that nobody who may still
//! come in is shut out in between.

use super::launch::parts::{SHORT_MS, step, task};
use super::rules::{self, is_ours};
use super::{Action, Facts, Plan, PlanKind, Standing, Step, Task};
use crate::exoscale::Rule;
use crate::spec::{Access, Problem, Refusal, Spec};

/// The plan after which the cluster's doors are open to these, and to nobody else.
pub fn access(standing: Standing, wanted: &Access, facts: Facts) -> Result<Plan, Vec<Problem>> {
    let spec = standing.spec.with_access(wanted)?;
    let mut steps = Vec::new();
    for (group, whom, rules) in [
        (
            "firewall-control-plane",
            "control plane",
            rules::control_plane(&spec, &facts),
        ),
        ("firewall-nodes", "nodes", rules::nodes(&spec, &facts)),
    ] {
        let wanted: Vec<Rule> = rules.into_iter().filter(is_door).collect();
        steps.extend(change(&standing, group, whom, &wanted));
    }
    if steps.is_empty() {
        let refusal = Refusal::new(
            "These doors are open to exactly these already.",
            "Nothing to do.",
        );
        return Err(vec![Problem::hiding("access", refusal)]);
    }
    Ok(Plan::of_standing(
        PlanKind::Access,
        standing,
        Some(spec),
        steps,
        facts,
    ))
}

/// Opens what is wanted and is not open, then closes what is open and not wanted.
fn change(standing: &Standing, group: &str, whom: &str, wanted: &[Rule]) -> Vec<Step> {
    let there = standing
        .rules
        .iter()
        .filter(|(step, one)| step.0 == group && is_door(&one.rule));
    let (kept, closing): (Vec<_>, Vec<_>) = there
        .map(|(_, one)| one)
        .partition(|one| wanted.contains(&one.rule));
    let opening = wanted
        .iter()
        .filter(|rule| !kept.iter().any(|one| one.rule == **rule))
        .map(|rule| Action::AddRule {
            group: group.into(),
            rule: rule.clone(),
        });
    let closing = closing.into_iter().map(|one| Action::RemoveRule {
        group: group.into(),
        rule: one.id.clone(),
    });
    let tasks = |actions: Vec<Action>| -> Vec<Task> {
        actions
            .into_iter()
            .map(|action| task(action, SHORT_MS))
            .collect()
    };
    let (opening, closing) = (tasks(opening.collect()), tasks(closing.collect()));
    let (open, close) = (format!("open-{group}"), format!("close-{group}"));
    let needs: &[&str] = if opening.is_empty() { &[] } else { &[&open] };
    [
        step(
            &open,
            &format!("Open the {whom} to who may come in"),
            &[],
            opening,
        ),
        step(
            &close,
            &format!("Shut the {whom} to who may not"),
            needs,
            closing,
        ),
    ]
    .into_iter()
    .filter(|step| !step.tasks.is_empty())
    .collect()
}

/// Rules by which somebody comes in and that the spec decides; the others stay as they are.
fn is_door(rule: &Rule) -> bool {
    rule.direction == "ingress" && is_ours(rule)
}

impl Spec {
    fn with_access(&self, access: &Access) -> Result<Self, Vec<Problem>> {
        let mut value = self.to_value();
        if let Some(object) = value.as_object_mut() {
            let access = serde_json::to_value(access).unwrap_or_default();
            object.insert("access".to_owned(), access);
        }
        crate::spec::parse(&value)
    }
}

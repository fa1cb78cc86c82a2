//! What a key must be allowed to do for a plan.

use std::collections::BTreeSet;

use super::gather;
use crate::exoscale::{Call, Kind, OperationId, ResourceId};
use crate::plan::{Action, Change, Plan, Resource, Step, Watch};

/// The names of all operations that a plan, its looks and its undoing may ask for.
pub fn rights(plan: &Plan) -> BTreeSet<String> {
    let makes: BTreeSet<Kind> = plan.resources().map(Resource::kind).collect();
    // Of what a plan does not make there is nothing to take back, but for what controllers make.
    let taken_back = |action: &&Action| {
        let Action::Sweep { kind } = action else {
            return true;
        };
        *kind == Kind::LoadBalancer || makes.contains(kind)
    };
    let asked = actions(&plan.steps)
        .chain(actions(&plan.undo).filter(taken_back))
        .flat_map(operations);
    let always = [
        Call::Organization,
        Call::Operation(OperationId(String::new())),
    ];
    let always = always.iter().map(Call::operation);
    asked.chain(always).collect()
}

fn actions(steps: &[Step]) -> impl Iterator<Item = &Action> {
    let tasks = steps.iter().flat_map(|step| &step.tasks);
    tasks.map(|task| &task.action)
}

fn operations(action: &Action) -> Vec<String> {
    let on_instance = |own: &str| vec![own.to_owned(), get(Kind::Instance)];
    let on_group = |own: &str| vec![own.to_owned(), get(Kind::SecurityGroup)];
    match action {
        Action::Gather { gather } => gather::calls(*gather).iter().map(Call::operation).collect(),
        Action::Create { resource } => {
            let kind = resource.kind();
            vec![kind.creation(), list(kind), get(kind), delete(kind)]
        }
        Action::AddRule { .. } => on_group("add-rule-to-security-group"),
        Action::RemoveRule { .. } => on_group("delete-rule-from-security-group"),
        Action::AttachNetwork { .. } => on_instance("attach-instance-to-private-network"),
        Action::AttachAddress { .. } => on_instance("attach-instance-to-elastic-ip"),
        Action::Start { .. } => on_instance("start-instance"),
        Action::Guard { .. } => vec!["update-iam-role-policy".to_owned(), get(Kind::Role)],
        Action::Watch { watch } => vec![get(match watch {
            Watch::InstanceRunning { .. } => Kind::Instance,
            Watch::AddressKnown { .. } => Kind::ElasticIp,
            Watch::Exported { .. } => Kind::Snapshot,
            Watch::PoolRunning { .. } => Kind::InstancePool,
        })],
        Action::Set { change } => match change {
            Change::Labels { .. } => on_instance("update-instance"),
            Change::Stopped { .. } => on_instance("stop-instance"),
            Change::Pool { .. } => on_pool(),
            Change::Exported { .. } => vec!["export-snapshot".to_owned(), get(Kind::Snapshot)],
        },
        Action::TakeToken { .. } => vec![get(Kind::InstancePool)],
        Action::Point { .. } => [on_pool(), vec![list(Kind::InstancePool)]].concat(),
        Action::Remove { kind, .. } | Action::Sweep { kind } => {
            vec![list(*kind), get(*kind), delete(*kind)]
        }
        Action::Make { .. } | Action::Evidence | Action::Hear { .. } => Vec::new(),
    }
}

fn on_pool() -> Vec<String> {
    vec!["update-instance-pool".to_owned(), get(Kind::InstancePool)]
}

fn list(kind: Kind) -> String {
    Call::List(kind).operation()
}

fn get(kind: Kind) -> String {
    Call::Get(kind, ResourceId(String::new())).operation()
}

fn delete(kind: Kind) -> String {
    Call::Delete(kind, ResourceId(String::new())).operation()
}

//! What a destroy would do, read with a key and a name alone. It judges as the run does and changes nothing.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use shared::exoscale::{Call, CallError, Reply};
use shared::plan::{Also, ClusterRef, Facts, destroy};
use shared::run::{Inspection, NotRemovable, Removal};

use super::planning;
use super::visit::Visit;
use crate::answer::Failure;
use crate::exoscale::Door;

/// What a destroy of this cluster would find, remove and leave alone.
pub(super) async fn inspect(
    visit: &Visit<'_>,
    cluster: ClusterRef,
    also: &[Also],
) -> Result<Removal, Failure> {
    let plan = destroy(cluster, also, nobody());
    let inspection =
        Inspection::new(plan).ok_or_else(|| Failure::internal(&"a plan without a journal"))?;
    let asking = async || {
        let mut answers = ask(visit.door, Inspection::calls(), 0).await?;
        let more = inspection.more_calls(&answers);
        answers.extend(ask(visit.door, more, answers.len()).await?);
        Ok(answers)
    };
    let answers = visit.ask(CALLS, asking).await?;
    inspection.judge(answers).map_err(|error| told(&error))
}

/// What an inspection of most clusters takes: a listing of each kind, and the price of each control plane.
const CALLS: usize = 20;

/// The answers to these questions, of which the first has this number.
async fn ask(
    door: &Door,
    calls: Vec<Call>,
    first: usize,
) -> Result<Vec<Result<Reply, CallError>>, Failure> {
    let answers = calls.into_iter().map(|call| door.send(call, |_| None));
    let answers = join_all(answers).await;
    for (index, answer) in answers.iter().enumerate() {
        match answer {
            Err(error) if !Inspection::can_do_without(first.saturating_add(index), error) => {
                return Err(planning::refused(error));
            }
            Ok(_) | Err(_) => {}
        }
    }
    Ok(answers)
}

fn told(error: &NotRemovable) -> Failure {
    let (status, code, hint) = match error {
        NotRemovable::None(_) => (404, "no_cluster", "Check its name, its id and its zone."),
        NotRemovable::Several { .. } => (409, "several_clusters", "Send `cluster.id`, too."),
    };
    Failure::new(status, code, error.to_string(), hint).about("cluster")
}

/// An inspection is no run: nobody ever hears of it.
fn nobody() -> Facts {
    Facts {
        run: String::new(),
        origin: String::new(),
        caller: Vec::new(),
        kubernetes: String::new(),
        key: None,
        roles: BTreeMap::new(),
        standing: None,
    }
}

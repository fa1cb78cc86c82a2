//! A journal as prose: what happened, in the order in which it happened.

use super::{Entry, Event, Outcome, Target, Verdict};
use crate::plan::Plan;
use crate::time::Timestamp;

/// One line an event that says something to a person, with the time since the beginning.
pub fn transcript(plan: &Plan, journal: &[Entry]) -> String {
    let start = journal
        .first()
        .map_or_else(Timestamp::default, |entry| entry.at);
    let lines = journal.iter().filter_map(|entry| {
        let said = say(plan, &entry.event)?;
        Some(format!("{} {said}\n", clock(entry.at.since_ms(start))))
    });
    lines.collect()
}

fn clock(ms: u64) -> String {
    format!(
        "{:>2}:{:02}.{}",
        ms / 60_000,
        ms / 1_000 % 60,
        ms / 100 % 10
    )
}

fn say(plan: &Plan, event: &Event) -> Option<String> {
    let step = |target: &Target| target.step.to_string();
    let what = |target: &Target| {
        target
            .item
            .as_ref()
            .map_or_else(|| step(target), |item| format!("{}: {item}", target.step))
    };
    Some(match event {
        Event::RunStarted => format!("The run to {} begins.", purpose(plan)),
        Event::TaskStarted { .. }
        | Event::AdminKey { .. }
        | Event::Slept { .. }
        | Event::Learned { .. } => return None,
        Event::Intended { target, call } => format!("{}: asks for {call}.", what(target)),
        Event::Accepted { target, id, .. } => match id {
            Some(id) if target.item.is_none() => format!("{}: accepted as {id}.", step(target)),
            Some(_) | None => format!("{}: accepted.", what(target)),
        },
        Event::Refused { target, error, .. } => {
            format!("{}: refused, tries again later ({error}).", what(target))
        }
        Event::Doubted { target, error, .. } => format!(
            "{}: in doubt, looks before it asks again ({error}).",
            what(target)
        ),
        Event::Found { target, .. } => format!("{}: it is there.", what(target)),
        Event::NotDone { target, .. } => format!("{}: it has not happened.", what(target)),
        Event::Listed { target, items } => format!(
            "{}: a listing shows {} of the cluster.",
            step(target),
            items.len()
        ),
        Event::Inventory {
            target,
            items,
            kept,
            ..
        } => {
            format!(
                "{}: {} resources of the cluster, {} left alone.",
                step(target),
                items.len(),
                kept.len()
            )
        }
        Event::Checked { target, checks } => {
            let failed = checks
                .iter()
                .filter(|check| check.verdict == Verdict::Fail)
                .count();
            format!(
                "{}: {} checks, {failed} failed.",
                step(target),
                checks.len()
            )
        }
        Event::Made {
            target: Some(target),
            ..
        } => format!("{}: made.", step(target)),
        Event::Made { target: None, .. } => "The admin's certificate is signed.".to_owned(),
        Event::TaskDone { target, detail } => match detail {
            Some(detail) => format!("{}: done, {detail}.", what(target)),
            None => format!("{}: done.", what(target)),
        },
        Event::TaskFailed { target, problem } => {
            format!("{}: failed. {}", what(target), problem.why)
        }
        Event::Reported { machine, report } => {
            format!("{machine} says: {:?} {:?}.", report.stage, report.state).to_lowercase()
        }
        Event::Confirmed { machine } => format!("{machine} has its bundle; its ticket is dead."),
        Event::Undoing { problem } => format!("Everything is taken back: {}.", problem.why),
        Event::Stuck { leftovers } => format!(
            "Stuck: {} resources are left. A person's turn.",
            leftovers.len()
        ),
        Event::Retried => "A person asks to try again.".to_owned(),
        Event::Finished { outcome } => match outcome {
            Outcome::Ready => "The cluster is ready.".to_owned(),
            Outcome::Destroyed => {
                "The cluster is gone, and a listing of everything agrees.".to_owned()
            }
            Outcome::Undone => "Nothing is left.".to_owned(),
        },
        Event::Collected => "The owner has the certificate.".to_owned(),
        Event::Shredded { what } => format!("Secrets are destroyed: {what:?}.").to_lowercase(),
    })
}

fn purpose(plan: &Plan) -> String {
    let (name, zone) = (&plan.cluster.name, plan.cluster.zone.as_str());
    match plan.kind {
        crate::plan::PlanKind::Launch => format!("launch {name} in {zone}"),
        crate::plan::PlanKind::Destroy => format!("destroy {name} in {zone}"),
    }
}

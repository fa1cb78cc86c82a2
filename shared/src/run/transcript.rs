//! A journal as prose: what happened, in the order in which it happened.

use super::state::action;
use super::{Entry, Event, Item, Kept, Outcome, Rate, Target, Unknown, Verdict};
use crate::catalog::Money;
use crate::exoscale::RulePeer;
use crate::plan::{Action, Make, Plan, PlanKind};
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
    match event.target() {
        Some(target) => Some(format!("{}: {}", subject(plan, target), of_task(event)?)),
        None => of_run(plan, event),
    }
}

/// The step as a person knows it, and which part of it.
fn subject(plan: &Plan, target: &Target) -> String {
    let step = plan.step(&target.step);
    let title = step.map_or(target.step.0.as_str(), |step| step.title.as_str());
    let item = target.item.as_ref().map(ToString::to_string);
    match item.or_else(|| part(plan, target)) {
        Some(part) => format!("{title} ({part})"),
        None => title.to_owned(),
    }
}

fn part(plan: &Plan, target: &Target) -> Option<String> {
    let action = action(plan, target)?;
    if let Action::AddRule { rule, .. } = action {
        let ports = rule
            .ports
            .map_or_else(String::new, |(first, last)| format!(" {first}–{last}"));
        let peer = match &rule.peer {
            RulePeer::Network(net) => net,
            RulePeer::PublicGroup(name) => name,
        };
        return Some(format!(
            "{} {}{ports} {peer}",
            rule.direction, rule.protocol
        ));
    }
    if let Action::Make {
        make: Make::Authority { name, .. },
    } = action
    {
        return Some(name.clone());
    }
    None
}

/// What an event says about its task.
fn of_task(event: &Event) -> Option<String> {
    Some(match event {
        Event::Intended { call, .. } => format!("asks for {call}."),
        Event::Accepted { target, id, .. } => match id {
            Some(id) if target.item.is_none() => format!("accepted as {id}."),
            Some(_) | None => "accepted.".to_owned(),
        },
        Event::Refused { error, .. } => format!("refused, tries again later ({error})."),
        Event::Doubted { error, .. } => format!("in doubt, looks before it asks again ({error})."),
        Event::Found { .. } => "it is there.".to_owned(),
        Event::NotDone { .. } => "it has not happened.".to_owned(),
        Event::Listed { items, .. } => format!("a listing shows {} of the cluster.", items.len()),
        Event::Inventory {
            items,
            kept,
            unknown,
            ..
        } => inventory(items, kept, unknown),
        Event::Checked { checks, .. } => {
            let failed = checks
                .iter()
                .filter(|check| check.verdict == Verdict::Fail)
                .count();
            format!("{} checks, {failed} failed.", checks.len())
        }
        Event::Made { .. } => "made.".to_owned(),
        Event::TaskDone { detail, .. } => match detail {
            Some(detail) => format!("done, {detail}."),
            None => "done.".to_owned(),
        },
        Event::TaskFailed { problem, .. } => format!("failed. {}", problem.why),
        Event::TaskStarted { .. }
        | Event::RunStarted
        | Event::AdminKey { .. }
        | Event::Learned { .. }
        | Event::Reported { .. }
        | Event::Confirmed { .. }
        | Event::Undoing { .. }
        | Event::Stuck { .. }
        | Event::Retried
        | Event::Finished { .. }
        | Event::Collected
        | Event::Shredded { .. }
        | Event::Away { .. }
        | Event::Slept { .. } => return None,
    })
}

/// What there is, what it costs, and what nobody knows.
fn inventory(items: &[Item], kept: &[Kept], unknown: &[Unknown]) -> String {
    let (count, left) = (items.len(), kept.len());
    let Rate { known, unpriced } = Rate::of(items.iter().map(|item| item.hourly));
    let cost = if known == Money::ZERO {
        String::new()
    } else {
        format!(" for {} an hour", known.rounded(4))
    };
    let mut said = vec![format!("{count} resources of the cluster{cost}")];
    if unpriced > 0 {
        said.push(format!("{unpriced} of them without a known price"));
    }
    said.push(format!("{left} left alone"));
    let kinds: Vec<&str> = unknown.iter().map(|one| one.kind.plural()).collect();
    if !kinds.is_empty() {
        said.push(format!("nothing known of {}", kinds.join(", ")));
    }
    format!("{}.", said.join(", "))
}

/// What an event says about the run as a whole.
fn of_run(plan: &Plan, event: &Event) -> Option<String> {
    Some(match event {
        Event::RunStarted => format!("The run to {} begins.", purpose(plan)),
        Event::Made { .. } => "The admin's certificate is signed.".to_owned(),
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
        Event::Finished { outcome } => ended(*outcome).to_owned(),
        Event::Away { ms } => format!("The launcher was away for {} s.", ms / 1_000),
        Event::Collected => "The owner has the certificate.".to_owned(),
        Event::Shredded { what } => format!("Secrets are destroyed: {what:?}.").to_lowercase(),
        Event::AdminKey { .. }
        | Event::TaskStarted { .. }
        | Event::Intended { .. }
        | Event::Accepted { .. }
        | Event::Refused { .. }
        | Event::Doubted { .. }
        | Event::Found { .. }
        | Event::NotDone { .. }
        | Event::Listed { .. }
        | Event::Inventory { .. }
        | Event::Checked { .. }
        | Event::Learned { .. }
        | Event::TaskDone { .. }
        | Event::TaskFailed { .. }
        | Event::Slept { .. } => return None,
    })
}

const fn ended(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ready => "The cluster is ready.",
        Outcome::Destroyed => "The cluster is gone, and a listing of everything agrees.",
        Outcome::Undone => "Nothing is left.",
        Outcome::Done => "It is done.",
    }
}

fn purpose(plan: &Plan) -> String {
    let (name, zone) = (&plan.cluster.name, plan.cluster.zone.as_str());
    match plan.kind {
        PlanKind::Launch => format!("launch {name} in {zone}"),
        PlanKind::Destroy => format!("destroy {name} in {zone}"),
        PlanKind::Resize => format!("resize {name} in {zone}"),
        PlanKind::Access => format!("change who may reach {name} in {zone}"),
        PlanKind::Renew => format!("renew the certificate of {name} in {zone}"),
        PlanKind::Bake => format!("make an image in {zone}"),
    }
}

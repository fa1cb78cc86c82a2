//! What a removal has taken away and what that saves, what nobody may look at, and what is being tried again.

use serde::{Deserialize, Serialize};

use crate::exoscale::{Class, Kind, Mender, ResourceId};
use crate::pace::Pace;
use crate::plan::StepId;
use crate::run::{Gone, Item, Proof, Rate, Run};
use crate::time::Timestamp;

/// A resource that was removed, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovedView {
    /// What it was, and what it cost.
    #[serde(flatten)]
    pub item: Item,
    /// When that was known.
    #[serde(default)]
    pub gone_at: Option<Timestamp>,
    /// The answer that proved it.
    #[serde(default)]
    pub proof: Option<Proof>,
}

/// A kind that could not be listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnknownView {
    /// The kind.
    pub kind: Kind,
    /// Why not, in Exoscale's words.
    pub why: String,
    /// What shows it to somebody who may.
    pub command: String,
}

/// Something that went wrong and is tried again by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RetryView {
    /// The step.
    pub step: StepId,
    /// Its title.
    pub title: String,
    /// The resource, where it is about one that is being removed.
    pub item: Option<ResourceId>,
    /// What was answered last.
    pub why: String,
    /// What kind of trouble that is.
    pub class: Class,
    /// Who can mend it.
    pub mender: Mender,
    /// One next action, if it does not mend itself.
    pub hint: String,
    /// How often it has gone wrong in a row.
    pub times: u32,
    /// Since when.
    pub since: Timestamp,
    /// When it is tried again.
    pub next_at: Timestamp,
}

/// What was found and is no more; only a run that removes a cluster looks for all of it.
pub(super) fn removed(run: &Run, pace: &Pace) -> Vec<RemovedView> {
    let gone = run.state().findings.gone();
    let gone = gone.filter(|_| run.takes_away());
    let view = |(item, gone): (&Item, Option<&Gone>)| RemovedView {
        item: item.clone(),
        gone_at: gone.map(|gone| pace.wall_at(gone.at)),
        proof: gone.map(|gone| gone.proof.clone()),
    };
    gone.map(view).collect()
}

pub(super) fn unknown(run: &Run) -> Vec<UnknownView> {
    let zone = run.plan().cluster.zone.as_str();
    let unknown = run.state().unknown.iter();
    let view = |one: &crate::run::Unknown| UnknownView {
        kind: one.kind,
        why: one.why.clone(),
        command: if one.kind.is_zonal() {
            format!("{} --zone {zone}", one.kind.exo_list())
        } else {
            one.kind.exo_list()
        },
    };
    unknown.map(view).collect()
}

pub(super) fn retries(run: &Run, pace: &Pace) -> Vec<RetryView> {
    let setbacks = run.state().setbacks.iter();
    let view = setbacks.filter_map(|(target, setback)| {
        let step = run.steps().iter().find(|step| step.id == target.step)?;
        let class = setback.error.class();
        Some(RetryView {
            step: step.id.clone(),
            title: step.title.clone(),
            item: target.item.clone(),
            why: setback.error.to_string(),
            class,
            mender: class.mender(),
            hint: class.next().to_owned(),
            times: setback.times,
            since: pace.wall_at(setback.since),
            next_at: pace.wall_at(setback.next_at),
        })
    });
    view.collect()
}

/// What exists now costs this, what is left alone included.
pub(super) fn hourly(run: &Run) -> Rate {
    let exists = run.existing().into_iter().map(|item| item.hourly);
    Rate::of(exists.chain(kept(run)))
}

/// What it cost before anything was removed.
pub(super) fn hourly_before(run: &Run) -> Option<Rate> {
    let seen: Vec<&Item> = run.state().findings.seen().collect();
    // What was made and no listing has shown yet.
    let more = run.existing().into_iter();
    let more = more.filter(|item| seen.iter().all(|seen| seen.place() != item.place()));
    let more: Vec<_> = more.map(|item| item.hourly).collect();
    let before = seen.into_iter().map(|item| item.hourly);
    let before = before.chain(more).chain(kept(run));
    run.takes_away().then(|| Rate::of(before))
}

fn kept(run: &Run) -> impl Iterator<Item = Option<crate::catalog::Money>> {
    run.state().kept.iter().map(|kept| kept.item.hourly)
}

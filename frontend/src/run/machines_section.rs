//! The control planes and the stages of their boot, as they report them.

use leptos::prelude::*;
use serde::Deserialize as _;
use shared::bootstrap::{Stage, StageState};
use shared::plan::PlanKind;
use shared::time::Timestamp;
use shared::view::{RunState, StepState, View};

use super::part;
use crate::api::Line;
use crate::state::Following;
use crate::strings::boot as t;

/// What a machine said of one stage.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    machine: String,
    stage: Stage,
    state: StageState,
    seconds: Option<u64>,
    detail: String,
    at: Timestamp,
}

/// The control planes and the stages of their boot.
#[component]
pub(super) fn MachinesSection() -> impl IntoView {
    let following = expect_context::<Following>();
    let machines = Memo::new(move |_| part(following, machines)().unwrap_or_default());
    let said = Memo::new(move |_| {
        following
            .entries
            .with(|entries| entries.iter().filter_map(said).collect::<Vec<_>>())
    });
    let one = move |name: String| view! { <Machine name said /> };
    view! {
        <section class="aside" aria-labelledby="machines-heading" hidden=move || machines.with(Vec::is_empty)>
            <h2 id="machines-heading">{t::HEADING}</h2>
            <ul class="plain">{move || machines.get().into_iter().map(one).collect_view()}</ul>
        </section>
    }
}

/// What the evidence does not show yet.
#[component]
pub(super) fn MissingSection() -> impl IntoView {
    let following = expect_context::<Following>();
    let missing = Memo::new(move |_| {
        let missing = |view: &View| {
            if view.state == RunState::Running {
                view.missing.clone()
            } else {
                Vec::new()
            }
        };
        part(following, missing)().unwrap_or_default()
    });
    view! {
        <section class="aside" aria-labelledby="missing-heading" hidden=move || missing.with(Vec::is_empty)>
            <h2 id="missing-heading">{t::MISSING}</h2>
            <ul class="quiet">{move || missing.get().into_iter().map(|what| view! { <li>{what}</li> }).collect_view()}</ul>
        </section>
    }
}

/// One machine.
#[component]
fn Machine(
    /// As its step names it.
    name: String,
    /// What all of them said.
    said: Memo<Vec<Said>>,
) -> impl IntoView {
    let following = expect_context::<Following>();
    let machine = StoredValue::new(name.clone());
    let of_stage = move |stage: Stage| {
        said.with(|said| {
            machine.with_value(|name| {
                let mut all = said.iter().rev();
                all.find(|one| one.machine == *name && one.stage == stage)
                    .cloned()
            })
        })
    };
    let newest = move || {
        said.with(|said| {
            machine.with_value(|name| said.iter().rev().find(|one| one.machine == *name).cloned())
        })
    };
    let row = move |stage: Stage| {
        let state = Memo::new(move |_| of_stage(stage).map(|one| (one.state, one.seconds)));
        let class = move || match state.get() {
            None => "stage",
            Some((StageState::Started, _)) => "stage stage--working",
            Some((StageState::Done, _)) => "stage stage--done",
            Some((StageState::Failed, _)) => "stage stage--failed",
        };
        let word = move || {
            t::state(
                state.get().map(|(state, _)| state),
                state.get().and_then(|(_, seconds)| seconds),
            )
        };
        view! { <li class=class><span>{t::stage(stage)}</span><span class="stage__state">{word}</span></li> }
    };
    let silent = move || {
        let since = newest()
            .map(|one| one.at)
            .or_else(|| machine.with_value(|name| started(following, name)))?;
        let patience = part(following, patience_ms)().flatten()?;
        let passed = following.now.get().since_ms(since);
        (passed > patience).then(|| t::silent(passed))
    };
    let failed = move || {
        newest()
            .filter(|one| one.state == StageState::Failed)
            .map(|one| one.detail)
    };
    view! {
        <li class="machine">
            <h3 class="mono">{name}</h3>
            <ol class="plain">{STAGES.into_iter().map(row).collect_view()}</ol>
            <p class="machine__silent" role="status">{silent}</p>
            {move || failed().map(|detail| view! { <p class="machine__detail mono" tabindex="0">{detail}</p> })}
        </li>
    }
}

/// The stages of a control plane, in their order.
const STAGES: [Stage; 6] = [
    Stage::Network,
    Stage::Bundle,
    Stage::Packages,
    Stage::Kubeadm,
    Stage::Addons,
    Stage::Ready,
];

/// The machines that report: known from the first moment, so that nothing moves when they begin to.
fn machines(view: &View) -> Vec<String> {
    let over = matches!(
        view.state,
        RunState::Ready | RunState::Destroyed | RunState::Done
    );
    if view.kind != PlanKind::Launch || over {
        return Vec::new();
    }
    let steps = view.steps.iter().filter(|step| !step.undo);
    steps
        .map(|step| step.id.0.clone())
        .filter(|id| id.starts_with("control-plane-"))
        .collect()
}

/// When a machine's own step ended: from then on it can be heard.
fn started(following: Following, machine: &str) -> Option<Timestamp> {
    following.view.with(|view| {
        let steps = &view.as_ref()?.steps;
        let step = steps.iter().find(|step| step.id.0 == machine)?;
        step.ended_at.filter(|_| step.state == StepState::Done)
    })
}

/// How long a machine may say nothing before that is worth a word: no stage takes longer, as a rule, than all of them.
fn patience_ms(view: &View) -> Option<u64> {
    let waits = view.state == RunState::Running;
    let ready = view.steps.iter().find(|step| step.id.0 == "ready")?;
    waits.then(|| ready.typical_ms.saturating_mul(3) / 2)
}

fn said(line: &Line) -> Option<Said> {
    let (kind, event) = line.event();
    if kind != "reported" {
        return None;
    }
    let report = event.get("report")?;
    Some(Said {
        machine: event.get("machine")?.as_str()?.to_owned(),
        stage: Stage::deserialize(report.get("stage")?).ok()?,
        state: StageState::deserialize(report.get("state")?).ok()?,
        seconds: report.get("seconds").and_then(serde_json::Value::as_u64),
        detail: report
            .get("detail")
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        at: line.at,
    })
}

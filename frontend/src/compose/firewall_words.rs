//! The firewall in words, from the rules of the plan.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::exoscale::{Rule, RulePeer};
use shared::plan::{Action, Plan};

use crate::state::{Compose, Tab};
use crate::strings::firewall as t;
use crate::tongue::said;

/// The firewall in words.
#[component]
pub fn FirewallWords() -> impl IntoView {
    let tab = expect_context::<Tab>();
    let compose = expect_context::<Compose>();
    let words = move || {
        let callers: Vec<String> = tab
            .offer()
            .map(|catalog| catalog.callers())
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect();
        let doors = compose.preview.with(|preview| {
            preview
                .as_ref()
                .map(|preview| doors(&preview.plan))
                .unwrap_or_default()
        });
        let one = |((what, outwards), peers): ((String, bool), Vec<String>)| {
            let peers: Vec<String> = peers
                .into_iter()
                .map(|peer| t::peer(&peer, &callers))
                .collect();
            view! { <dt>{t::door(&what, outwards)}</dt><dd>{peers.join(", ")}</dd> }
        };
        doors.into_iter().map(one).collect_view()
    };
    view! {
        <p class="field__hint">{t::TEXT}</p>
        <dl class="facts">{words}</dl>
    }
}

type Doors = BTreeMap<(String, bool), Vec<String>>;

/// What may pass, and from or to whom: rules that differ only in their protocol or family are one door.
fn doors(plan: &Plan) -> Doors {
    let mut doors = Doors::new();
    for rule in plan
        .steps
        .iter()
        .flat_map(|step| &step.tasks)
        .filter_map(|task| rule(&task.action))
    {
        let peers = doors
            .entry((named(rule), rule.direction == "egress"))
            .or_default();
        let peer = match &rule.peer {
            RulePeer::Network(net) => net.clone(),
            RulePeer::PublicGroup(group) => group.clone(),
        };
        if !peers.contains(&peer) {
            peers.push(peer);
        }
    }
    doors
}

const fn rule(action: &Action) -> Option<&Rule> {
    if let Action::AddRule { rule, .. } = action {
        Some(rule)
    } else {
        None
    }
}

fn named(rule: &Rule) -> String {
    match rule.ports {
        Some((first, last)) if first == last => format!("{} ({first})", said(&rule.description)),
        Some((first, last)) => format!("{} ({first}–{last})", said(&rule.description)),
        None => said(&rule.description),
    }
}

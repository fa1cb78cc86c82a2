//! The plan that brings a new admin certificate. The launcher has long forgotten how to sign one; the control plane
//! is asked by labels, which carry nothing but a public key, and answers the run.

use super::launch::parts::{SHORT_MS, step, task};
use super::{Action, Change, Facts, Plan, PlanKind, Standing, Step, Word};
use crate::pki::{AdminPublicKey, AdminPublicKeyError};

/// The plan after which there is a certificate for this public key.
pub fn renew(
    standing: Standing,
    public_key: &str,
    facts: Facts,
) -> Result<Plan, AdminPublicKeyError> {
    let request = AdminPublicKey::parse(public_key)?.compressed();
    let hours = standing.spec.kubeconfig_hours().get().to_string();
    let labels = [("slipway/renew", request), ("slipway/renew-hours", hours)];
    let word = Word::Signed {
        public_key: public_key.to_owned(),
    };
    let steps = vec![
        ask(&standing, &facts, &labels, &[]),
        step(
            "signed",
            "Have the control plane sign the certificate",
            &["ask"],
            vec![task(Action::Hear { word }, HEAR_MS)],
        ),
        hush(&standing, &["signed"]),
    ];
    Ok(Plan::of_standing(
        PlanKind::Renew,
        standing,
        None,
        steps,
        facts,
    ))
}

/// Asks every control plane to report to this run, and for what these labels say: whichever of them holds the lease
/// answers.
pub(super) fn ask(
    standing: &Standing,
    facts: &Facts,
    wishes: &[(&str, String)],
    needs: &[&str],
) -> Step {
    let mut more: Vec<(String, String)> = vec![("slipway/ask".to_owned(), facts.run.clone())];
    more.extend(
        wishes
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone())),
    );
    step(
        "ask",
        "Ask the control plane for it",
        needs,
        relabel(standing, &more),
    )
}

/// Takes the question back.
pub(super) fn hush(standing: &Standing, needs: &[&str]) -> Step {
    step(
        "hush",
        "Leave the control plane alone again",
        needs,
        relabel(standing, &[]),
    )
}

fn relabel(standing: &Standing, more: &[(String, String)]) -> Vec<super::Task> {
    let planes = standing.control_planes.iter().map(|plane| {
        // What an earlier run asked for is not asked again.
        let own = plane.labels.iter().filter(|(key, _)| !is_wish(key));
        let labels = own
            .map(|(key, value)| (key.clone(), value.clone()))
            .chain(more.iter().cloned())
            .collect();
        let change = Change::Labels {
            instance: plane.machine.as_str().into(),
            labels,
        };
        task(Action::Set { change }, SHORT_MS)
    });
    planes.collect()
}

fn is_wish(label: &str) -> bool {
    ["slipway/ask", "slipway/renew", "slipway/expect-"]
        .iter()
        .any(|wish| label.starts_with(wish))
}

/// The control plane looks every half a minute.
pub(super) const HEAR_MS: u64 = 20_000;

//! Specs: whatever is sent as one. One that is accepted has a plan with nothing to object to.

use proptest::prelude::*;
use serde_json::Value;
use shared::limits;
use shared::plan::{Facts, check, launch};
use shared::spec::{Problem, Spec, parse};

use crate::damage::{damaged_text, damages, wounded, wounds};
use crate::drill::{Judged, drill, json, lines, one_of, timely};

/// Specs as people send them, one a line.
const CORPUS: &str = include_str!("corpus/specs.txt");

const SPEC_MS_MAX: u64 = 50;

/// What the rest of the program takes for granted of a spec that exists.
pub(crate) fn obeys_every_limit(spec: &Spec) -> Judged {
    prop_assert!(spec.name().as_str().len() <= limits::CLUSTER_NAME_CHARS_MAX);
    prop_assert!((1..=limits::POOLS_MAX).contains(&spec.pools().len()));
    for pool in spec.pools() {
        prop_assert!(pool.name.as_str().len() <= limits::POOL_NAME_CHARS_MAX);
        prop_assert!((limits::POOL_NODES_MIN..=pool.max).contains(&pool.min));
        prop_assert!(pool.max <= limits::POOL_NODES_MAX);
        prop_assert!(!pool.spread || pool.max <= limits::SPREAD_NODES_MAX);
        prop_assert!(pool.labels.iter().count() <= limits::LABELS_MAX);
        prop_assert!(pool.taints.len() <= limits::TAINTS_MAX);
    }
    prop_assert!(spec.pool(spec.ingress_pool().as_str()).is_some());
    let access = spec.access();
    for sources in [&access.api, &access.ssh, &access.node_ports] {
        prop_assert!(sources.len() <= limits::SOURCES_MAX);
    }
    prop_assert!(spec.kubeconfig_hours().get() <= limits::KUBECONFIG_HOURS_MAX);
    let network = spec.network();
    for address in spec.control_plane_addresses() {
        prop_assert!(network.private.contains(&address));
    }
    Ok(())
}

/// A refusal fits on a screen, whatever was sent, and repeats no control character of it.
fn is_fit_to_print(problem: &Problem) -> Judged {
    let letters = |text: &str| text.chars().count();
    prop_assert!(letters(&problem.value) <= limits::PROBLEM_VALUE_CHARS_MAX + 1);
    prop_assert!(letters(&problem.field) <= limits::PROBLEM_VALUE_CHARS_MAX + 40);
    let shown = problem.to_string();
    prop_assert!(
        letters(&shown) < 1_500,
        "{} letters: {shown}",
        letters(&shown)
    );
    prop_assert!(!shown.chars().any(char::is_control), "{shown:?}");
    Ok(())
}

fn facts() -> Facts {
    Facts {
        run: "k3x9qaaaaaaaaaaaaaaaaaaaaa".to_owned(),
        origin: "https://slipway.example".to_owned(),
        caller: vec!["198.51.100.7/32".parse().unwrap()],
        key: None,
        roles: [].into(),
        kubernetes: "1.36.4".to_owned(),
        standing: None,
    }
}

fn judge(text: &str) -> Judged {
    match timely(SPEC_MS_MAX, || Spec::from_json(text))? {
        Ok(spec) => {
            obeys_every_limit(&spec)?;
            prop_assert_eq!(parse(&json(&spec.to_json())), Ok(spec.clone()));
            prop_assert_eq!(check(&launch(&spec, facts())), []);
        }
        Err(problems) => {
            prop_assert!((1..=limits::PROBLEMS_MAX).contains(&problems.len()));
            problems.iter().try_for_each(is_fit_to_print)?;
        }
    }
    Ok(())
}

fn specs() -> Vec<&'static str> {
    lines(CORPUS)
}

#[test]
fn every_spec_of_the_corpus_is_one() {
    for text in specs() {
        Spec::from_json(text).unwrap();
        judge(text).unwrap();
    }
}

#[test]
fn damaged_text_is_refused_or_a_good_spec() {
    let input = (one_of(specs()), one_of(specs()), damages());
    drill(800, &input, |(spec, other, damages)| {
        judge(&damaged_text(spec, other, &damages))
    });
}

#[test]
fn wounded_values_are_refused_or_a_good_spec() {
    let whole: Vec<Value> = specs()
        .into_iter()
        .map(|text| Spec::from_json(text).unwrap().to_value())
        .collect();
    drill(800, &(one_of(whole), wounds()), |(spec, wounds)| {
        judge(&wounded(&spec, &wounds).to_string())
    });
}
